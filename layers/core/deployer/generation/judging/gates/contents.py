"""What a generated page does not do unless the brief asks for it, and what no file may repeat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from deployer.generation.instructions import SYSTEM
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.gates.acting import Acting, acting, local_name
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.javascript import (
    Script,
    arguments,
    source,
    string_value,
    unescaped,
)
from deployer.generation.reading.page import XML, is_a
from deployer.generation.reading.urls import plain


@dataclass(frozen=True)
class _Behaviour:
    what: str
    seen: Callable[[Acting], bool]
    asked: str
    """Which words of the brief ask for it."""


def _redirects(each: Acting) -> bool:
    return any(
        local_name(e) == "meta" and e.attributes.get("http-equiv", "").strip().lower() == "refresh"
        for e in each.elements
    )


def _has_base(each: Acting) -> bool:
    return any(local_name(e) == "base" for e in each.elements)


def _has_javascript_url(each: Acting) -> bool:
    values = [value for e in each.elements for value in e.attributes.values()]
    strings = [text for code in each.scripts for text in code.strings]
    return any(re.match("javascript:", plain(v), re.IGNORECASE) for v in (*values, *strings))


def _uses_service_worker(each: Acting) -> bool:
    return any("serviceWorker" in (*_names(code), *code.strings) for code in each.scripts)


def _names(code: Script) -> Iterator[str]:
    kinds = (
        "identifier", "property_identifier", "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
    )  # fmt: skip
    return (unescaped(source(node)) for node in code.of_type(*kinds))


def _runs_text(each: Acting) -> bool:
    return any(_evaluates(code) for code in each.scripts)


_GLOBALS = frozenset({"window", "self", "globalThis", "top", "parent", "frames", "this"})


def _evaluates(code: Script) -> bool:
    """`eval` and `Function` in any form, and text given to a timer."""
    for node in code.of_type("identifier"):
        name, parent = unescaped(source(node)), node.parent
        if name == "eval" or (name == "Function" and not _only_compared(parent)):
            return True
    for node in code.of_type("member_expression", "subscript_expression"):
        name = _member(node)
        owner = source(node.child_by_field_name("object"))
        called = node.parent is not None and node.parent.type == "call_expression"
        if name == "eval" and (called or owner in _GLOBALS):
            return True
        if name == "Function" and owner in _GLOBALS:
            return True
    return any(_takes_text(call) for call in code.of_type("call_expression"))


def _member(node: Node) -> str:
    """`c` of `a.c` and of `a["c"]`."""
    literal = string_value(node.child_by_field_name("index"))
    return literal or unescaped(source(node.child_by_field_name("property")))


def _only_compared(parent: Node | None) -> bool:
    """`x instanceof Function`, `Function.prototype`."""
    if parent is None or parent.type not in ("binary_expression", "member_expression"):
        return False
    return parent.type == "binary_expression" or _member(parent) == "prototype"


def _takes_text(call: Node) -> bool:
    function = call.child_by_field_name("function")
    first = next(iter(arguments(call)), None)
    if function is None or first is None:
        return False
    name = _member(function) or unescaped(source(function))
    text = first.type in ("string", "template_string") or (
        first.type == "binary_expression" and "string" in {child.type for child in first.children}
    )
    return text and name in ("setTimeout", "setInterval", "setImmediate", "constructor")


def _has_picture_events(each: Acting) -> bool:
    drawing = is_a(each.path, XML)
    return any(
        name in ("onload", "onerror") and (drawing or local_name(e) in ("svg", "img", "image"))
        for e in each.elements
        for name in e.attributes
    )


_BEHAVIOURS = (
    _Behaviour("a redirect", _redirects, r"redirect|refresh"),
    _Behaviour("a <base> element", _has_base, r"<base|base element"),
    _Behaviour("a javascript: URL", _has_javascript_url, r"javascript:"),
    _Behaviour("a service worker", _uses_service_worker, r"service.?worker|pwa|offline"),
    _Behaviour("eval", _runs_text, r"\beval|calculator|expression|playground"),
    _Behaviour(
        "an event handler in an SVG or an image", _has_picture_events, r"\bon(?:load|error)\b"
    ),
    _Behaviour(
        "what is nested too deep, or opened too often, to be read",
        lambda each: each.unread,
        r"(?!)",
    ),
)
_OUR_LINES = frozenset(line.strip() for line in SYSTEM.split("\n") if len(line.strip()) >= 60)
_MARKER = re.compile(r"^\s*={3,}\s*(?:FILE|EDIT|DATA|END|DONE)\b[^\n]*={3,}\s*$", re.MULTILINE)


def inspect(subject: Subject) -> Iterator[Finding]:
    for each in acting(subject):
        for behaviour in _BEHAVIOURS:
            if not re.search(behaviour.asked, subject.assignment.brief, re.IGNORECASE):
                if behaviour.seen(each):
                    problem = f"{each.path} has {behaviour.what}, which the brief does not ask for"
                    yield _finding(each.path, behaviour.what, problem)
    for path in subject.changed:
        yield from _texts(subject, path)


def _texts(subject: Subject, path: str) -> Iterator[Finding]:
    text = subject.site.text(path)
    if any(line in text for line in _OUR_LINES):
        yield _finding(path, "our instructions", f"{path} repeats the deployer's instructions")
    if (marker := _MARKER.search(text)) and not subject.asked_for(marker[0]):
        yield _finding(path, "a marker", f"{path} holds a marker line of the answer's format")


def _finding(path: str, what: str, problem: str) -> Finding:
    return Finding(Severity.FORBIDDEN, "content", f"{path}: {what}", f"{problem}: remove it")
