"""Values of expressions, where a script shows them without running."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from deployer.generation.reading.javascript import (
    FUNCTIONS,
    Script,
    arguments,
    called,
    enclosing_function,
    receiver,
    source,
    string_value,
    unescaped,
    walk,
)
from deployer.generation.reading.urls import OWN

MOST_STEPS = 200
"""Further expressions are not looked through."""
_KEEP_THE_VALUE = frozenset({"toString", "trim", "String", "freeze", "URL", "encodeURI", "assign"})
"""Functions that give back what they get, as far as its beginning goes."""
_LOCATION = re.compile(
    r"(?:(?:window|self|document|globalThis|top|parent)\??\.)*(?:location(?:\??\.(\w+))?|URL|baseURI)"
    r"|import\.meta\.url"
)
_OF_LOCATION = {
    "origin": (OWN, True),
    "host": (OWN.removeprefix("https://"), True),
    "hostname": (OWN.removeprefix("https://"), True),
    "protocol": ("https:", True),
    "pathname": ("/own/", False),
    None: (f"{OWN}/", False),
    "href": (f"{OWN}/", False),
}


def origins(code: Script, node: Node | None) -> Iterator[Node]:
    """The expressions that give `node` its value: literals, or ones that are not looked through."""
    waiting, seen = [node] if node is not None else [], set[int]()
    while waiting:
        current = waiting.pop()
        if current.id in seen:
            continue
        seen.add(current.id)
        behind = list(_behind(code, current)) if len(seen) < MOST_STEPS else []
        waiting += behind
        if not behind:
            yield current


def beginning(code: Script, node: Node | None, *, depth: int = 8) -> tuple[str, bool]:
    """The text that a value begins with, and whether that is all of it.

    A value that begins with the page's own address begins with OWN.
    """
    if node is None or not depth:
        return "", False
    literal = string_value(node)
    if literal is not None or node.type == "number":
        return literal if literal is not None else source(node), True
    if node.type in ("string_fragment", "escape_sequence"):
        return unescaped(source(node)), True
    if pieces := _pieces(node):
        return _joined(beginning(code, piece, depth=depth - 1) for piece in pieces)
    if (place := _LOCATION.fullmatch(source(node))) and not is_declared(node):
        return _OF_LOCATION.get(place[1], ("", False))
    behind = list(_behind(code, node))
    return beginning(code, behind[0], depth=depth - 1) if len(behind) == 1 else ("", False)


def _pieces(node: Node) -> list[Node]:
    """The pieces of a template or of a sum of texts; none if it is neither."""
    if node.type == "template_string":
        inner = (
            n.named_children if n.type == "template_substitution" else [n]
            for n in node.named_children
        )
        return [piece for pieces in inner for piece in pieces[:1]]
    pieces: list[Node] = []
    while source(node.child_by_field_name("operator")) == "+":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            break
        pieces.append(right)
        node = left
    return [node, *reversed(pieces)] if pieces else []


def _joined(pieces: Iterator[tuple[str, bool]]) -> tuple[str, bool]:
    text = ""
    for piece, whole in pieces:
        text += piece
        if not whole:
            return text, False
    return text, True


def is_declared(node: Node) -> bool:
    """True if an identifier is a name of the script's own where it stands, not the browser's."""
    if node.type != "identifier":
        return False
    name, scope = source(node), node.parent
    while scope is not None:
        if scope.type in FUNCTIONS:
            heads = (
                scope.child_by_field_name("parameters"),
                scope.child_by_field_name("parameter"),
            )
            if any(name in _names(head) for head in heads if head is not None):
                return True
        for child in scope.named_children if scope.type in ("statement_block", "program") else ():
            # `var location` of a script, not of a module, is the window's own.
            if child.type == "variable_declaration" and scope.type == "program":
                continue
            if child.type.endswith("_declaration") and name in _names(child, below=False):
                return True
        scope = scope.parent
    return False


def _names(node: Node, *, below: bool = True) -> frozenset[str]:
    """Names that a list of parameters, or a declaration, declares."""
    if node.type in ("identifier", "shorthand_property_identifier_pattern"):
        return frozenset({source(node)})
    parts = [node] if below else [
        part for part in (
            node.child_by_field_name("name"),
            *(child.child_by_field_name("name") for child in node.named_children),
        ) if part is not None
    ]  # fmt: skip
    kinds = ("identifier", "shorthand_property_identifier_pattern")
    return frozenset(source(n) for part in parts for n in walk(part) if n.type in kinds)


def _behind(code: Script, node: Node) -> Iterator[Node]:
    """The expressions that an expression gets its value from, one step further."""
    fields = {
        "ternary_expression": ("consequence", "alternative"),
        "assignment_expression": ("right",),
        "augmented_assignment_expression": ("right",),
        "sequence_expression": ("right",),
    }.get(node.type, ())
    if node.type == "binary_expression":
        operator = source(node.child_by_field_name("operator"))
        fields = ("left", "right") if operator in ("||", "??") else ("right",) * (operator == "&&")
    yield from (n for n in map(node.child_by_field_name, fields) if n is not None)
    if node.type in ("parenthesized_expression", "await_expression"):
        yield from node.named_children[:1]
    elif node.type in ("identifier", "shorthand_property_identifier"):
        yield from code.given.get(source(node), ())
        yield from _given_by_callers(code, node)
    elif (first := node.child_by_field_name("object")) is not None and called(first) == "split":
        yield from (n for n in [receiver(first)] if n is not None)
    elif node.type in ("member_expression", "subscript_expression"):
        yield from code.given.get(source(node), ())
        yield from _parts(code, node)
    elif node.type in ("call_expression", "new_expression"):
        yield from _results(code, node)


def _given_by_callers(code: Script, name: Node) -> Iterator[Node]:
    """The arguments for a parameter, and what a callback of an array's method is given."""
    function = enclosing_function(name)
    while function is not None:
        parameters = function.child_by_field_name("parameters")
        single = function.child_by_field_name("parameter")
        listed = parameters.named_children if parameters else [single] if single else []
        for position, parameter in enumerate(listed):
            if source(parameter) == source(name):
                yield from _arguments_at(code, function, position)
        function = enclosing_function(function)


