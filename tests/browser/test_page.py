"""A page that is opened as it will be published: what it shows, says, and answers to a check."""

from __future__ import annotations

import struct
import zlib

import pytest

from deployer.adapters.chromium.answers import Asked, Reply
from deployer.adapters.chromium.browser import Chromium
from deployer.domain.page import NotJavaScriptError
from deployer.domain.visit import Happening, Kind
from tests.support.chromium import open_site


def page(body: str, head: str = "") -> dict[str, bytes]:
    text = f"<!doctype html>\n<html><head><meta charset=utf-8>{head}</head><body>\n{body}"
    return {"index.html": text.encode()}


@pytest.fixture(scope="module")
def blank(chromium: Chromium):  # type: ignore[no-untyped-def]
    with open_site(page("<h1 id=a>Hello</h1>"), chromium=chromium) as opened:
        yield opened


VALUES = {
    "'text'": ('"text"', True),
    "''": ('""', False),
    "1": ("1", True),
    "0": ("0", False),
    "-0": ("-0", False),
    "NaN": ("NaN", False),
    "0n": ("0n", False),
    "true": ("true", True),
    "false": ("false", False),
    "null": ("null", False),
    "undefined": ("undefined", False),
    "[1, 'a', {}]": ("[1, a, Object]", True),
    "({a: 1})": ("{a: 1}", True),
    "document.querySelector('#a')": ("h1#a", True),
    "document.querySelector('#b')": ("null", False),
    "'0'": ('"0"', True),
    "'null'": ('"null"', True),
    "Promise.resolve(7)": ("7", True),
    "await Promise.resolve(8)": ("8", True),
    "() => 5": ("5", True),
    "async () => 0": ("0", False),
    "(() => {\n  const rows = [1, 2];\n  return rows.length === 2;\n})()": ("true", True),
    "isSecureContext && !!crypto.subtle": ("true", True),
    "navigator.language": ('"en-US"', True),
    "new Date(0).getHours()": ("0", False),
}


@pytest.mark.parametrize("expression", VALUES)
def test_an_expression_has_the_truth_that_javascript_gives_it(blank, expression: str) -> None:  # type: ignore[no-untyped-def]
    value = blank.evaluate(expression, 2)
    assert (value.gave, value.holds) == VALUES[expression]


@pytest.mark.parametrize("expression", ["]", "return 1", "if (", "h1 contains Hello World"])
def test_what_is_no_javascript_is_said_to_be_none(blank, expression: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotJavaScriptError, match="SyntaxError"):
        blank.evaluate(expression, 2)


def test_what_an_expression_throws_is_told(blank) -> None:  # type: ignore[no-untyped-def]
    thrown = blank.evaluate("document.querySelector('#b').textContent", 2)
    assert thrown.threw == "TypeError: Cannot read properties of null (reading 'textContent')"
    assert not thrown.holds
    assert blank.evaluate("JSON.parse('{')", 2).threw.startswith("SyntaxError")


def test_the_html_in_a_selectors_place(blank) -> None:  # type: ignore[no-untyped-def]
    assert blank.html("#a") == '<h1 id="a">Hello</h1>'
    assert blank.html("#b") is None
    assert blank.html("]") is None


def happened(site: dict[str, bytes], chromium: Chromium) -> list[Happening]:
    with open_site(site, chromium=chromium) as opened:
        return list(opened.happened())


EVENTS = {
    "a typo": (
        "<script>\nnope()</script>",
        Kind.EXCEPTION,
        "nope is not defined",
        "index.html:4:1",
    ),
    "a rejected promise": (
        "<script>Promise.reject(new Error('no'))</script>",
        Kind.EXCEPTION,
        "Error: no",
        "index.html:3:24",
    ),
    "an error in a file": ("<script src=a.js></script>", Kind.EXCEPTION, "deep", "a.js:2:7"),
    "the console": (
        "<script>console.error('bad', {a: 1}, null)</script>",
        Kind.CONSOLE_ERROR,
        "bad {a: 1} null",
        "index.html:3:17",
    ),
    "a missing file": ("<img src=no.png>", Kind.FAILED_REQUEST, "no.png: 404", ""),
    "a file outside of the site": ("<img src=/a.js>", Kind.FAILED_REQUEST, "/a.js: 404", ""),
    "a host that is not allowed": (
        "<img src=https://evil.example/x>",
        Kind.VIOLATION,
        "https://evil.example/x: the page may not use this host",
        "",
    ),
    "the page's own policy": (
        "<script src=https://cdn.example/x.js></script>",
        Kind.VIOLATION,
        "https://cdn.example/x.js: the page's policy forbids it (script-src-elem)",
        "index.html",
    ),
    "a dialog": ("<script>alert('hi')</script>", Kind.DIALOG, "alert: hi", ""),
    "a window": ("<script>open('about.html')</script>", Kind.POPUP, "about.html", ""),
}


