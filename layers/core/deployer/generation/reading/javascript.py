"""Read JavaScript without running it: syntax errors, strings, calls, functions, values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

_LANGUAGE = Language(tree_sitter_javascript.language())
_QUERIES = frozenset({"querySelector", "querySelectorAll", "getElementById", "closest", "matches"})
FUNCTIONS = frozenset(
    {"function_declaration", "arrow_function", "function_expression", "method_definition",
     "generator_function_declaration", "generator_function"}
)  # fmt: skip
_ESCAPE = re.compile(
    r"\\(u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-3]?[0-7]{2}|\r\n|.)", re.DOTALL
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


@dataclass(frozen=True)
class SyntaxProblem:
    line: int
    text: str


class Script:
    """The parsed text of one script."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = _parse(text)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node, parents before their children."""
        return tuple(walk(self.root))

    def problem(self) -> SyntaxProblem | None:
        """The first place where the text is not JavaScript."""
        if not self.root.has_error:
            return None
        bad = next((n for n in self.nodes if n.is_error or n.is_missing), self.root)
        row = bad.start_point.row
        lines = self.text.split("\n")
        return SyntaxProblem(row + 1, lines[min(row, len(lines) - 1)].strip()[:160])

    @cached_property
    def _by_type(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.type, []).append(node)
        return found

    def of_type(self, *types: str) -> Iterator[Node]:
        """Nodes of these types, type by type."""
        return (node for wanted in types for node in self._by_type.get(wanted, ()))

    @cached_property
    def functions(self) -> dict[str, list[Node]]:
        """Functions by the name that they are called by; a class stands for its constructor."""
        return _functions_by_name(self)

    @cached_property
    def values(self) -> dict[str, Node]:
        """The values that names were given when they were declared."""
        declared: dict[str, Node] = {}
        for node in self.of_type("variable_declarator"):
            value = node.child_by_field_name("value")
            if value is not None:
                declared.setdefault(source(node.child_by_field_name("name")), value)
        return declared

    @cached_property
    def given(self) -> dict[str, list[Node]]:
        """Every value that a name is given anywhere: declared, assigned, or by default."""
        found: dict[str, list[Node]] = {}
        for node in self.of_type(
            "variable_declarator", "assignment_expression", "assignment_pattern"
        ):
            name = node.child_by_field_name("name") or node.child_by_field_name("left")
            value = node.child_by_field_name("value") or node.child_by_field_name("right")
            if value is not None:
                found.setdefault(source(name), []).append(value)
        return found

    @cached_property
    def strings(self) -> tuple[str, ...]:
        """The values of all string literals, and of all literal pieces of templates."""
        found: list[str] = []
        for node in self.of_type("string", "template_string"):
            text = string_value(node)
            if text is not None:
                found.append(text)
            else:
                found += _pieces(node)
        return tuple(found)

    def calls(self, *names: str) -> Iterator[Node]:
        """Calls of functions or methods with one of these names."""
        return (node for node in self.of_type("call_expression") if called(node) in names)


@lru_cache(maxsize=64)
def script(text: str) -> Script:
    """The parsed script; the same text is parsed once."""
    return Script(text)


def _parse(text: str) -> Node:
    return Parser(_LANGUAGE).parse(text.encode("utf-8", "replace")).root_node


def walk(node: Node) -> Iterator[Node]:
    """`node` and all below it; without recursion, so that nesting cannot exhaust the stack."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children))


def source(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node else ""


def called(call: Node) -> str:
    """The name of the function or method that a call calls."""
    function = call.child_by_field_name("function")
    if function is not None and function.type == "member_expression":
        return source(function.child_by_field_name("property"))
    return source(function) if function is not None and function.type == "identifier" else ""


def receiver(call: Node) -> Node | None:
    """The receiver of a call: `a.b` of `a.b.c()`."""
    function = call.child_by_field_name("function")
    return function.child_by_field_name("object") if function is not None else None


def arguments(call: Node) -> list[Node]:
    found = call.child_by_field_name("arguments")
    return found.named_children if found is not None else []


def string_value(node: Node | None) -> str | None:
    """The value of a string literal, or of a template without substitutions."""
    if node is None or node.type not in ("string", "template_string"):
        return None
    if any(child.type == "template_substitution" for child in node.children):
        return None
    return unescaped(source(node)[1:-1])


def _pieces(template: Node) -> list[str]:
    """The texts of a template between its substitutions."""
    pieces = [""]
    for child in template.children:
        if child.type == "template_substitution":
            pieces.append("")
        elif child.type in ("string_fragment", "escape_sequence"):
            pieces[-1] += source(child)
    return [unescaped(piece) for piece in pieces if piece]


def unescaped(text: str) -> str:
    """The characters that a literal or a name stands for."""
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    word = match[1]
    if word == "\r\n":
        return ""
    if len(word) > 1 and word.isdigit():
        return chr(int(word, 8))
    if len(word) > 1:
        code = int(word.strip("ux{}"), 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
    return "" if word in ("\n", "\r") else _ESCAPES.get(word, word)


def queried_selector(node: Node | None) -> str | None:
    """The selector of `document.querySelector("#x")`, `getElementById("x")` and `$("x")`."""
    while node is not None and node.type in ("parenthesized_expression", "non_null_expression"):
        node = node.named_children[0] if node.named_children else None
    if node is None or node.type != "call_expression":
        return None
    values = arguments(node)
    text = string_value(values[0]) if len(values) == 1 else None
    if text is None:
        return None
    name = called(node)
    if name == "getElementById" or (name not in _QUERIES and re.fullmatch(r"[\w-]+", text)):
        return f"#{text}"
    return text


def enclosing_function(node: Node) -> Node | None:
    parent = node.parent
    while parent is not None and parent.type not in FUNCTIONS:
        parent = parent.parent
    return parent


def _functions_by_name(code: Script) -> dict[str, list[Node]]:
    named: dict[str, list[Node]] = {}
    for node in code.of_type(*FUNCTIONS):
        name = node.child_by_field_name("name")
        parent = node.parent
        if name is None and parent is not None:
            fields = ("name", "key", "left", "property")
            name = next(filter(None, map(parent.child_by_field_name, fields)), None)
        if name is not None and name.type == "member_expression":
            name = name.child_by_field_name("property")
        if name is not None:
            named.setdefault(source(name), []).append(node)
            if source(name) == "constructor":
                named.setdefault(_class_name(node), []).append(node)
    return named


def _class_name(method: Node) -> str:
    """The class that a method belongs to; empty if it has no name."""
    body = method.parent
    owner = body.parent if body is not None else None
    name = owner.child_by_field_name("name") if owner is not None else None
    return source(name)


def function_named(code: Script, name: str) -> Node | None:
    """The last function of that name."""
    return code.functions[name][-1] if name in code.functions else None
