"""Texts cut to a length: in characters for readers, in bytes for a record.

DynamoDB keeps 400 KB in an item, counted in UTF-8, and a record is one item: its JSON. A character
takes up to four bytes there, and a control character six, escaped.
"""

from __future__ import annotations

import json
from bisect import bisect_right

MAX_RECORD_BYTES = 400 * 1024
"""DynamoDB's "Service, account, and table quotas", of an item."""
_ELLIPSIS = "…"


def shortened(text: str, longest: int) -> str:
    """`text`, or its beginning with an ellipsis: `longest` characters at most."""
    return text if len(text) <= longest else f"{text[: longest - 1]}{_ELLIPSIS}"


def fitted(text: str, largest: int) -> str:
    """`text`, or its beginning with an ellipsis: `largest` bytes of JSON at most."""
    if json_bytes(text) <= largest:
        return text
    room = largest - json_bytes(_ELLIPSIS)
    kept = bisect_right(range(1, largest), room, key=lambda length: json_bytes(text[:length]))
    return text[:kept] + _ELLIPSIS


def json_bytes(text: str) -> int:
    """The bytes of `text` in a JSON document, without its quotes."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")) - 2
