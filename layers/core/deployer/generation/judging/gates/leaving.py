"""A page that goes elsewhere by itself, which no Content-Security-Policy forbids.

A link, a button's handler and a form are the visitor's own way, and stay free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.gates.acting import Acting, Scene
from deployer.generation.reading.javascript import (
    Script,
    arguments,
    called,
    queried_selector,
    receiver,
    source,
    string_value,
    walk,
)
from deployer.generation.reading.markup import Element, select
from deployer.generation.reading.urls import elsewhere, own_paths
from deployer.generation.reading.values import beginning, is_declared, origins
from deployer.generation.reading.windows import is_location, is_window, member

_REDIRECT = (
    r"redirect|forward(?:s|ed|ing)?\b|refresh|short(?:en|[ -]?link)"
    r"|\b(?:go(?:es)?|sends?|takes?|navigates?|jumps?|moves?|opens?)\b.{0,40}"
    r"\b(?:urls?|pages?|web ?sites?|sites?|links?|address|tab|window|https?:)"
)
_TO_HOST = frozenset({"href", "host", "hostname"})
_SETTERS = frozenset({"assign", "set", "defineProperty", "apply", "call", "bind"})
"""Functions that can set what they are given."""
_REFRESH = re.compile(r"\s*[\d.]*\s*[;,\s]\s*(?:url\s*=\s*)?[\"']?(.*)", re.IGNORECASE | re.DOTALL)
"""https://html.spec.whatwg.org/#shared-declarative-refresh-steps"""


def inspect(scene: Scene) -> Iterator[Finding]:
    """A FORBIDDEN finding for each place to which one of the round's files goes."""
    for each in scene.new:
        for element in each.elements:
            if element.attributes.get("http-equiv", "").strip().lower() == "refresh":
                match = _REFRESH.match(element.attributes.get("content", ""))
                yield from _judged(scene, each, match[1] if match else "")
        for code in each.scripts:
            yield from _going(scene, each, code)


def _going(scene: Scene, each: Acting, code: Script) -> Iterator[Finding]:
    for at, target in (*_assigned(code), *_called(code), *_clicked(each, code)):
        if not scene.by_itself.runs(at):
            continue
        if target is None:
            yield from _judged(scene, each, "", whole=False)
        for leaf in origins(code, target):
            if called(leaf) != "createObjectURL":
                text, whole = beginning(code, leaf)
                yield from _judged(scene, each, text, whole=whole)


def _judged(scene: Scene, each: Acting, text: str, *, whole: bool = True) -> Iterator[Finding]:
    place = elsewhere(text, whole=whole)
    if place is None and (page := _attached_page(scene, each, text, whole=whole)):
        yield _finding(each, page, f"goes to {page}, which has no policy, without a click: link it")
    if place is None or scene.may_reach(text) or (scene.asked(_REDIRECT) and _may_go(scene, place)):
        return
    what = f"to {place}" if place else "to an address that is put together while it runs"
    cure = "let a link or a button's handler do it"
    if each.path in scene.subject.attached:
        cure = "show what is attached as text, or sanitised by DOMPurify"
    yield _finding(each, place or "unknown", f"goes {what} without a click: {cure}")


def _attached_page(scene: Scene, each: Acting, text: str, *, whole: bool) -> str | None:
    """An attached page that an address of the site leads to, or may lead to."""
    pages = scene.attached_pages
    if whole:
        return next((path for path in own_paths(text, each.path) if path in pages), None)
    begun = text.removeprefix("./")
    return next((path for path in sorted(pages) if path.startswith(begun)), None)


def _may_go(scene: Scene, place: str) -> bool:
    """True if a page whose brief asks for a redirect may go there: the address is unknown, or the
    brief says its host's name."""
    labels = place.split(".")
    return not place or (len(labels) > 1 and scene.asked(rf"\b{re.escape(labels[-2])}\b"))


