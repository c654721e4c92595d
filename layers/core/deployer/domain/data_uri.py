"""Data URIs, decoded as a browser decodes them (Fetch, "data: URL processor")."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote_to_bytes

MAX_HEAD_LENGTH = 512
"""Of what is before the first comma, more than any media type needs. Browsers have no limit."""
DEFAULT_TYPE = "text/plain"
_AROUND = "".join(map(chr, range(0x21)))
"""C0 control or space, which a URL loses at both ends (URL, 4.4)."""
_WITHIN = str.maketrans("", "", "\t\n\r")
_BASE64 = re.compile(r"; *base64$", re.IGNORECASE)
_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,127}"  # RFC 9110, 5.6.2, as long as RFC 6838, 4.2 has it
_MEDIA_TYPE = re.compile(f"({_NAME}/{_NAME}) *(;|$)")
_BLANKS = re.compile(rb"[\t\n\f\r ]")
_ALPHABET = re.compile(rb"[A-Za-z0-9+/]*")


def decode(url: str) -> tuple[str, bytes]:
    """Split a data URI into its media type, without parameters, and its bytes.

    A media type that is none is text/plain; what follows a # is no part of the data.

    Raises:
        ValueError: it is none; the message says what is wrong.
    """
    head, comma, data = url.strip(_AROUND).partition(",")
    if len(head) > MAX_HEAD_LENGTH:
        raise ValueError(f"must have its first comma within {MAX_HEAD_LENGTH + 1} characters")
    head = head.translate(_WITHIN)
    if not head.lower().startswith("data:") or not comma or "#" in head:
        raise ValueError("must be a data URI such as data:text/csv;base64,... or an https URL")
    declared = head[len("data:") :].strip()
    content = unquote_to_bytes(data.partition("#")[0].translate(_WITHIN))
    if _BASE64.search(declared):
        content = _forgiving(content)
    found = _MEDIA_TYPE.match(declared)
    return found[1].lower() if found else DEFAULT_TYPE, content


def encode(media_type: str, content: bytes) -> str:
    """The data URI of `content`; a media type that is none is text/plain."""
    found = _MEDIA_TYPE.match(media_type.strip())
    declared = found[1].lower() if found else DEFAULT_TYPE
    return f"data:{declared};base64,{base64.b64encode(content).decode()}"


def _forgiving(text: bytes) -> bytes:
    """Decode base64 with blanks in it and without its padding (Infra, "forgiving-base64 decode").

    Raises:
        ValueError: it is not base64.
    """
    text = _BLANKS.sub(b"", text)
    if len(text) % 4 == 0:
        text = text[:-2] + text[-2:].rstrip(b"=")
    if not _ALPHABET.fullmatch(text):
        raise ValueError("is not valid base64: it holds more than A-Z a-z 0-9 + / and = at its end")
    if len(text) % 4 == 1:
        raise ValueError("is not valid base64: a character is missing, or one is too many")
    return base64.b64decode(text + b"=" * (-len(text) % 4))
