"""Code of scripts that runs by itself, told apart from code that waits for something."""

from __future__ import annotations

import re
from functools import cached_property

from tree_sitter import Node

from deployer.generation.reading.javascript import (
    FUNCTIONS,
    Script,
    arguments,
    called,
    enclosing_function,
    queried_selector,
    receiver,
    source,
    string_value,
    walk,
)

PRESSES = frozenset(
    {"click", "dblclick", "auxclick", "contextmenu", "submit", "change", "input", "keydown",
     "keyup", "keypress", "pointerdown", "pointerup", "mousedown", "mouseup", "touchstart",
     "touchend", "drop", "paste", "copy", "cut", "search", "tap"}
)  # fmt: skip
"""Events that do not come unless the page's user does something."""
_RUN_BY_LIBRARIES = frozenset(
    {"mounted", "created", "setup", "data", "init", "connectedCallback", "componentDidMount",
     "render", "toString", "valueOf", "toJSON", "then"}
)  # fmt: skip
"""Methods that a library, or the language, calls without being asked."""
_RENAMINGS = (
    ("variable_declarator", "value", "name"),
    ("assignment_expression", "right", "left"),
    ("assignment_expression", "left", "left"),
    ("pair", "value", "key"),
    ("export_specifier", "name", "alias"),
)
_NAMES = ("identifier", "property_identifier", "shorthand_property_identifier")
_DISPATCHES = ("requestSubmit", "dispatchEvent", "click", "submit", "trigger")


class LoadAnalysis:
    """The functions of a page's scripts that run by themselves: code waits only if the user's own
    doing starts it."""

    def __init__(self, *codes: Script) -> None:
        self._codes = codes
        self._reached: set[int] = set()
        self._waiting: list[Node] = []
        for code in codes:
            for node in code.nodes:
                if enclosing_function(node) is None:
                    self._reach_from(node)
        for name in _RUN_BY_LIBRARIES:
            self._enter_named(name)
        self._follow()
        self._reach_dispatched()
        self._follow()

    def runs(self, node: Node) -> bool:
        """True if `node` can run by itself."""
        function = enclosing_function(node)
        return function is None or function.id in self._reached

    def _follow(self) -> None:
        while self._waiting:
            current = self._waiting.pop()
            for node in walk(current):
                if node.id != current.id and enclosing_function(node) == current:
                    self._reach_from(node)

    def _reach_from(self, node: Node) -> None:
        """Follow what `node` runs: calls by name, and functions given to load events and timers."""
        if node.type in _NAMES:
            if not (_renamed(node) is not None or _is_declared(node) or self._waits(node)):
                self._enter_named(source(node))
        elif node.type == "string" and _is_index(node):
            self._enter_named(string_value(node) or "")
        elif node.type in FUNCTIONS and node.type != "function_declaration":
            if not self._waits(node) and not _is_named_function(node):
                self._enter(node)

    def _enter(self, function: Node) -> None:
        if function.id not in self._reached:
            self._reached.add(function.id)
            self._waiting.append(function)

    def _enter_named(self, name: str) -> None:
        for code in self._codes:
            for function in code.functions.get(name, ()):
                self._enter(function)
        if name in self._renamed:
            for other in self._renamed.pop(name):
                self._enter_named(other)

    @cached_property
    def _renamed(self) -> dict[str, set[str]]:
        """Other names of functions: `const run = go`, `api.run = go`."""
        found: dict[str, set[str]] = {}
        for code in self._codes:
            for node in code.of_type(*_NAMES):
                if (name := _renamed(node)) and name != source(node):
                    found.setdefault(name, set()).add(source(node))
        return found

    def _reach_dispatched(self) -> None:
        """Follow `form.requestSubmit()` and `dispatchEvent()`, which run listeners after all."""
        starts = [call for code in self._codes for call in code.calls(*_DISPATCHES)]
        for start in filter(self.runs, starts):
            event = _dispatched(start)
            element = queried_selector(receiver(start))
            listened = (call for code in self._codes for call in code.calls("addEventListener"))
            for call in listened:
                other = queried_selector(receiver(call))
                kind, listener = (*arguments(call), None, None)[:2]
                elsewhere = element and other and element != other
                if not elsewhere and (event is None or string_value(kind) in (event, None)):
                    self._run_listener(listener)

    def _run_listener(self, listener: Node | None) -> None:
        if listener is not None and listener.type in FUNCTIONS:
            self._enter(listener)
        elif listener is not None:
            self._enter_named(source(listener))

    def _waits(self, node: Node) -> bool:
        """True if `node` is a handler of an event that does not come by itself."""
        return self._event_of(node) in PRESSES

    def _event_of(self, node: Node) -> str | None:
        """The event that runs a function, also as `this.run.bind(this)` or `debounced(run)`. Empty
        for an unknown event, None if `node` is given to none."""
        current = node
        while (parent := current.parent) is not None:
            if parent.type == "assignment_expression":
                return _handler(source(parent.child_by_field_name("left")).rpartition(".")[2])
            if parent.type == "pair":
                return _handler(source(parent.child_by_field_name("key")))
            if parent.type == "jsx_expression" and parent.parent is not None:
                return _handler(source(next(iter(parent.parent.named_children), None)))
            if parent.type == "call_expression" and not source(current).endswith(".bind"):
                if current == parent.child_by_field_name("function"):
                    return None
            if parent.type == "arguments" and parent.parent is not None:
                if (event := self._event_of_call(parent.parent)) is not None:
                    return event
            if parent.type not in _PASSED_ON:
                return None
            current = parent
        return None

    def _event_of_call(self, call: Node) -> str | None:
        """The event in `addEventListener("click", f)`, `on("click", f)`, `$("#x").click(f)`."""
        name, values = called(call), arguments(call)
        if name == "addEventListener":
            return string_value(values[0]) or ""
        own = [source(f) for code in self._codes for f in code.functions.get(name, ())]
        if own and not any(re.search(r"addEventListener|\.on\(", body) for body in own):
            return None
        words = (re.split(r"[.\s]", string_value(value) or "")[0] for value in values)
        said = next((word for word in words if word in PRESSES), None)
        return name if name in PRESSES and not said else said


