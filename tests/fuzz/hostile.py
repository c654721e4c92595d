"""Requests that no well-meaning client sends, byte by byte."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from itertools import product
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.request import Request
from tests.support.builders import a_body
from tests.support.gateway import STUDENT_SECRET

DEPLOY = ("POST", "/api/deploy")
NESTINGS = (100, 5_000, 100_000)
NOT_BASE64 = (None, "", "%%%", "QQ=", "Q\nQ==", "ä", "QQ==QQ==")
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-7")
# fmt: off
NUMBERS = (
    "1.0", "1e0", "-0", "0.1", "1e400", "-1e999", "NaN", "Infinity", "-Infinity", "1e-400",
    "9" * 4_301, "-" + "9" * 50_000, "1" + "0" * 400, "0x10", "01", "1_000", "٣",
)
TEXTS = (
    "\ud800", "\udfff\ud800", "a\x00b", "\x00", "\u202egnp.exe", "\ufeff", "\u0130", "ß" * 300,
    "=cmd|'/c calc'!A0", "${jndi:ldap://x}", "{{7*7}}", "';--", "<script>", "%00", "%s%n", "\n",
    "../../etc/passwd", "a" * 6_000, "e\u0301" * 100, "\U0001f469\u200d\U0001f4bb", "\\", '"',
)
SEGMENTS = (
    "..", ".", "%2e%2e", "%2F", "%00", "%ff", "%", "%zz", "%D8%00", "%ED%A0%80", "%25", "%2525",
    "a" * 5_000, "a@b", "student@example.com", "a+b@x", "a#b", "a?b", "a;b", "a b", "a\x00b",
    "\\", "ä", "'", '"', "*", "~", "|", "^", "`", "{email}", "<email>", "\r\nX: y", "\u2028",
)
METHODS = (
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "FOO", "A" * 99,
)
HEADERS = ("Content-Type", "Content-Encoding", "Host", "X-Forwarded-For", "Accept", "X-A")
HEADER_VALUES = (
    "", "text/xml", "application/json; charset=utf-16", "gzip", "*/*", "\u00ff" * 9, "a" * 8_000,
)
# fmt: on

text = st.sampled_from(TEXTS) | st.text(st.characters(), max_size=50)
"""Lone surrogates too: JSON can escape them."""
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


def a_valid_body(**changes: Any) -> dict[str, Any]:
    return a_body(**{"secret": STUDENT_SECRET, **changes})


VALID = json.dumps(a_valid_body()).encode()
FIELDS = sorted(a_valid_body())


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good body that was cut, or in which bytes were lost, added or changed."""
    body = bytearray(VALID)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.sampled_from([start, start + 1, len(body)]))
        body[start:end] = draw(st.binary(max_size=4))
    return bytes(body)


@st.composite
def with_odd_fields(draw: st.DrawFn) -> bytes:
    """A good body of which some fields hold anything that JSON can say."""
    names = st.sampled_from([*FIELDS, "attachments", "checks"])
    odd = draw(st.dictionaries(names, values, min_size=1, max_size=3))
    return json.dumps(a_valid_body(**odd)).encode()


@st.composite
def with_an_odd_leaf(draw: st.DrawFn) -> bytes:
    """The same one level deeper: in an attachment, a check, or as an unknown field."""
    odd = draw(values)
    place = draw(st.sampled_from(["name", "url", "js", "check", "unknown", "data"]))
    attachment = {"name": "a.txt", "url": "data:,x"}
    if place in attachment:
        change: dict[str, Any] = {"attachments": [{**attachment, place: odd}]}
    elif place == "data":
        kinds = st.sampled_from(["", ";base64", ";charset=", ";;base64;", "text/html;base64"])
        change = {"attachments": [{**attachment, "url": f"data:{draw(kinds)},{draw(text)}"}]}
    else:
        change = {"js": {"checks": [{"js": odd}]}, "check": {"checks": [odd]}}.get(
            place, {draw(text): odd}
        )
    return json.dumps(a_valid_body(**change)).encode()


