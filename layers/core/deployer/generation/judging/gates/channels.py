"""Ways to a host that no policy closes: what is loaded ahead, and peers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tree_sitter import Node

from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.gates.acting import Acting, Scene
from deployer.generation.reading.javascript import Script, source, unescaped
from deployer.generation.reading.markup import Element
from deployer.generation.reading.urls import authority, elsewhere, host, own_paths
from deployer.generation.reading.values import beginning, origins

_AHEAD = frozenset({"preconnect", "dns-prefetch", "prerender"})
_PEERS = (
    r"web ?rtc|peer.?(?:to.?)?peer|\bp2p\b|peerjs|(?:video|voice|audio).?(?:call|chat|conferenc)"
    r"|screen.?shar|multiplayer"
)
_KNOWN_SERVER = re.compile(
    r"stuns?:(?:stun\d?\.l\.google\.com|stun\.cloudflare\.com|stun\.services\.mozilla\.com"
    r"|global\.stun\.twilio\.com|stun\.relay\.metered\.ca)(?::\d+)?"
)


def inspect(scene: Scene) -> Iterator[Finding]:
    """A FORBIDDEN finding for each way that one of the round's pages or scripts opens."""
    for each in scene.new:
        for element in each.elements:
            yield from _ahead(scene, each, element)
        for code in (*each.scripts, *each.pressed):
            yield from _peers(scene, each, code)
            for text in {"speculationrules", "http-equiv", *_AHEAD}.intersection(code.strings):
                yield _finding(each, text, f"makes an element with {text}: write it as markup")
            if re.search(r"\.httpEquiv\s*=", code.text):
                yield _finding(each, "httpEquiv", "makes a meta element: write it as markup")


def _ahead(scene: Scene, each: Acting, element: Element) -> Iterator[Finding]:
    attributes = element.attributes
    relations, address = set(attributes.get("rel", "").lower().split()), attributes.get("href", "")
    if element.tag == "link" and _AHEAD & relations and elsewhere(address):
        if not scene.may_connect(host(authority(address))):
            yield _finding(
                each, address, f"connects to {elsewhere(address)} ahead: remove the link"
            )
    if attributes.get("http-equiv", "").strip().lower() == "x-dns-prefetch-control":
        yield _finding(each, "x-dns-prefetch-control", "asks for hosts' names ahead: remove it")
    if element.tag == "script" and attributes.get("type", "").strip().lower() == "speculationrules":
        if not _are_own_pages(scene, each, element.text):
            problem = "may load other hosts' pages ahead: list pages of its own in urls"
            yield _finding(each, "speculation rules", problem)


def _are_own_pages(scene: Scene, each: Acting, rules: str) -> bool:
    """True if speculation rules name own pages one by one; rules for links match any host's."""
    try:
        rule_lists = json.loads(rules).values()
        urls = [url for action in rule_lists for rule in action for url in rule["urls"]]
        paths = {path for url in urls for path in own_paths(url, each.path)}
        own = all(elsewhere(url) is None for url in urls)
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return False
    return own and scene.attached_pages.isdisjoint(paths)


def _peers(scene: Scene, each: Acting, code: Script) -> Iterator[Finding]:
    """WebRTC where the brief does not ask for it, and servers of it that are not well known."""
    names = {unescaped(source(n)) for n in code.of_type("identifier", "property_identifier")}
    used = {"RTCPeerConnection", "webkitRTCPeerConnection"} & {*names, *code.strings}
    if used and not scene.asked(_PEERS):
        yield _finding(each, "WebRTC", "connects to peers, which the brief does not ask for")
    for pair in code.of_type("pair") if used or "iceServers" in names else ():
        if source(pair.child_by_field_name("key")).strip("\"'") in ("urls", "url", "iceServers"):
            for server in _servers(code, pair.child_by_field_name("value")):
                text, whole = beginning(code, server)
                name = host(text.partition(":")[2].split("?")[0])
                known = _KNOWN_SERVER.fullmatch(text) or scene.may_connect(name)
                if not (whole and known):
                    about = source(server)[:80]
                    problem = f"has the WebRTC server {about}: write out one that the brief names"
                    yield _finding(each, about, f"{problem}, or stun:stun.l.google.com:19302")


def _servers(code: Script, value: Node | None) -> Iterator[Node]:
    for leaf in origins(code, value):
        for part in leaf.named_children if leaf.type == "array" else [leaf]:
            if part.type != "object":
                yield part


def _finding(each: Acting, about: str, problem: str) -> Finding:
    return Finding(Severity.FORBIDDEN, "channel", f"{each.path}: {about}", f"{each.path} {problem}")
