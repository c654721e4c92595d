"""The size of an image, read from its first bytes."""

from __future__ import annotations

import struct

MAX_SIDE = 8000
MAX_PIXELS = 40_000_000
"""Above these, providers refuse a picture, or whoever unpacks it runs out of memory."""


def media_type(content: bytes) -> str | None:
    """The type that the bytes show, whatever the name says."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None if the header cannot be read."""
    try:
        return _SIZES[media_type(content) or ""](content)
    except (KeyError, struct.error, IndexError):
        return None


def showable(content: bytes) -> bool:
    """True if a model can be shown it: a picture whose header gives a size within the bounds."""
    found = size(content)
    if found is None:
        return False
    width, height = found
    return min(found) > 0 and max(found) <= MAX_SIDE and width * height <= MAX_PIXELS


def _png(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _gif(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _webp(content: bytes) -> tuple[int, int] | None:
    kind = content[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(content[24:27], "little") + 1
        return width, int.from_bytes(content[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        length = struct.unpack(">H", content[position + 2 : position + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + int(length)
    return None


_SIZES = {"image/png": _png, "image/gif": _gif, "image/webp": _webp, "image/jpeg": _jpeg}
