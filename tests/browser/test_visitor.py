"""The visitor of the tests really sees whom a page contacts."""

from __future__ import annotations

import pytest

from tests.support.chromium import Visitor


def page(body: str) -> dict[str, bytes]:
    return {"index.html": f"<!doctype html><meta charset=utf-8><title>T</title>{body}".encode()}


def test_a_page_that_asks_nobody_contacts_nobody(visitor: Visitor) -> None:
    site = {**page("<script src=app.js></script>"), "app.js": b"document.title = 'ran'"}
    assert visitor.open(site) == []


WAYS = {
    "a script": ("<script src='https://evil.example/x.js'></script>", "GET"),
    "a request": ("<script>fetch('https://evil.example/x', {method: 'POST'})</script>", "POST"),
    "a beacon": ("<script>navigator.sendBeacon('https://evil.example/x')</script>", "POST"),
    "a picture over plain http": ("<img src='http://evil.example/x.png'>", "GET"),
    "a frame": ("<iframe src='https://evil.example/x'></iframe>", "GET"),
    "a socket": ("<script>new WebSocket('wss://evil.example/x')</script>", "GET"),
    "a file ahead": ("<link rel=prefetch href='https://evil.example/x'>", "GET"),
    "going there": ("<script>location = 'https://evil.example/x'</script>", "GET"),
    "a worker": (
        "<script>new Worker('data:text/javascript,fetch(`https://evil.example/x`)')</script>",
        "GET",
    ),
    "a refresh": ("<meta http-equiv=refresh content='0;url=https://evil.example/x'>", "GET"),
}


@pytest.mark.parametrize("way", WAYS)
def test_whoever_a_page_contacts_is_named(visitor: Visitor, way: str) -> None:
    body, method = WAYS[way]
    assert ("evil.example", method) in [
        (contact.host, contact.what) for contact in visitor.open(page(body))
    ]


def test_what_a_host_answers_runs(visitor: Visitor) -> None:
    visitor.internet.replies["https://cdn.example/x.js"] = b"fetch('https://second.example/y')"
    contacts = visitor.open(page("<script src='https://cdn.example/x.js'></script>"))
    assert {"cdn.example", "second.example"} == {contact.host for contact in contacts}


def test_a_click_is_a_persons(visitor: Visitor) -> None:
    button = "<button onclick=\"window.open('https://evil.example/x')\">Go</button>"
    assert visitor.open(page(button)) == []
    assert "evil.example" in {c.host for c in visitor.open(page(button), clicks=["button"])}


def test_datagrams_are_seen(visitor: Visitor) -> None:
    script = (
        "<script>const peer = new RTCPeerConnection({iceServers: [{urls: 'stun:ADDRESS'}]});"
        "peer.createDataChannel('x'); peer.createOffer().then(o => peer.setLocalDescription(o))"
        "</script>"
    )
    contacts = visitor.open(page(script.replace("ADDRESS", visitor.internet.address)), seconds=3)
    assert "udp" in {contact.what for contact in contacts}
