"""Demands of a check that is an expression in JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from deployer.generation.judging.demands.kinds import (
    Demand,
    Exists,
    FirstScriptHolds,
    HasAttribute,
    IsTag,
    ResultIs,
    ShowsNumber,
    ShowsText,
    TitleIs,
)
from deployer.generation.reading.javascript import (
    Script,
    arguments,
    called,
    queried_selector,
    receiver,
    source,
    string_value,
)


def is_unresolved(literal: str) -> bool:
    """True if the sender left a template in the literal: nothing on a page can fulfil that."""
    return "${" in literal


def of_expression(code: Script) -> Iterator[Demand]:
    """The demands of an expression; none of one that cannot be read."""
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
    if selector == "script" or not _asks_the_page(call) or not _is_demanded(call):
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


def _asks_the_page(call: Node) -> bool:
    """True if the call searches the start page itself, and no other document or element."""
    return re.match(r"(?:window\.)?document\b", source(receiver(call))) is not None


_BRANCHES = frozenset({"ternary_expression", "if_statement", "while_statement"})
_EITHER = frozenset({"||", "??"})
_NOTHING = re.compile(r"null|undefined|false|-1")


def _is_demanded(node: Node) -> bool:
    """True if the check needs `node` to be true, which it does not in `!a`, `a || b`, `if (a)`."""
    demanded = True
    while (parent := node.parent) is not None:
        if parent.type == "unary_expression" and source(parent).startswith("!"):
            demanded = not demanded
        elif parent.type in _BRANCHES or _is_denied(parent, node):
            return False
        node = parent
    return demanded


def _is_denied(comparison: Node, node: Node) -> bool:
    """True in `a || b`, `a === null`, `a.length === 0`, `a.length < 2`."""
    if comparison.type != "binary_expression":
        return False
    operator = source(comparison.child_by_field_name("operator"))
    left, right = (comparison.child_by_field_name(side) for side in ("left", "right"))
    other = source(right if left == node else left)
    if operator in _EITHER:
        return True
    if operator in ("===", "=="):
        return bool(_NOTHING.fullmatch(other)) or (other == "0" and source(node).endswith("length"))
    return operator in ("<", "<=") and node == left and source(node).endswith("length")


def _reads_numbers_of_each(code: Script) -> bool:
    """True of `rows.reduce((sum, cell) => sum + parseFloat(cell.textContent), 0)` and its like."""
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
    """True before `.trim().length > 0`, `.length`, `.trim() !== ""`."""
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
    if left is None or right is None or not _is_demanded(node):
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
            found = called(node) in ("querySelector", "querySelectorAll", "getElementById")
            if found and _asks_the_page(node):
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
    if not _is_demanded(call):
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
