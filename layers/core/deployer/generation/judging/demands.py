"""What the checks demand of the page, read from their text. Hints and lint rules share it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from deployer.domain.request import Check, JavaScriptCheck
from deployer.generation.reading.javascript import (
    Script,
    arguments,
    called,
    queried_selector,
    receiver,
    script,
    source,
    string_value,
)


@dataclass(frozen=True)
class Exists:
    """An element that the selector finds."""

    selector: str


@dataclass(frozen=True)
class TitleIs:
    text: str
    exactly: bool = True


@dataclass(frozen=True)
class FirstScriptHolds:
    """The page's first script element has this text in it, verbatim."""

    literal: str


@dataclass(frozen=True)
class IsTag:
    selector: str
    tag: str


@dataclass(frozen=True)
class HasAttribute:
    """The value is None where any will do."""

    selector: str
    name: str
    value: str | None = None


@dataclass(frozen=True)
class ShowsNumber:
    """The text is read as a number."""

    selector: str


@dataclass(frozen=True)
class ShowsText:
    """The text is there on load; `literal` is empty where any will do."""

    selector: str
    literal: str = ""


@dataclass(frozen=True)
class ResultIs:
    """A number that the page has to compute, not to hold."""

    number: str


@dataclass(frozen=True)
class ReadsParameter:
    """A query parameter of the page's URL."""

    name: str


Demand = (
    Exists | TitleIs | FirstScriptHolds | IsTag | HasAttribute | ShowsNumber | ShowsText | ResultIs
    | ReadsParameter
)  # fmt: skip


def demands_of(check: Check) -> tuple[Demand, ...]:
    """What the check asks for, as far as it can be read. What cannot be read demands nothing."""
    if isinstance(check, JavaScriptCheck):
        found = _of_expression(script(check.js))
    elif _looks_like_javascript(check):
        found = _of_expression(script(check.removeprefix("js:").strip()))
    else:
        found = _of_sentence(check)
    return tuple(dict.fromkeys(found))


def _looks_like_javascript(check: str) -> bool:
    return check.startswith("js:") or "document." in check


def is_unresolved(literal: str) -> bool:
    """Whether a template of the sender was left in it: nothing on a page can fulfil that."""
    return "${" in literal


def _of_expression(code: Script) -> Iterator[Demand]:
    if code.root.has_error:
        return
    for call in code.calls("querySelector", "querySelectorAll", "getElementById"):
        selector = queried_selector(call)
        if selector is not None and not is_unresolved(selector):
            yield from _of_query(code, call, selector)
    for node in code.of_type("binary_expression"):
        yield from _of_comparison(node)
    for call in code.calls("includes", "startsWith", "match"):
        yield from _of_includes(call)


def _of_query(code: Script, call: Node, selector: str) -> Iterator[Demand]:
    if selector == "script" or _denied(call):
        return
    yield Exists(selector)
    if called(call) == "querySelectorAll" and _reads_numbers_of_each(code):
        yield ShowsNumber(selector)
    member = _member(call)
    if member is not None:
        yield from _of_member(selector, *member)


def _of_member(selector: str, name: str, use: Node) -> Iterator[Demand]:
    if name in ("textContent", "innerText"):
        if _read_as_number(use):
            yield ShowsNumber(selector)
        elif _asked_for_length(use):
            yield ShowsText(selector)
    elif name == "dataset":
        key = _member(use)
        if key is not None:
            yield HasAttribute(selector, f"data-{_dashed(key[0])}")
    elif name == "hasAttribute" and use.parent is not None:
        wanted = string_value(next(iter(arguments(use.parent)), None))
        if wanted is not None:
            yield HasAttribute(selector, wanted)


def _denied(node: Node) -> bool:
    """`!document.querySelector("#old")`, `document.querySelector("#old") === null`."""
    parent = node.parent
    while parent is not None and parent.type in ("parenthesized_expression", "await_expression"):
        parent = parent.parent
    if parent is None:
        return False
    if parent.type == "unary_expression" and source(parent).startswith("!"):
        outer = parent.parent
        return not (outer is not None and source(outer).startswith("!!"))
    operator = source(parent.child_by_field_name("operator"))
    return operator in ("===", "==") and bool(re.search(r"\b(null|undefined)\b", source(parent)))


def _reads_numbers_of_each(code: Script) -> bool:
    """`rows.reduce((sum, cell) => sum + parseFloat(cell.textContent), 0)`."""
    return any(
        re.fullmatch(r"\w+\.(textContent|innerText)(\.trim\(\))?", source(value))
        for call in code.calls(*_NUMBER_READERS)
        for value in arguments(call)[:1]
    )