@pytest.mark.parametrize("event", EVENTS)
def test_what_happens_in_a_page_is_told_with_its_place(chromium: Chromium, event: str) -> None:
    body, kind, text, place = EVENTS[event]
    policy = (
        "<meta http-equiv=Content-Security-Policy content=\"script-src 'self' 'unsafe-inline'\">"
    )
    site = {**page(body, policy), "a.js": b"// a comment\nthrow new Error('deep')"}
    found = [h for h in happened(site, chromium) if h.kind is kind and text in h.text]
    assert [h.place for h in found] == [place]


def test_a_page_that_is_well_has_nothing_to_tell(chromium: Chromium) -> None:
    site = {
        **page("<script src=a.js></script><script>new Worker('w.js')</script>"),
        "a.js": b"fetch('data.json').then(r => r.json()).then(d => document.title = d.a)",
        "data.json": b'{"a": "b"}',
        "w.js": b"fetch('data.json')",
        "sw.js": b"",
    }
    assert happened(site, chromium) == []


def test_it_is_served_as_pages_serves_it(chromium: Chromium) -> None:
    site = {
        **page("<a href=about>About</a>"),
        "about.html": b"<title>About</title>",
        "docs/index.html": b"<title>Docs</title><script src=../a.js></script>",
        "a.js": b"window.ran = true",
    }
    with open_site(site, chromium=chromium) as opened:
        assert opened.open("about", 3)
        assert opened.evaluate("document.title", 1).gave == '"About"'
        assert opened.open("docs?x=1#y", 3)
        assert opened.evaluate("[document.title, ran, location.pathname]", 1).gave == (
            "[Docs, true, /site/docs/]"
        )
        assert opened.open("missing.html", 3)
        assert [h.text for h in opened.happened()] == ["missing.html: 404"]


def test_a_host_that_allows_no_other_origin_is_out_of_reach(chromium: Chromium) -> None:
    body = "<script>fetch('https://api.example/x').then(() => document.title = 'got')</script>"

    def closed(asked: Asked) -> Reply:
        return Reply(200, {"Content-Type": "application/json"}, b"{}")

    with open_site(page(body), closed) as opened:
        assert opened.evaluate("document.title", 1).gave == '""'
        assert any("CORS" in h.text for h in opened.happened())


def test_hosts_that_turn_us_away_are_not_the_pages_fault() -> None:
    body = "<script>fetch('https://api.example/x')</script><img src=https://api.example/y>"

    def busy(asked: Asked) -> Reply:
        return Reply(429 if asked.url.endswith("x") else 404, {"Access-Control-Allow-Origin": "*"})

    with open_site(page(body), busy) as opened:
        assert opened.missed == "https://api.example/x: answered 429"
        assert {(h.kind, h.text) for h in opened.happened()} >= {
            (Kind.NOT_REACHED, "https://api.example/x: answered 429"),
            (Kind.FAILED_REQUEST, "https://api.example/y: 404"),
        }


def test_time_can_be_skipped(chromium: Chromium) -> None:
    script = (
        "let n = 0; setInterval(() => n++, 1000);"
        "setTimeout(() => fetch('d.json').then(r => r.json()).then(d => document.title = d), 5000)"
    )
    site = {**page(f"<script>{script}</script>"), "d.json": b'"late"'}
    with open_site(site, chromium=chromium) as opened:
        begin = opened.evaluate("Date.now()", 1)
        opened.skip(15)
        assert opened.evaluate("n", 1).gave in ("15", "16")
        assert opened.evaluate("document.title", 1).gave == '"late"'
        assert opened.evaluate(f"Math.round((Date.now() - {begin.gave}) / 1000)", 1).gave == "15"
        waits = "new Promise(done => setTimeout(() => done('waited'), 2000))"
        assert opened.evaluate(waits, 3).gave == '"waited"'
        assert opened.screenshot(375, 5)


def pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and the first rows of an 8-bit RGB or RGBA picture without interlacing."""
    width, height, _, colour = struct.unpack(">IIBB", png[16:26])
    size = {2: 3, 6: 4}[colour]
    packed, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw, stride = zlib.decompress(packed), width * size
    rows, before = [], bytes(stride)
    for line in range(100):
        start = line * (stride + 1)
        before = _unfiltered(raw[start], raw[start + 1 : start + 1 + stride], before, size)
        rows.append(bytes(before))
    return width, height, rows


def _unfiltered(kind: int, line: bytes, above: bytes, size: int) -> bytes:
    row = bytearray(line)
    for at, value in enumerate(line):
        left = row[at - size] if at >= size else 0
        corner = above[at - size] if at >= size else 0
        guess = left + above[at] - corner
        nearest = min((left, above[at], corner), key=lambda x: abs(guess - x))
        row[at] = (value + (0, left, above[at], (left + above[at]) // 2, nearest)[kind]) & 255
    return bytes(row)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (375, 812)])
def test_a_picture_shows_the_text_of_the_page(chromium: Chromium, width: int, height: int) -> None:
    def dark(body: str) -> int:
        with open_site(page(body), chromium=chromium) as opened:
            png = opened.screenshot(width, 5)
            assert opened.evaluate("innerWidth", 1).gave == "1280"
        assert png
        wide, high, rows = pixels(png)
        assert (wide, high) == (width, height)
        return sum(value < 64 for row in rows for value in row)

    assert dark("") == 0
    assert dark("<h1>Sales Summary</h1>") > 900