_PASSED_ON = frozenset({"member_expression", "call_expression", "arguments"})


def _handler(name: str) -> str | None:
    """The event of `onclick` and `onClick`."""
    match = re.fullmatch(r"[\"']?on([A-Za-z]\w*)[\"']?", name)
    return match[1].lower() if match else None


def _dispatched(start: Node) -> str | None:
    """The event that a call makes; None if it may be any."""
    if called(start) == "requestSubmit":
        return "submit"
    if called(start) in ("click", "submit"):
        return called(start)
    texts = (string_value(n) for value in arguments(start) for n in walk(value))
    return next((text for text in texts if text), None)


def _renamed(node: Node) -> str | None:
    """The name that a function's name is given to, rather than run; None if it is run there."""
    if node.type == "shorthand_property_identifier":
        return source(node)
    current = node
    while (parent := current.parent) is not None:
        part = parent.child_by_field_name("property") == current
        bound = parent.type == "member_expression" and source(parent).endswith(".bind")
        if not (part or bound or source(current).endswith(".bind")):
            break
        current = parent
    for kind, field, name in _RENAMINGS:
        if parent is not None and parent.type == kind:
            if parent.child_by_field_name(field) == current:
                return source(parent.child_by_field_name(name)).rpartition(".")[2]
    return None


def _is_index(node: Node) -> bool:
    """True of `go` in `window["go"]()`."""
    parent = node.parent
    return parent is not None and parent.type == "subscript_expression"


def _is_declared(node: Node) -> bool:
    """True if `node` is a name that is given a value here, not used."""
    parent = node.parent
    return parent is not None and node in (
        parent.child_by_field_name("name"),
        parent.child_by_field_name("key"),
    )


def _is_named_function(node: Node) -> bool:
    """True if a function only gets a name here; a callback in an options object is given away."""
    parent = node.parent
    if parent is None:
        return True
    owner = parent.parent if parent.type == "pair" else parent
    if parent.type == "pair" or node.type == "method_definition":
        return owner is None or owner.parent is None or owner.parent.type != "arguments"
    if parent.type == "assignment_expression":
        return _handler(source(parent.child_by_field_name("left")).rpartition(".")[2]) is None
    return parent.type in ("variable_declarator", "field_definition")