_EACH = frozenset({"forEach", "map", "filter", "find", "some", "every", "flatMap"})


def _arguments_at(code: Script, function: Node, position: int) -> Iterator[Node]:
    call = function.parent.parent if function.parent is not None else None
    if call is not None and called(call) in _EACH and not position:
        for each in origins(code, receiver(call)):
            yield from each.named_children if each.type == "array" else [each]
    outer = function.parent
    if outer is not None and outer.type == "parenthesized_expression" and outer.parent is not None:
        yield from arguments(outer.parent)[position : position + 1]
    names = [name for name, found in code.functions.items() if function in found]
    for call in code.calls(*names) if names else ():
        yield from arguments(call)[position : position + 1]


def _parts(code: Script, node: Node) -> Iterator[Node]:
    """The values of `pages[n]`, `links.home` and `url.href`, where the whole is written out."""
    owner = node.child_by_field_name("object")
    wanted = source(node.child_by_field_name("property"))
    for whole in code.given.get(source(owner), [owner] if owner is not None else ()):
        if whole.type == "array" and not wanted:
            yield from whole.named_children
        elif whole.type == "object":
            for pair in whole.named_children:
                if not wanted or source(pair.child_by_field_name("key")).strip("\"'") == wanted:
                    yield from (n for n in [pair.child_by_field_name("value")] if n is not None)
        elif whole.type == "new_expression" and wanted == "href":
            yield whole


def _results(code: Script, call: Node) -> Iterator[Node]:
    function = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    name = called(call) or source(function)
    if name in _KEEP_THE_VALUE:
        owner = function.child_by_field_name("object") if function is not None else None
        yield from (arguments(call) or ([owner] if owner is not None else []))[:1]
    for found in code.functions.get(name, ()) if call.type == "call_expression" else ():
        body = found.child_by_field_name("body")
        if body is not None and body.type != "statement_block":
            yield body
        elif body is not None:
            returned = (n for n in walk(body) if n.type == "return_statement")
            yield from (n.named_children[0] for n in returned if n.named_children)
