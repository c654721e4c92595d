"""The browser's own objects that a script may hold under any name: windows and their location."""

from __future__ import annotations

from tree_sitter import Node

from deployer.generation.reading.javascript import Script, enclosing_function, source, unescaped
from deployer.generation.reading.values import beginning, is_declared, origins

_WINDOWS = frozenset({"window", "self", "globalThis", "top", "parent", "frames", "opener"})


def is_location(code: Script, node: Node) -> bool:
    """True of `location`, by any of its names."""
    owner, name = member(code, node)
    if name == "location":
        return is_window(code, owner) or source(owner) == "document"
    if node.type == "identifier" and source(node) == "location":
        return not is_declared(node)
    behind = origins(code, node) if node.type == "identifier" else iter(())
    return any(leaf != node and is_location(code, leaf) for leaf in behind)


def is_window(code: Script, node: Node | None) -> bool:
    """True of `window` by any of its names, of another frame's, and of a name for one of these."""
    if node is None:
        return False
    owner, name = member(code, node)
    if name in ("contentWindow", "defaultView") or (name in _WINDOWS and owner is not None):
        return True
    if node.type == "this":
        return enclosing_function(node) is None
    if node.type != "identifier":
        return False
    if source(node) in _WINDOWS and not is_declared(node):
        return True
    return any(leaf != node and is_window(code, leaf) for leaf in origins(code, node))


def member(code: Script, node: Node | None) -> tuple[Node | None, str]:
    """The pair `a` and `b` of `a.b`, of `a["b"]`, and of a name that `const { b } = a` gave."""
    if node is not None and node.type == "identifier":
        return _taken(code, source(node))
    if node is None or node.type not in ("member_expression", "subscript_expression"):
        return None, ""
    index = node.child_by_field_name("index")
    name = beginning(code, index)[0] if index is not None else ""
    return (
        node.child_by_field_name("object"),
        name or unescaped(source(node.child_by_field_name("property"))),
    )


def _taken(code: Script, name: str) -> tuple[Node | None, str]:
    for node in code.of_type("object_pattern"):
        owner = node.parent.child_by_field_name("value") if node.parent is not None else None
        for part in node.named_children if owner is not None else ():
            key = source(part.child_by_field_name("key")) or source(part)
            if source(part.child_by_field_name("value")) == name or key == name:
                return owner, key
    return None, ""
