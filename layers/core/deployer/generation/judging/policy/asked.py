"""The addresses that a site plainly asks for, so that a model is told before a browser blocks them.

Only certain requests count: a link, a sample, a text that is compared or shown asks nobody. An
address that a script puts together at run time is left to the browser, which sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deployer.domain.policy import Kind, Policy
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.policy.hosts import policy_for
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.javascript import Script, arguments, called, source, string_value
from deployer.generation.reading.markup import Element
from deployer.generation.reading.page import Page
from deployer.generation.reading.urls import authority, host, plain

_ATTRIBUTES = {
    ("script", "src"): Kind.SCRIPT,
    ("img", "src"): Kind.IMG,
    ("image", "href"): Kind.IMG,
    ("input", "src"): Kind.IMG,
    ("video", "poster"): Kind.IMG,
    ("iframe", "src"): Kind.FRAME,
    ("frame", "src"): Kind.FRAME,
    ("audio", "src"): Kind.MEDIA,
    ("video", "src"): Kind.MEDIA,
    ("source", "src"): Kind.MEDIA,
    ("track", "src"): Kind.MEDIA,
    ("form", "action"): Kind.FORM,
}
_RELATIONS = {
    "stylesheet": Kind.STYLE,
    "icon": Kind.IMG,
    "apple-touch-icon": Kind.IMG,
    "modulepreload": Kind.SCRIPT,
}
_CALLS = {
    "fetch": Kind.CONNECT,
    "sendBeacon": Kind.CONNECT,
    "importScripts": Kind.SCRIPT,
    "import": Kind.SCRIPT,
    "WebSocket": Kind.CONNECT,
    "EventSource": Kind.CONNECT,
}
_CSS_URL = re.compile(r"""url\(\s*["']?((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """One address of another host, with the kind of the request."""

    url: str
    kind: Kind
    by: str


def inspect(subject: Subject) -> Iterator[Finding]:
    """A finding of low severity for each host that the published page will not reach."""
    allowed = policy_for(subject.assignment, subject.site)
    for page in subject.pages:
        for name, by in _blocked(page, allowed).items():
            yield blocked(name, f"{page.path}: {by}")


def blocked(name: str, by: str) -> Finding:
    """The finding about a host that the policy does not allow."""
    return Finding(
        Severity.QUALITY,
        "host",
        name,
        f"{by} asks {name}, which the task does not name: the published page cannot reach it. Do "
        "without it, or use a host that the task names",
    )


def _blocked(page: Page, allowed: Policy) -> dict[str, str]:
    return {
        host(authority(asked.url)): asked.by
        for asked in asked_by(page)
        if not allowed.allows(_filled(asked.url), asked.kind)
    }


def asked_by(page: Page) -> Iterator[Asked]:
    """Every address of another host that the page's markup, scripts or styles plainly ask for."""
    for element in page.markup.elements:
        yield from _of_element(element)
    for code in page.scripts:
        yield from _of_script(code)


def _of_element(element: Element) -> Iterator[Asked]:
    for name, value in element.attributes.items():
        kind = _ATTRIBUTES.get((element.tag, name))
        if element.tag == "link" and name == "href":
            relations = element.attributes.get("rel", "").lower().split()
            kind = next((_RELATIONS[each] for each in relations if each in _RELATIONS), None)
        if kind is not None and authority(value):
            yield Asked(value, kind, f"<{element.tag} {name}>")
    styles = [element.attributes.get("style", "")]
    styles += [element.text] if element.tag == "style" else []
    for style in styles:
        for url in _CSS_URL.findall(style):
            yield Asked(url, Kind.IMG, "a style")


def _of_script(code: Script) -> Iterator[Asked]:
    for node in code.of_type("call_expression", "new_expression"):
        name = called(node) or source(node.child_by_field_name("constructor"))
        kind = _CALLS.get(name)
        values = arguments(node)
        if kind is not None and values:
            yield from _literal(string_value(values[0]), kind, f"{name}()")
        if name == "open" and len(values) > 1 and "XMLHttpRequest" in code.text:
            yield from _literal(string_value(values[1]), Kind.CONNECT, "a request")
    for node in code.of_type("import_statement"):
        yield from _literal(string_value(node.child_by_field_name("source")), Kind.SCRIPT, "import")


def _literal(text: str | None, kind: Kind, by: str) -> Iterator[Asked]:
    if text and authority(text):
        yield Asked(text, kind, by)


def _filled(url: str) -> str:
    """The address as a browser asks for it: absolute, over https, with templates filled in."""
    text = re.sub(r"\$\{[^}]*\}|\{[a-z]\}", "a", plain(url)).replace("\\", "/")
    return re.sub(r"^(?:https?:)?/{2,}", "https://", text, flags=re.IGNORECASE)
