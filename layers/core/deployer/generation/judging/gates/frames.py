"""Frames and windows on files that have no policy, for scripts that reach into them.

Only our HTML files have one. A text, a picture or an attached page of the same origin gives the
script that reaches into it a document, and a `fetch`, that nothing holds (CSP 3, 4.2.1: a policy
is its document's own).
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
    unescaped,
)
from deployer.generation.reading.markup import select
from deployer.generation.reading.page import PAGES, is_a
from deployer.generation.reading.urls import elsewhere, own_paths, plain
from deployer.generation.reading.values import beginning, is_declared, origins
from deployer.generation.reading.windows import is_window, member

_FRAMES = ("iframe", "frame")
_POWERS = frozenset(
    {"fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "navigator", "Worker",
     "SharedWorker", "Image", "eval", "Function", "open"}
)  # fmt: skip
_INSIDE = frozenset({"contentDocument", "contentWindow", "getSVGDocument", "frames"})
_OUTSIDE = re.compile(r"\??\.(?:postMessage|print|focus|blur|closed|length)\b")
"""Members of another window that its outside may use."""
_OWN_WINDOW = re.compile(r"(?:window|self|globalThis|this)")
_ENDS_AS_A_PAGE = re.compile(r"\.html?(?:[?#][^\"'`]*)?[\"'`]$")


def inspect(scene: Scene) -> Iterator[Finding]:
    """A FORBIDDEN finding for each such frame, and for another window's means to ask hosts."""
    unheld = [(each, about) for each in scene.files for about in _unheld(scene, each)]
    names = frozenset(
        element.attributes["name"]
        for each in scene.files
        for element in each.elements
        if element.tag in _FRAMES and element.attributes.get("name")
    )
    reaching = [(each, about) for each in scene.files for about in _reaching(each, names)]
    for each in scene.new:
        for code in (*each.scripts, *each.pressed):
            for about in _powers(code):
                yield _finding(each, about, f"uses {about}, another window's: remove it")
        yield from _attached(scene, each)
    if reaching and any(each.new for each, _ in (*unheld, *reaching)):
        for each, about in unheld:
            problem = f"opens {about}, which has no policy, and reaches into it ({reaching[0][1]})"
            cure = 'show the file in the page, or give the frame sandbox="allow-scripts"'
            yield _finding(each, about, f"{problem}: {cure}")


def _attached(scene: Scene, each: Acting) -> Iterator[Finding]:
    """Findings about frames on attached pages, whose own scripts run there without a policy."""
    for element in each.elements:
        if element.tag in _FRAMES:
            apart = _is_apart(element.attributes.get("sandbox"))
            for path in own_paths(element.attributes.get("src", ""), each.path):
                if path not in scene.attached_pages or (apart and scene.subject.asked_for(path)):
                    continue
                cure = "show what it says in the page"
                if scene.subject.asked_for(path):
                    cure = 'give the frame sandbox="allow-scripts"'
                yield _finding(each, path, f"frames {path}, which has no policy: {cure}")


def _is_apart(sandbox: str | None) -> bool:
    """True if a frame's sandbox gives it an origin of its own."""
    return sandbox is not None and "allow-same-origin" not in sandbox.lower().split()


def _unheld(scene: Scene, each: Acting) -> Iterator[str]:
    """Addresses that a file frames or opens, and that may be the site's own without a policy."""
    for element in each.elements:
        if element.tag in _FRAMES and not _is_apart(element.attributes.get("sandbox")):
            address = element.attributes.get("src", "")
            if not _is_held(scene, each, address):
                yield address
    for code in (*each.scripts, *each.pressed):
        for target, is_frame in _addresses(each, code):
            for leaf in origins(code, target):
                text, whole = beginning(code, leaf)
                known = whole or _ENDS_AS_A_PAGE.search(source(leaf))
                if called(leaf) == "createObjectURL" or elsewhere(text, whole=whole):
                    continue
                if known and _is_held(scene, each, text, leaf):
                    continue
                if is_frame or any(
                    map(scene.subject.site.__contains__, own_paths(text, each.path))
                ):
                    yield source(leaf)[:80]


