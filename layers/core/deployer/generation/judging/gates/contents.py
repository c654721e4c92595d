"""Acts that a page needs the brief's words for, and texts that no file may repeat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from deployer.generation.instructions import SYSTEM
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.gates.acting import Acting, Scene
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.javascript import (
    Script,
    arguments,
    source,
    string_value,
    unescaped,
)


@dataclass(frozen=True)
class _Behaviour:
    what: str
    seen: Callable[[Acting], bool]
    asked: str
    """The pattern of words in a brief that ask for it."""


def _uses_service_worker(each: Acting) -> bool:
    return any(
        "serviceWorker" in (*_names(code), *code.strings) for code in (*each.scripts, *each.pressed)
    )


def _names(code: Script) -> Iterator[str]:
    kinds = (
        "identifier", "property_identifier", "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
    )  # fmt: skip
    return (unescaped(source(node)) for node in code.of_type(*kinds))


def _runs_text(each: Acting) -> bool:
    return any(_evaluates(code) for code in (*each.scripts, *each.pressed))


_GLOBALS = frozenset({"window", "self", "globalThis", "top", "parent", "frames", "this"})


def _evaluates(code: Script) -> bool:
    """True if the code has `eval` or `Function` in any form, or gives text to a timer."""
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


_BEHAVIOURS = (
    _Behaviour(
        "a service worker",
        _uses_service_worker,
        r"(?:service|web).?workers?|pwa|progressive|offline|install"
        r"|\b(?:without|no)\b.{0,12}\b(?:internet|network|connection)",
    ),
    _Behaviour(
        "eval",
        _runs_text,
        r"\beval|calculat|expression|formula|equation|plot|graph|spreadsheet|playground|\brepl\b"
        r"|interpret|code (?:editor|runner)|runs? .{0,20}(?:code|javascript|snippet)|console"
        r"|boolean|truth.tables?|(?:teach|learn|tutorial|lesson|exercise|challenge).{0,40}javascript"
        r"|javascript.{0,40}(?:tutorial|lesson|exercise|challenge|example)",
    ),
    _Behaviour("what takes too long to be read", lambda each: each.unread, r"(?!)"),
)
_OUR_LINES = frozenset(line.strip() for line in SYSTEM.split("\n") if len(line.strip()) >= 60)
_MARKER = re.compile(r"^\s*={3,}\s*(?:FILE|EDIT|DATA|END|DONE)\b[^\n]*={3,}\s*$", re.MULTILINE)


def inspect(scene: Scene) -> Iterator[Finding]:
    """A FORBIDDEN finding for each act that nobody asked for."""
    for each in scene.new:
        for behaviour in _BEHAVIOURS:
            if behaviour.seen(each) and not scene.asked(behaviour.asked):
                problem = f"{each.path} has {behaviour.what}, which the brief does not ask for"
                yield _finding(each.path, behaviour.what, problem)
    for path in scene.subject.changed:
        yield from _texts(scene.subject, path)


def _texts(subject: Subject, path: str) -> Iterator[Finding]:
    text = subject.site.text(path)
    if any(line in text for line in _OUR_LINES):
        yield _finding(path, "our instructions", f"{path} repeats the deployer's instructions")
    if (marker := _MARKER.search(text)) and not subject.asked_for(marker[0]):
        yield _finding(path, "a marker", f"{path} holds a marker line of the answer's format")


def _finding(path: str, what: str, problem: str) -> Finding:
    return Finding(Severity.FORBIDDEN, "content", f"{path}: {what}", f"{problem}: remove it")