def _member(node: Node) -> tuple[str, Node] | None:
    """The property that is taken of `node`, and the member expression that takes it."""
    parent = node.parent
    if parent is None or parent.type != "member_expression":
        return None
    if parent.child_by_field_name("object") != node:
        return None
    return source(parent.child_by_field_name("property")), parent


_NUMBER_READERS = frozenset({"parseFloat", "parseInt", "Number"})


def _read_as_number(node: Node) -> bool:
    parent = node.parent
    if parent is not None and parent.type == "unary_expression":
        return source(parent).startswith("+")
    call = parent.parent if parent is not None and parent.type == "arguments" else None
    return call is not None and called(call) in _NUMBER_READERS


def _asked_for_length(node: Node) -> bool:
    """`.trim().length > 0`, `.length`, `.trim() !== ""`."""
    return bool(re.search(r"\.length\b|!==? ?[\"']{2}", source(_statement(node))))


def _statement(node: Node) -> Node:
    while node.parent is not None and node.parent.type in (
        "member_expression", "call_expression", "binary_expression", "arguments",
    ):  # fmt: skip
        node = node.parent
    return node


def _dashed(name: str) -> str:
    return re.sub(r"[A-Z]", lambda m: f"-{m[0].lower()}", name)


def _of_comparison(node: Node) -> Iterator[Demand]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = source(node.child_by_field_name("operator"))
    if left is None or right is None:
        return
    if operator in ("===", "=="):
        for subject, value in ((left, string_value(right)), (right, string_value(left))):
            if value is not None and not is_unresolved(value):
                yield from _of_equality(subject, value)
    elif operator == "-" and right.type == "number":
        # Fewer digits could stand in the page by chance.
        if len(re.sub(r"\D", "", source(right))) >= 3:
            yield ResultIs(source(right))


def _of_equality(subject: Node, value: str) -> Iterator[Demand]:
    text = source(subject)
    if text == "document.title":
        yield TitleIs(value)
        return
    call = _query_inside(subject)
    selector = queried_selector(call)
    if selector is None or is_unresolved(selector):
        return
    if text.endswith((".tagName", ".nodeName")):
        yield IsTag(selector, value.lower())
    elif called(subject) == "getAttribute":
        wanted = string_value(next(iter(arguments(subject)), None))
        if wanted is not None:
            yield HasAttribute(selector, wanted, value)
    elif re.search(r"\.(textContent|innerText)(\.trim\(\))?$", text) and value:
        yield ShowsText(selector, value)


def _query_inside(node: Node | None) -> Node | None:
    """The `document.querySelector(...)` that a chain begins with."""
    while node is not None:
        if node.type == "call_expression" and queried_selector(node) is not None:
            if called(node) in ("querySelector", "querySelectorAll", "getElementById"):
                return node
        if node.type == "call_expression":
            node = receiver(node)
        elif node.type == "member_expression":
            node = node.child_by_field_name("object")
        else:
            return None
    return None


def _of_includes(call: Node) -> Iterator[Demand]:
    literal = string_value(next(iter(arguments(call)), None))
    subject = receiver(call)
    if literal is None or subject is None or is_unresolved(literal) or not literal:
        return
    if source(subject) == "document.title":
        yield TitleIs(literal, exactly=False)
        return
    query = _query_inside(subject)
    selector = queried_selector(query)
    if selector == "script" and query is not None and called(query) == "querySelector":
        yield FirstScriptHolds(literal)
    elif selector is not None and re.search(
        r"\.(textContent|innerText|innerHTML)", source(subject)
    ):
        yield ShowsText(selector, literal)


_SENTENCES: tuple[tuple[str, Callable[[re.Match[str]], Demand]], ...] = (
    (r"[?&](\w+)=", lambda m: ReadsParameter(m[1])),
    (r"\btitle (?:is|equals|must be|set to) [\"“'`]([^\"”'`]+)", lambda m: TitleIs(m[1])),
    (r"\btitle (?:contains|includes) [\"“'`]([^\"”'`]+)", lambda m: TitleIs(m[1], exactly=False)),
    (r"(?<![\w/&])#([A-Za-z][\w-]*)", lambda m: Exists(f"#{m[1]}")),
)
"""What a check in plain words says, as far as it says it in a fixed form."""


def _of_sentence(check: str) -> Iterator[Demand]:
    for pattern, demand in _SENTENCES:
        for match in re.finditer(pattern, check):
            yield demand(match)
