"""Data URIs give the bytes that a browser would fetch."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.domain.data_uri import decode

AS_BROWSERS = {
    "data:,a%20b%2Cc": ("text/plain", b"a b,c"),
    "data:,100%": ("text/plain", b"100%"),
    "data:,%F0%9F%99%82\U0001f642": ("text/plain", "\U0001f642\U0001f642".encode()),
    "data:text/html,<p>one, two</p>": ("text/html", b"<p>one, two</p>"),
    "data:text/html,<p>top</p>#middle": ("text/html", b"<p>top</p>"),
    "data:text/csv,a;base64,b": ("text/csv", b"a;base64,b"),
    "DATA:Text/CSV;BASE64,YSxi": ("text/csv", b"a,b"),
    "data:text/csv; charset=utf-8;base64,YSxi": ("text/csv", b"a,b"),
    "data:text/csv;header=present;charset=utf-8,a": ("text/csv", b"a"),
    "data:text/csv;  base64,YQ": ("text/csv", b"a"),
    "data:text/csv;base64;charset=utf-8,YSxi": ("text/csv", b"YSxi"),
    "data:;base64,YQ": ("text/plain", b"a"),
    "data:;base64,YQ==": ("text/plain", b"a"),
    "data:;base64,YQ%3D%3D": ("text/plain", b"a"),
    "data:;base64,YSx\n  i\r\nLGM=": ("text/plain", b"a,b,c"),
    "data:;base64,%59%51": ("text/plain", b"a"),
    "data:;base64,YR": ("text/plain", b"a"),
    "data:;base64,": ("text/plain", b""),
    "data:csv,a": ("text/plain", b"a"),
    "data:;charset=utf-8,a": ("text/plain", b"a"),
    " \tda\nta:image/png,x \n": ("image/png", b"x"),
    "data:image/svg+xml;utf8,<svg/>": ("image/svg+xml", b"<svg/>"),
}
"""The kinds of the Fetch standard's tests: what is decoded, and what is left alone."""


@pytest.mark.parametrize("url", AS_BROWSERS, ids=ascii)
def test_a_data_uri_is_decoded_as_a_browser_does(url: str) -> None:
    assert decode(url) == AS_BROWSERS[url]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("data:text/csv", "must be a data URI such as"),
        ("text/csv,a", "must be a data URI such as"),
        ("data:text/csv#,a", "must be a data URI such as"),
        ("data:;base64,@@@", "holds more than A-Z"),
        ("data:;base64,YSxi-_", "holds more than A-Z"),
        ("data:;base64,=YQ=", "holds more than A-Z"),
        ("data:;base64,YQ=", "holds more than A-Z"),
        ("data:;base64,YSxiY", "a character is missing"),
        ("data:" + ";" * 600 + ",a", "its first comma within 513 characters"),
    ],
)
def test_what_no_browser_decodes_is_refused_with_a_reason(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        decode(url)


@given(st.binary(max_size=300), st.integers(0, 3), st.sampled_from(["", "\n", "\r\n ", "%20"]))
def test_any_bytes_come_back_with_or_without_padding_and_wrapped(
    content: bytes, padding: int, wrap: str
) -> None:
    text = base64.b64encode(content).decode()
    whole = text if padding else text.rstrip("=")
    lines = wrap.join(whole[i : i + 60] for i in range(0, len(whole), 60))
    assert decode(f"data:application/octet-stream;base64,{lines}")[1] == content
