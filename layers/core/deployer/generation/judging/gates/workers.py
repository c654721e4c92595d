"""Files that run as workers: no policy reaches them, so their requests must be readable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.gates.acting import Scene
from deployer.generation.reading.javascript import (
    Script,
    arguments,
    called,
    enclosing_function,
    script,
    source,
)
from deployer.generation.reading.urls import elsewhere, own_paths
from deployer.generation.reading.values import beginning, is_declared, origins

_ASKS = frozenset(
    {"fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "importScripts",
     "import", "Request", "sendBeacon", "Worker", "SharedWorker", "addAll"}
)  # fmt: skip
_STARTS = re.compile(r"(?:^|\.)(?:Shared)?Worker$|\bserviceWorker\??\.register$")
_EVENT = r"(?:\w*[eE]vent|evt|ev|e)"
_REQUEST = re.compile(rf"(?:{_EVENT}\.)request(?:\.url|\.clone\(\))?")
"""The request that a service worker was asked for: the page's policy has let it pass."""
_BARE_REQUEST = re.compile(
    rf"\{{\s*request\s*\}}\s*=\s*{_EVENT}\s*;|[\"']fetch[\"'],\s*(?:async\s*)?\(\{{\s*request\b"
)


def inspect(scene: Scene) -> Iterator[Finding]:
    """A FORBIDDEN finding for each request to another host in a worker's file, or hidden there."""
    judged: set[str] = set()
    for each in scene.files:
        for code in (*each.scripts, *each.pressed):
            for leaf in _started(code):
                text, whole = beginning(code, leaf)
                if each.new and not whole and called(leaf) != "createObjectURL":
                    yield _finding(
                        each.path,
                        source(leaf)[:80],
                        "starts a worker whose file it does not name: write its address out",
                    )
                for path in _with_imports(scene, own_paths(text, each.path)):
                    if path not in judged and (each.new or path in scene.subject.changed):
                        judged.add(path)
                        yield from _judged(scene, path)


def _started(code: Script) -> Iterator[Node]:
    for node in code.of_type("new_expression", "call_expression"):
        fields = (node.child_by_field_name("constructor"), node.child_by_field_name("function"))
        if _STARTS.search(source(fields[0] or fields[1])):
            yield from origins(code, next(iter(arguments(node)), None))


def _with_imports(scene: Scene, paths: Iterator[str]) -> Iterator[str]:
    """The files themselves, and those of the site that they import."""
    waiting, seen = list(paths), set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen or path not in scene.subject.site:
            continue
        seen.add(path)
        yield path
        code = script(scene.subject.site.text(path))
        for node in _asked(code):
            waiting += own_paths(beginning(code, node)[0], path)


def _judged(scene: Scene, path: str) -> Iterator[Finding]:
    code = script(scene.subject.site.text(path))
    for node in _asked(code):
        text, whole = beginning(code, node)
        place = elsewhere(text, whole=whole)
        if place is None or scene.may_reach(text) or _is_request(code, node):
            continue
        yield _finding(
            path,
            source(node)[:80],
            f"runs as a worker, which no policy holds, and asks "
            f"{place or source(node)[:80]}: write out an address that the page may ask",
        )
    for about in _hidden(code):
        yield _finding(
            path,
            about,
            f"runs as a worker, which no policy holds, and hides what it calls: {about}",
        )


def _asked(code: Script) -> Iterator[Node]:
    """The addresses that a file's code asks for, where its calls show them."""
    for call in code.of_type("call_expression", "new_expression"):
        name = called(call) or source(
            call.child_by_field_name("function") or call.child_by_field_name("constructor")
        )
        if name.rpartition(".")[2] in _ASKS or (name == "add" and "cache" in source(call).lower()):
            for value in arguments(call) if name == "importScripts" else arguments(call)[:1]:
                for leaf in origins(code, value):
                    yield from leaf.named_children if leaf.type == "array" else [leaf]
    for node in code.of_type("import_statement", "export_statement"):
        if (module := node.child_by_field_name("source")) is not None:
            yield module


def _is_request(code: Script, node: Node) -> bool:
    text = re.sub(r"\.(?:url|clone\(\))$", "", source(node))
    if _REQUEST.fullmatch(text) or (text == "request" and _BARE_REQUEST.search(code.text)):
        return True
    return text == "request" and _is_handed_on(code, node)


def _is_handed_on(code: Script, node: Node) -> bool:
    """True if a function takes the request out of an object where each of its calls has put it."""
    function = enclosing_function(node)
    names = [name for name, each in code.functions.items() if function in each]
    takes = function is not None and re.match(
        r"(?:async\s*)?(?:function\s*\w*)?\s*\(\s*\{[^}]*\brequest\b(?!\s*:)", source(function)
    )
    calls = [arguments(call)[:1] for name in names for call in code.calls(name)]
    uses = [each for each in code.of_type("identifier") if source(each) in names]
    # It is named where it is declared, and else only called.
    return (
        bool(takes and calls)
        and len(uses) == len(calls) + 1
        and all(
            values and re.search(rf"\brequest:\s*{_EVENT}\.request\s*[,}}]", source(values[0]))
            for values in calls
        )
    )


def _hidden(code: Script) -> Iterator[str]:
    """Functions that ask hosts, used under another name."""
    for node in code.of_type("identifier", "property_identifier"):
        used = node.parent if node.type == "property_identifier" else node
        call = used.parent if used is not None else None
        if source(node) in _ASKS and not is_declared(node):
            fields = ("function", "constructor")
            if call is None or used not in map(call.child_by_field_name, fields):
                yield source(used)[:80]
    for node in code.of_type("subscript_expression"):
        if source(node.child_by_field_name("object")) in ("self", "globalThis"):
            name, whole = beginning(code, node.child_by_field_name("index"))
            if not whole or name in _ASKS:
                yield source(node)[:80]


def _finding(path: str, about: str, problem: str) -> Finding:
    return Finding(Severity.FORBIDDEN, "worker", f"{path}: {about}", f"{path} {problem}")