def _is_held(scene: Scene, each: Acting, address: str, leaf: Node | None = None) -> bool:
    """True if what stands at an address has a policy, or an origin of its own."""
    if elsewhere(address) is not None or re.match(r"[a-z]+:", plain(address), re.IGNORECASE):
        return True
    if leaf is not None and _ENDS_AS_A_PAGE.search(source(leaf)):
        return True
    paths = list(own_paths(address, each.path))
    site = scene.subject.site
    pages = (p for p in paths if p in site and p not in scene.subject.attached)
    return not paths or any(is_a(path, PAGES) for path in pages)


def _addresses(each: Acting, code: Script) -> Iterator[tuple[Node | None, bool]]:
    """Addresses of windows that code opens, and of elements that are frames (True) or may be."""
    for call in code.calls("open"):
        if source(call.child_by_field_name("function")) in ("open", "window.open", "self.open"):
            yield next(iter(arguments(call)), None), True
    for node in code.of_type("assignment_expression"):
        owner, name = member(code, node.child_by_field_name("left"))
        if name == "src" and (tags := _tags(each, code, owner)) & {*_FRAMES, ""}:
            yield node.child_by_field_name("right"), "" not in tags
    for call in code.calls("setAttribute"):
        values = arguments(call)
        if len(values) == 2 and string_value(values[0]) == "src":
            if (tags := _tags(each, code, receiver(call))) & {*_FRAMES, ""}:
                yield values[1], "" not in tags


def _tags(each: Acting, code: Script, element: Node | None) -> set[str]:
    """The tags that an expression's element may have; empty among them if that is not known."""
    tags: set[str] = set()
    for leaf in origins(code, element):
        if called(leaf) == "createElement":
            tags.add((string_value(next(iter(arguments(leaf)), None)) or "").lower())
            continue
        name = f"#{source(leaf)}" if leaf.type == "identifier" else ""
        tags |= {found.tag for found in select(each.elements, queried_selector(leaf) or name)} or {
            ""
        }
    return tags or {""}


def _reaching(each: Acting, names: frozenset[str]) -> Iterator[str]:
    """The ways by which a file's code reaches into a frame or a window."""
    for element in each.elements:
        address = plain(next(filter(None, map(element.attributes.get, ("href", "action"))), ""))
        if "target" in element.attributes and address.lower().startswith("javascript:"):
            yield "a javascript: address"
    for code in (*each.scripts, *each.pressed):
        yield from ("a javascript: address" for text in code.strings if "script:" in text.lower())
        yield from _named(code, names)
        for node in code.of_type("member_expression", "subscript_expression"):
            owner, name = member(code, node)
            by_number = node.type == "subscript_expression" and (not name or name.isdigit())
            if (
                (by_number and is_window(code, owner))
                or (node.type == "subscript_expression" and name in _INSIDE)
                or (name == "document" and owner is not None and _is_another(code, owner))
            ):
                yield source(node)[:80]


def _named(code: Script, frames: frozenset[str]) -> Iterator[str]:
    """Names in code for the inside of a frame, or for a frame that has one."""
    for node in code.of_type(
        "identifier", "property_identifier", "shorthand_property_identifier_pattern"
    ):
        name = unescaped(source(node))
        inside = name in _INSIDE and not _is_outside(node)
        if inside or (name in frames and not is_declared(node)):
            yield name


def _is_outside(node: Node) -> bool:
    """True if a frame's window is only compared, or used as any other page may."""
    whole = node.parent
    above = whole.parent if whole is not None else None
    if whole is None or above is None or whole.type != "member_expression":
        return False
    after = source(above)[len(source(whole)) :]
    return above.type == "binary_expression" or bool(_OUTSIDE.match(after))


def _powers(code: Script) -> Iterator[str]:
    """`frame.contentWindow.fetch(x)`, and the like."""
    for node in code.of_type("member_expression", "subscript_expression"):
        owner, name = member(code, node)
        if name in _POWERS and owner is not None and _is_another(code, owner):
            yield source(node)[:80]


def _is_another(code: Script, owner: Node) -> bool:
    """True if `owner` is a window other than the page's own."""
    if _OWN_WINDOW.fullmatch(source(owner)):
        return False
    return is_window(code, owner) or any(map(_opened, origins(code, owner)))


def _opened(node: Node) -> bool:
    return called(node) == "open" or source(node).startswith(("frames", "window.frames"))


def _finding(each: Acting, about: str, problem: str) -> Finding:
    return Finding(Severity.FORBIDDEN, "frame", f"{each.path}: {about}", f"{each.path} {problem}")
