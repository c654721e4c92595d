"""Happenings of a page, read from the browser's events."""

from __future__ import annotations

import json
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from deployer.adapters.chromium.published import HOST, SITE_URL
from deployer.domain.visit import Happening, Kind

MAX_EACH = 30
"""Different happenings of a kind that are kept; alike ones are counted."""
MAX_TEXT = 600


class Happenings:
    """A bounded collection, in the order of first sight. Any thread may add."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[tuple[Kind, str, str], int] = {}

    def add(self, kind: Kind, text: str, place: str = "") -> None:
        key = (kind, text[:MAX_TEXT], place[:MAX_TEXT])
        with self._lock:
            if key not in self._counts and self._different(kind) >= MAX_EACH:
                key = (kind, "and others", "")
            self._counts[key] = self._counts.get(key, 0) + 1

    def take(self) -> tuple[Happening, ...]:
        """All of it, which is then forgotten."""
        with self._lock:
            taken, self._counts = self._counts, {}
        return tuple(Happening(*key, count) for key, count in taken.items())

    def _different(self, kind: Kind) -> int:
        return sum(known is kind for known, _, _ in self._counts)


def exception(details: dict[str, Any]) -> tuple[str, str]:
    """The text of the exception, without its stack, and its place."""
    thrown = details.get("exception", {})
    text = str(thrown.get("description") or thrown.get("value") or details.get("text", ""))
    return text.split("\n    at ")[0], place(details)


def place(location: dict[str, Any]) -> str:
    """`script.js:12:5` of what has a stack, or a URL, line and column (both from 0) of its own."""
    frames = location.get("stackTrace", {}).get("callFrames", [])
    location = next((frame for frame in frames if frame["url"]), location)
    url = location.get("url", "")
    if not url:
        return ""
    numbers = (location.get("lineNumber", -1) + 1, location.get("columnNumber", -1) + 1)
    return ":".join([short(url), *(str(number) for number in numbers if number > 0)])


def short(url: str) -> str:
    """A URL for people: the site's own relative to it, others whole but for a `data:` one."""
    if url.startswith("data:"):
        return f"{url[:40]}..."
    if urlsplit(url).hostname != HOST:
        return url
    path = url.removeprefix(SITE_URL)
    return path.removeprefix(f"https://{HOST}") or "index.html"


def described(value: dict[str, Any]) -> str:
    """A value of JavaScript's in words, from the protocol's description of it."""
    if "unserializableValue" in value:
        return str(value["unserializableValue"])
    if "value" in value:
        return json.dumps(value["value"], ensure_ascii=False)
    preview = value.get("preview", {})
    if preview.get("subtype") not in ("node", "error") and preview.get("properties"):
        return _previewed(preview)
    return str(value.get("description") or value.get("type"))


def printed(arguments: list[dict[str, Any]]) -> str:
    """The line that `console.log` would print for its arguments."""
    return " ".join(
        str(value["value"]) if value.get("type") == "string" else described(value)
        for value in arguments[:10]
    )


def _previewed(preview: dict[str, Any]) -> str:
    listed = preview.get("subtype") == "array"
    parts = [
        str(entry.get("value", entry.get("type")))
        if listed
        else f"{entry['name']}: {entry.get('value', entry.get('type'))}"
        for entry in preview["properties"]
    ]
    more = ", ..." if preview.get("overflow") else ""
    opening, closing = "[]" if listed else "{}"
    return f"{opening}{', '.join(parts)}{more}{closing}"