def _assigned(code: Script) -> Iterator[tuple[Node, Node | None]]:
    """Assignments such as `location = x`, `location.href = x`, `location.host = x`."""
    for node in code.of_type("assignment_expression", "augmented_assignment_expression"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            continue
        if left.type.endswith("_pattern") and any(_sets_place(code, part) for part in walk(left)):
            yield node, None
        elif name := _sets_place(code, left):
            yield node, None if name.startswith("host") else right
        elif re.search(r"\.location(?:\.href)?$", source(left)):
            # Another window's, or something of that name: only an address says which.
            if elsewhere(beginning(code, right)[0]):
                yield node, right
    for node in code.of_type("variable_declarator"):
        declared = node.child_by_field_name("name")
        if declared is not None and source(declared) == "location" and not is_declared(declared):
            yield node, node.child_by_field_name("value")


def _sets_place(code: Script, left: Node) -> str:
    """The name by which setting `left` leaves the page; empty if it does not."""
    if is_location(code, left):
        return "location"
    owner, name = member(code, left)
    sets = name in _TO_HOST and owner is not None and is_location(code, owner)
    return name if sets else ""


def _called(code: Script) -> Iterator[tuple[Node, Node | None]]:
    """Calls such as `location.assign(x)`, `window.open(x)`, `navigation.navigate(x)`."""
    for call in code.of_type("call_expression"):
        values = arguments(call)
        for function in origins(code, call.child_by_field_name("function")):
            owner, name = member(code, function)
            if name in ("call", "apply", "bind") and owner is not None:
                function, values = owner, values[1:]
                owner, name = member(code, function)
            if _goes(code, function, owner, name, len(values)):
                yield call, next(iter(values), None)
        if called(call) in _SETTERS and any(is_location(code, value) for value in values):
            yield call, None


def _goes(code: Script, function: Node, owner: Node | None, name: str, count: int) -> bool:
    if owner is None:
        return source(function) == "open" and count > 0 and not is_declared(function)
    if name in ("assign", "replace"):
        return is_location(code, owner)
    if name == "open":
        return (count > 0 and is_window(code, owner)) or (source(owner) == "document" and count > 2)
    return name == "navigate" and source(owner).endswith(("navigation", "client"))


def _clicked(each: Acting, code: Script) -> Iterator[tuple[Node, Node | None]]:
    """Calls of `link.click()`, with the value that the link's address is set to."""
    for call in code.calls("click", "dispatchEvent"):
        element = receiver(call)
        for leaf in origins(code, element):
            if called(leaf) in ("createElement", "createElementNS"):
                made = string_value(next(reversed(arguments(leaf)), None))
                if made in ("a", "area"):
                    yield from ((call, address) for address in _addresses_of(code, element))
            elif any(elsewhere(e.attributes.get("href", "")) for e in _found(each, leaf)):
                yield call, None


def _addresses_of(code: Script, element: Node | None) -> Iterator[Node]:
    """Whatever a script makes the `href` of an element, by the name that it has there."""
    for node in code.of_type("assignment_expression"):
        if source(node.child_by_field_name("left")) == f"{source(element)}.href":
            yield from (n for n in [node.child_by_field_name("right")] if n is not None)
    for call in code.calls("setAttribute", "setAttributeNS"):
        if source(receiver(call)) == source(element):
            yield from arguments(call)[-1:]
    for pair in code.of_type("pair"):
        if source(pair.child_by_field_name("key")) == "href":
            yield from (n for n in [pair.child_by_field_name("value")] if n is not None)


def _found(each: Acting, node: Node) -> list[Element]:
    """The elements that a query finds in the markup; an id may stand for its element."""
    if re.search(r"document\.links|getElementsByTagName", source(node)):
        return select(each.elements, "a, area")
    name = f"#{source(node)}" if node.type == "identifier" else ""
    return select(each.elements, queried_selector(node) or name)


def _finding(each: Acting, about: str, problem: str) -> Finding:
    return Finding(Severity.FORBIDDEN, "leaving", f"{each.path}: {about}", f"{each.path} {problem}")
