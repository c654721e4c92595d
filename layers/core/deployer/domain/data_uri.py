"""Data URIs (RFC 2397), read strictly: nothing is guessed."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

MAX_PARAMETERS_LENGTH = 200
MAX_HEAD_LENGTH = len("data:") + 255 + MAX_PARAMETERS_LENGTH
"""Of what is before the first comma. A media type has two names of at most 127 characters."""
_HEAD = re.compile(r"data:(?P<media>[^;]*)(?P<parameters>.*)", re.DOTALL)
_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"  # RFC 6838, 4.2
_MEDIA_TYPE = re.compile(f"{_NAME}/{_NAME}")
_PARAMETERS = re.compile(r"(;[A-Za-z0-9!#$&^_.+%'*=\"-]*)*")


def decode(url: str) -> tuple[str, bytes]:
    """Split a data URI into its media type and its bytes.

    Raises:
        ValueError: it is none; the message says what is wrong.
    """
    head, comma, data = url.partition(",")
    if len(head) > MAX_HEAD_LENGTH:
        raise ValueError(f"must have its first comma within {MAX_HEAD_LENGTH + 1} characters")
    form = _HEAD.fullmatch(head)
    if form is None or not comma:
        raise ValueError("must be a data URI such as data:text/csv;base64,...")
    media_type = form["media"] or "text/plain"
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise ValueError("has no media type such as text/csv")
    parameters = form["parameters"]
    if len(parameters) > MAX_PARAMETERS_LENGTH or not _PARAMETERS.fullmatch(parameters):
        raise ValueError("has a media type with odd parameters")
    content = unquote_to_bytes(data)
    if "base64" not in parameters.lower().split(";"):
        return media_type, content
    try:
        return media_type, base64.b64decode(content, validate=True)
    except binascii.Error as exc:
        raise ValueError(f"is not valid base64: {exc}") from exc
