"""Whom a page may talk to, and what it may do to its visitor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deployer.generation.lint.findings import Finding, Severity
from deployer.generation.lint.subject import Subject
from deployer.generation.markup import Element
from deployer.generation.page import Page

_FETCHED_RELATIONS = frozenset(
    {
        "stylesheet",
        "preload",
        "modulepreload",
        "import",
        "icon",
        "manifest",
        "prefetch",
        "dns-prefetch",
        "preconnect",
    }
)
CODE_HOSTS = frozenset(
    {
        "cdn.jsdelivr.net",
        "cdnjs.cloudflare.com",
        "unpkg.com",
        "fonts.googleapis.com",
        "fonts.gstatic.com",
        "code.jquery.com",
        "cdn.tailwindcss.com",
        "ajax.googleapis.com",
        "cdn.plot.ly",
        "d3js.org",
        "esm.sh",
        "cdn.skypack.dev",
        "maxcdn.bootstrapcdn.com",
        "stackpath.bootstrapcdn.com",
        "use.fontawesome.com",
        "kit.fontawesome.com",
    }
)
"""Whose code and styles a page may load, whatever the brief says."""
NAMED_ONLY = frozenset({"www.w3.org", "json-schema.org", "schema.org"})
"""Hosts that stand in names and are never asked for anything."""

_URL_HOST = re.compile(r"(?:https?|wss?):\\?/\\?/([\w.-]+)", re.IGNORECASE)
_LOADING = {"script": "src", "link": "href", "iframe": "src", "object": "data", "embed": "src"}
_SHOWING = {"img": "src", "audio": "src", "video": "src", "source": "src", "form": "action"}


def inspect(subject: Subject) -> Iterator[Finding]:
    named = hosts_in(subject.all_text)
    tainted = _hosts_of_attachments(subject) - named - CODE_HOSTS - NAMED_ONLY
    for path in subject.changed:
        for host in sorted(hosts_in(subject.site.text(path)) & tainted):
            yield _finding(
                f"{path}: {host}", f"{path} names {host}, which only an attachment names"
            )
    for page in subject.pages:
        if page.path in subject.changed:
            yield from _loaded(page)
            yield from _contacted(page, named | CODE_HOSTS | NAMED_ONLY)


def hosts_in(text: str) -> frozenset[str]:
    return frozenset(host.lower().rstrip(".") for host in _URL_HOST.findall(text))


def _hosts_of_attachments(subject: Subject) -> frozenset[str]:
    texts = (a.content.decode("utf-8", "replace") for a in subject.assignment.attachments)
    return frozenset(host for text in texts for host in hosts_in(text))


def _loaded(page: Page) -> Iterator[Finding]:
    """Code, styles and frames: only from hosts that serve libraries."""
    for element in page.markup.by_tag(*_LOADING):
        url = element.attributes.get(_LOADING[element.tag], "")
        if element.tag == "link" and not _link_loads(element):
            continue
        for host in hosts_in(_absolute(url)) - CODE_HOSTS:
            yield _finding(f"{page.path}: {host}", f"<{element.tag}> loads from {host}")
    for code in page.scripts:
        for text in code.strings:
            for host in hosts_in(_absolute(text)) - CODE_HOSTS:
                if re.search(r"<script|\.m?js(\?|$)", text):
                    yield _finding(f"{page.path}: {host}", f"a script loads code from {host}")


def _contacted(page: Page, allowed: frozenset[str]) -> Iterator[Finding]:
    """Everything else that makes a browser send a request."""
    for element in page.markup.by_tag(*_SHOWING):
        for host in (
            hosts_in(_absolute(element.attributes.get(_SHOWING[element.tag], ""))) - allowed
        ):
            yield _finding(
                f"{page.path}: {host}", f"<{element.tag}> asks {host}, which was not named"
            )
    for code in page.scripts:
        for text in code.strings:
            for host in hosts_in(_absolute(text)) - allowed:
                yield _finding(
                    f"{page.path}: {host}", f"a script names {host}, which was not named"
                )
    styles = "\n".join(
        [*(e.text for e in page.markup.by_tag("style")),
         *(e.attributes.get("style", "") for e in page.markup.elements)]
    )  # fmt: skip
    for url in re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')\s]+)", styles):
        for host in hosts_in(_absolute(url)) - allowed:
            yield _finding(f"{page.path}: {host}", f"a style asks {host}, which was not named")


def _absolute(url: str) -> str:
    """`//host/x` asks `host` too."""
    return f"https:{url.strip()}" if url.strip().startswith("//") else url


def _link_loads(element: Element) -> bool:
    relation = element.attributes.get("rel", "").lower()
    return bool(set(relation.split()) & _FETCHED_RELATIONS)


def _finding(about: str, problem: str) -> Finding:
    return Finding(Severity.FORBIDDEN, "host", about, f"{problem}: remove it")
