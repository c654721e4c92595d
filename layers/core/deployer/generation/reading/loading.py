"""Which code of a script runs when its page loads, without anything being clicked or sent."""

from __future__ import annotations

import re

from tree_sitter import Node

from deployer.generation.reading.javascript import (
    FUNCTIONS,
    Script,
    arguments,
    called,
    enclosing_function,
    source,
    string_value,
    walk,
)

_LOAD_EVENTS = frozenset({"DOMContentLoaded", "load", "readystatechange", "pageshow"})


class LoadAnalysis:
    """Which functions run when the page loads, without anything being clicked or sent."""

    def __init__(self, code: Script) -> None:
        self._code = code
        self._by_name = code.functions
        self._reached: set[int] = set()
        for node in code.nodes:
            if enclosing_function(node) is None:
                self._reach_from(node)
        self._reach_dispatched()

    def runs(self, node: Node) -> bool:
        """Whether `node` can run on load."""
        function = enclosing_function(node)
        return function is None or function.id in self._reached

    def _reach_from(self, node: Node) -> None:
        """Follow what `node` runs: calls by name, and functions given to load events and timers."""
        if node.type in ("identifier", "property_identifier", "shorthand_property_identifier"):
            if not _is_declared(node) and not _is_listener_argument(node):
                self._enter(self._by_name.get(source(node)))
        elif node.type in FUNCTIONS and node.type != "function_declaration":
            if not _is_listener_argument(node) and not _is_named_function(node):
                self._enter(node)

    def _enter(self, function: Node | None) -> None:
        waiting = [function] if function is not None else []
        while waiting:
            current = waiting.pop()
            if current.id in self._reached:
                continue
            self._reached.add(current.id)
            for node in walk(current):
                if node.id != current.id and enclosing_function(node) == current:
                    self._reach_from(node)

    def _reach_dispatched(self) -> None:
        """`form.requestSubmit()` and `dispatchEvent()` on load run the listeners after all."""
        starts = self._code.calls("requestSubmit", "dispatchEvent", "click", "submit")
        if any(self.runs(call) for call in starts):
            for call in self._code.calls("addEventListener"):
                for argument in arguments(call)[1:2]:
                    self._enter(
                        argument
                        if argument.type in FUNCTIONS
                        else self._by_name.get(source(argument))
                    )


def _is_declared(node: Node) -> bool:
    """Whether `node` is a name where something is given it, rather than used by it."""
    parent = node.parent
    return parent is not None and node in (
        parent.child_by_field_name("name"),
        parent.child_by_field_name("key"),
    )


def _is_named_function(node: Node) -> bool:
    """Whether a function only gets a name here; a callback in an options object is given away."""
    parent = node.parent
    if parent is None:
        return True
    owner = parent.parent if parent.type == "pair" else parent
    if parent.type == "pair" or node.type == "method_definition":
        return owner is None or owner.parent is None or owner.parent.type != "arguments"
    return parent.type in ("variable_declarator", "field_definition")


_PASSED_ON = frozenset({"member_expression", "call_expression", "arguments"})


def _is_listener_argument(node: Node) -> bool:
    """Whether `node` is what an event other than a load event runs, also as `this.run.bind(this)`
    or `debounced(run)`."""
    current: Node | None = node
    while current is not None and current.parent is not None:
        parent = current.parent
        if parent.type == "assignment_expression":
            left = source(parent.child_by_field_name("left"))
            loads = left.endswith((".onload", ".onpageshow"))
            return bool(re.search(r"\.on\w+$", left)) and not loads
        call = parent.parent
        if parent.type == "arguments" and call is not None and called(call) == "addEventListener":
            return string_value(arguments(call)[0]) not in _LOAD_EVENTS
        current = parent if parent.type in _PASSED_ON else None
    return False
