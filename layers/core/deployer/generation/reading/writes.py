"""Writes: the places at which a script sets the content of an element."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from deployer.generation.reading.javascript import (
    Script,
    arguments,
    called,
    queried_selector,
    receiver,
    source,
    string_value,
)


@dataclass(frozen=True)
class Write:
    """One place at which a script sets the content of an element."""

    selector: str
    value: Node
    statement: Node


@dataclass(frozen=True)
class _Bindings:
    """Names in a script that stand for elements."""

    selectors: dict[str, str]

    def of(self, node: Node | None) -> str | None:
        if node is None:
            return None
        return queried_selector(node) or self.selectors.get(source(node))


def element_bindings(code: Script) -> _Bindings:
    """Names of elements: `const total = document.querySelector("#total")` and the like."""
    selectors: dict[str, str] = {}
    for node in code.of_type("variable_declarator", "assignment_expression"):
        name = node.child_by_field_name("name") or node.child_by_field_name("left")
        value = node.child_by_field_name("value") or node.child_by_field_name("right")
        if name is None or value is None:
            continue
        selector = queried_selector(value)
        if selector:
            selectors[source(name)] = selector
        elif value.type == "object":
            for pair in value.named_children:
                inner = queried_selector(pair.child_by_field_name("value"))
                if inner:
                    selectors[f"{source(name)}.{source(pair.child_by_field_name('key'))}"] = inner
    return _Bindings(selectors)


_SHOWN = frozenset({"textContent", "innerText", "innerHTML"})


def writes(code: Script) -> list[Write]:
    """All writes of a script: assignments, and helpers called with the element's id."""
    bindings = element_bindings(code)
    found: list[Write] = []
    for node in code.of_type("assignment_expression", "augmented_assignment_expression"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or left.type != "member_expression":
            continue
        selector = bindings.of(left.child_by_field_name("object"))
        if selector and source(left.child_by_field_name("property")) in _SHOWN:
            found.append(Write(selector, right, node))
    for call in code.of_type("call_expression"):
        found += _write_by_call(call, bindings)
    return found


def _write_by_call(call: Node, bindings: _Bindings) -> list[Write]:
    """Writes of a call such as `setText("#total", value)` or `element.append(value)`."""
    values = arguments(call)
    if called(call) in ("append", "replaceChildren", "insertAdjacentHTML", "prepend") and values:
        selector = bindings.of(receiver(call))
        return [Write(selector, values[-1], call)] if selector else []
    if len(values) < 2 or called(call) in ("setItem", "addEventListener", "setAttribute"):
        return []
    first = string_value(values[0])
    selector = bindings.of(values[0]) or (
        first if first and first.startswith("#") else f"#{first}" if first else None
    )
    return [Write(selector, values[1], call)] if selector else []
