"""Files that a page loads from its own site must stand there. Pages live below /REPO/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urljoin

from deployer.generation.judging.files_asked import unwanted_files
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.javascript import (
    Script,
    arguments,
    called,
    receiver,
    source,
    string_value,
)
from deployer.generation.reading.page import Page

_BASE = "https://owner.invalid/repository/"
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|[#?]|$", re.IGNORECASE)
_PUT_TOGETHER = re.compile(r"[{}<>\s]|\$\{|%\}")
_ATTRIBUTES = {
    "script": ("src",), "img": ("src",), "source": ("src",), "audio": ("src",), "track": ("src",),
    "video": ("src", "poster"), "iframe": ("src",), "embed": ("src",), "object": ("data",),
    "input": ("src",), "link": ("href",), "a": ("href",), "area": ("href",), "use": ("href",),
    "image": ("href",),
}  # fmt: skip
_LOADED_LINKS = frozenset({"stylesheet", "manifest", "preload", "modulepreload"})
"""Links without which a page is another; one whose icon is missing works."""
_READERS = frozenset({"csv", "tsv", "json", "text", "xml"})
"""Methods that load a file where `d3` has them, and take a text elsewhere."""
_BLOCKED = frozenset({"script", "link", "iframe", "object", "embed", "fetch"})
"""Elements that browsers do not load over http; pictures are asked for over https instead."""


@dataclass(frozen=True)
class _Reference:
    url: str
    by: str
    """The element's tag, or `fetch` for a script."""


def inspect_page(subject: Subject, page: Page) -> Iterator[tuple[str, str]]:
    made_elsewhere = unwanted_files(subject.assignment.brief)
    routes = "preventDefault" in page.script_text
    for reference in _references(page):
        url, is_link = reference.url, reference.by in ("a", "area")
        if url.startswith("http://") and reference.by in _BLOCKED:
            if not re.match(r"http://(?:localhost|127[.\d]+|\[::1\])[:/]", url):
                yield url, f"{url} is blocked on an https page: use https"
        if _ELSEWHERE.match(url) or _PUT_TOGETHER.search(url):
            continue
        joined = urljoin(_BASE + page.path, url)
        path = unquote(re.split(r"[?#]", joined.removeprefix(_BASE), maxsplit=1)[0])
        if not joined.startswith(_BASE):
            if not (is_link and routes):
                yield url, f"{url} leads out of the site: use ./{url.lstrip('./')}"
        elif re.search(r"\.\w{1,11}$", path) and path not in {*subject.site, *made_elsewhere}:
            yield url, f"{url} is not a file of the site"


def _references(page: Page) -> Iterator[_Reference]:
    for element in page.markup.elements:
        loads = element.tag != "link" or not _LOADED_LINKS.isdisjoint(
            element.attributes.get("rel", "").lower().split()
        )
        prepared = "onerror" in element.attributes
        aside = any(above.tag == "template" for above in element.ancestors())
        if loads and not prepared and not aside:
            for name in _ATTRIBUTES.get(element.tag, ()):
                yield _Reference(element.attributes.get(name, "").strip(), element.tag)
    for code in page.scripts:
        yield from (_Reference(url, "fetch") for url in _fetched(code))


def _fetched(code: Script) -> Iterator[str]:
    """The addresses that a script loads, where they stand as literals."""
    for call in code.calls("fetch", "getJSON", "importScripts", "open", *_READERS):
        values = [string_value(value) for value in arguments(call)]
        name = called(call)
        if name == "open":
            is_request = values[:1] in (["GET"], ["get"], ["POST"])
            values = values[1:] if is_request else []
        elif name in _READERS and source(receiver(call)) != "d3":
            values = []
        if values and values[0]:
            yield values[0]