@st.composite
def with_odd_syntax(draw: st.DrawFn) -> bytes:
    """JSON at the edges of what parsers take: nesting, numbers, doubled keys, other encodings."""
    kind = draw(st.sampled_from(["nested", "number", "doubled", "encoded", "bare"]))
    name = draw(st.sampled_from(FIELDS))
    if kind == "nested":
        opening, closing = draw(st.sampled_from([("[", "]"), ('{"a":', "}")]))
        depth = draw(st.sampled_from(NESTINGS))
        odd = opening * depth + "1" + closing * draw(st.sampled_from([0, depth]))
        whole = draw(st.booleans())
        return odd.encode() if whole else _with_json(name, odd)
    if kind == "number":
        return _with_json(name, draw(st.sampled_from(NUMBERS)))
    if kind == "doubled":
        return VALID[:-1] + f', "{name}": {json.dumps(draw(values))}}}'.encode()
    if kind == "encoded":
        return VALID.decode().encode(draw(st.sampled_from(ENCODINGS)))
    return json.dumps(draw(values)).encode()


def _with_json(name: str, literal: str) -> bytes:
    """A good body in which the field is `literal`, as it stands."""
    marked = json.dumps(a_valid_body(**{name: "\x00here"}))
    return marked.replace('"\\u0000here"', literal).encode()


bodies = st.one_of(
    st.binary(max_size=300), damaged(), with_odd_fields(), with_an_odd_leaf(), with_odd_syntax()
)
headers = st.dictionaries(
    st.sampled_from(HEADERS),
    st.sampled_from(HEADER_VALUES)
    | st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20),
    max_size=3,
)
segments = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20
)


@st.composite
def paths(draw: st.DrawFn) -> str:
    start = draw(st.sampled_from(["/api/status/", "/api/status/", "/", "//", "/api/", "/dev/", ""]))
    path = start + "/".join(draw(st.lists(segments, min_size=1, max_size=3)))
    return path + draw(st.sampled_from(["", "", "/", "?", "?email=x", "#"]))


@st.composite
def base64_events(draw: st.DrawFn) -> Request:
    """Bodies as the gateway passes them with a binary media type, and as it never should."""
    body = draw(
        bodies.map(lambda raw: base64.b64encode(raw).decode()) | st.sampled_from(NOT_BASE64)
    )
    return Request(*DEPLOY, changes=_base64(body))


def _base64(body: str | None) -> dict[str, Any]:
    return {"body": body, "isBase64Encoded": True}


deployments = st.builds(lambda body, headers: Request(*DEPLOY, body, headers), bodies, headers)
lookups = st.builds(lambda path, headers: Request("GET", path, b"", headers), paths(), headers)
anything = st.builds(
    Request,
    st.sampled_from(METHODS),
    paths() | st.sampled_from(["/", "/api/deploy", "/api/deploy/", "/api//deploy", "/API/DEPLOY"]),
    bodies,
    headers,
)
bare_events = st.builds(
    lambda request, missing: Request(
        request.method, request.path, request.body, {}, dict.fromkeys(sorted(missing))
    ),
    deployments | lookups,
    st.sets(st.sampled_from(["headers", "multiValueHeaders", "pathParameters", "stageVariables"])),
)
"""As the console's test button sends them: null where there is nothing."""


def known() -> Iterator[Request]:
    """Each oddity of the tables above once, so that none depends on chance."""
    bodies = [b"", b"null", b"[]", *(VALID.decode().encode(one) for one in ENCODINGS)]
    for depth, opening in product(NESTINGS, ("[", '{"a":')):
        bodies += [(opening * depth).encode(), _with_json("checks", opening * depth)]
    for name in FIELDS:
        bodies.append(json.dumps({k: v for k, v in a_valid_body().items() if k != name}).encode())
        for odd in (None, "", 0, [], {}, True, [None], "\ud800"):
            bodies.append(json.dumps(a_valid_body(**{name: odd})).encode())
    bodies += [_with_json("round", number) for number in NUMBERS]
    for name, odd in product(("brief", "email", "nonce"), TEXTS):
        bodies.append(json.dumps(a_valid_body(**{name: odd})).encode())
    yield from (Request(*DEPLOY, body) for body in bodies)
    yield from (Request(*DEPLOY, changes=_base64(body)) for body in NOT_BASE64)
    yield from (Request(method, path, VALID) for method, path in product(METHODS, ("/", DEPLOY[1])))
    yield from (Request("GET", f"/api/status/{odd}/t") for odd in SEGMENTS)
    yield from (Request("GET", f"/api/status/a@b/{odd}") for odd in SEGMENTS)


over_http = st.one_of(deployments, deployments, lookups, anything)
requests = st.one_of(
    deployments, deployments, deployments, lookups, anything, base64_events(), bare_events
)
