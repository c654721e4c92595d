"""Elements of a site that act in a browser, and code wherever it stands."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from deployer.domain.policy import Policy
from deployer.domain.site import Site
from deployer.generation.judging.policy.hosts import policy_for
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.javascript import (
    Script,
    arguments,
    called,
    script,
    string_value,
)
from deployer.generation.reading.loading import LoadAnalysis
from deployer.generation.reading.markup import Document, Element, document, fragment
from deployer.generation.reading.page import (
    PAGES,
    SCRIPTS,
    XML,
    codes_of,
    evaluated_code,
    is_a,
    is_evaluated,
    is_javascript,
    is_template,
    page_of,
)
from deployer.generation.reading.urls import own_paths, plain

DEEPEST = 4
"""Documents in attributes of documents, and markup in strings of scripts, are read this deep."""
DATA = (".md", ".txt", ".json", ".csv", ".tsv")
_SHOWS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|\.html\(|v-html|x-html"
)
_SANITISES = re.compile(r"sanitize|DOMPurify|setHTML\b", re.IGNORECASE)
_TAG_OR_CODE = re.compile(r"(<[a-zA-Z!/][^<>]*>)|(```|~~~).*?\2|`[^`\n]*`", re.DOTALL)
"""Of HTML and code in Markdown the leftmost wins (https://spec.commonmark.org, 6.1)."""
_RENDERS = re.compile(r"marked|markdown|showdown|micromark|snarkdown", re.IGNORECASE)
_RUNS_STRINGS = re.compile(r"[\"'`]script[\"'`]|\bBlob\b|srcdoc|\.text\b")
_MAY_LEAVE = re.compile(r"\blocation\b|\bopen\(|\bnavigation\b")
_DECODERS: dict[str, Callable[[str], str]] = {
    "atob": lambda text: b64decode(text + "==").decode("latin-1"),
    "decodeURIComponent": unquote,
    "decodeURI": unquote,
    "unescape": unquote,
}
_MARKUP = re.compile(r"<[a-zA-Z!]")
_CODE_ADDRESS = re.compile(r"javascript:", re.IGNORECASE)


@dataclass(frozen=True)
class Acting:
    """All that acts in one file, however deep it stands: also in `srcdoc` and in strings."""

    path: str
    elements: tuple[Element, ...]
    scripts: tuple[Script, ...]
    """Scripts that run without the user's doing, or hold functions that may."""
    pressed: tuple[Script, ...]
    """Code of handlers in the markup for the user's presses."""
    unread: bool
    """Something in it is nested too deep, or takes too long to read."""
    new: bool
    """This round wrote it, or made a script of it."""


@dataclass(frozen=True)
class Scene:
    """A site as the gates see it that judge what acts in it."""

    subject: Subject

    @cached_property
    def files(self) -> tuple[Acting, ...]:
        return tuple(_acting(self.subject))

    @cached_property
    def new(self) -> tuple[Acting, ...]:
        """The files that this round added; the rest has been judged before."""
        return tuple(each for each in self.files if each.new)

    @cached_property
    def by_itself(self) -> LoadAnalysis:
        """The functions that run without a press of the user, over all pages and scripts."""
        return LoadAnalysis(*(c for each in self.files for c in each.scripts))

    @cached_property
    def attached_pages(self) -> frozenset[str]:
        """HTML and XML among the attachments: published as they came, without a policy."""
        return frozenset(path for path in self.subject.attached if is_a(path, (*PAGES, *XML)))

    @cached_property
    def policy(self) -> Policy:
        return policy_for(self.subject.assignment, self.subject.site)

    def may_reach(self, address: str) -> bool:
        """True if the policy lets a page ask an absolute address for anything."""
        return self.policy.allows(re.sub(r"^(?:https?:)?[\\/]{2,}", "https://", plain(address)))

    def may_connect(self, name: str) -> bool:
        """True if the policy lets a page ask a host for anything at all."""
        return any(
            name == each or (each.startswith("*.") and name.endswith(each[1:]))
            for each in self.policy.hosts
        )

    def asked(self, words: str) -> bool:
        """True if the brief has `words`, a pattern."""
        return re.search(words, self.subject.assignment.brief, re.IGNORECASE) is not None


def _acting(subject: Subject) -> Iterator[Acting]:
    """Every page and script of the site, and whatever else its scripts run or show as markup."""
    before = subject.assignment.current or Site()
    scripts, known = _scripts_of(subject.site), _scripts_of(before)
    page_code = "\n".join(page.script_text for page in subject.pages)
    shown, rendered = _shows_data(page_code), bool(_RENDERS.search(page_code))
    for path, content in subject.site.items():
        text, new = subject.site.text(path), before.get(path) != content
        if is_a(path, PAGES):
            if path not in subject.attached:
                yield _read(path, markup=text, new=new)
        elif path in scripts or (path in subject.changed and is_a(path, SCRIPTS)):
            yield _read(path, code=text, new=new or path not in known)
        elif shown and is_a(path, DATA) and "<" in text:
            markup = _markup_in(path, text, rendered=rendered)
            yield _read(path, markup=f"<template>{markup}", new=new)


def _shows_data(code: str) -> bool:
    """True if pages put text into themselves as markup, and nothing in them takes the code out."""
    return bool(_SHOWS.search(code)) and not _SANITISES.search(code)


def _markup_in(path: str, text: str, *, rendered: bool) -> str:
    """Markup in a file of data; without the samples of code if it is `rendered` as Markdown."""
    if is_a(path, (".json",)):
        return "\n".join(script(f"({text})").strings)
    return _TAG_OR_CODE.sub(lambda found: found[1] or "", text) if rendered else text


def _scripts_of(site: Site) -> frozenset[str]:
    """Files that pages load as scripts, by elements or by what their scripts create."""
    pages = [page_of(site, path) for path in site if is_a(path, PAGES)]
    found = {path for page in pages for path in page.linked_paths}
    for page in pages:
        for code in page.scripts:
            if "script" in code.strings:
                found |= {p for text in code.strings for p in own_paths(text, page.path)}
    return frozenset(path for path in found if path in site and not is_a(path, PAGES))


def _read(path: str, *, markup: str = "", code: str = "", new: bool) -> Acting:
    elements: list[Element] = []
    scripts: list[Script] = []
    pressed: list[Script] = []
    unread = False
    pages, fresh = [document(markup)] if markup else [], [script(code)] if code else []
    for _ in range(DEEPEST):
        unread = unread or any(page.unread for page in pages)
        found = [element for page in pages for element in page.elements]
        codes = [each for element in found for each in _codes(element)]
        fresh += [script(text) for waits, text in codes if not waits]
        waiting = [script(text) for waits, text in codes if waits]
        elements += found
        scripts += fresh
        pressed += waiting
        pages, fresh = list(_pages_in(found, [*fresh, *waiting])), list(_codes_in(fresh))
    return Acting(path, tuple(elements), tuple(scripts), tuple(pressed), unread or bool(pages), new)


def _codes(element: Element) -> Iterator[tuple[bool, str]]:
    """The codes that an element runs; True beside one that waits for a press."""
    if element.tag == "script" and is_javascript(element):
        yield False, element.text
    elif is_evaluated(element):
        yield False, evaluated_code(element)
    for event, text in codes_of(element):
        yield bool(event), text
    for value in element.attributes.values():
        if _CODE_ADDRESS.match(plain(value)):
            yield element.tag in ("a", "area", "button", "form", "input"), _after_scheme(value)


def _codes_in(scripts: list[Script]) -> Iterator[Script]:
    """Code in texts of scripts: addresses, and what they may write into a script element."""
    for one in scripts:
        runs = _RUNS_STRINGS.search(one.text)
        for text in _texts_of(one):
            if _CODE_ADDRESS.match(plain(text)):
                yield script(_after_scheme(text))
            elif runs and _MAY_LEAVE.search(text) and script(text).problem() is None:
                yield script(text)


def _texts_of(code: Script) -> Iterator[str]:
    """All texts in a script, also those that it decodes."""
    yield from code.strings
    for call in code.calls(*_DECODERS):
        text = string_value(next(iter(arguments(call)), None))
        with suppress(ValueError):
            yield _DECODERS[called(call)](text or "")


def _after_scheme(address: str) -> str:
    return unquote(_CODE_ADDRESS.sub("", plain(address), count=1))


def _pages_in(elements: list[Element], scripts: list[Script]) -> Iterator[Document]:
    """Documents in attributes, and markup that scripts and libraries put into the page."""
    for element in elements:
        if "srcdoc" in element.attributes:
            yield document(element.attributes["srcdoc"])
        if is_template(element) or element.tag == "noscript":
            yield from [fragment(element.text)] if _MARKUP.search(element.text) else []
    for one in scripts:
        yield from (fragment(text) for text in _texts_of(one) if _MARKUP.search(text))
