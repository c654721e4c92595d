"""Which names an attachment may have: it becomes a file on GitHub, on Pages and in every clone."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from deployer.domain.hidden_text import hidden_character
from deployer.domain.site_path import InvalidPathError, check_path, same_file

MAX_SEGMENTS = 10
OTHERS_FILES = frozenset({"license", "readme.md", "index.html", ".nojekyll", "cname"})
"""In lower case. Our code or the model writes these; CNAME would give Pages another domain."""

_DEVICE = re.compile(r"(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9])( *\.|:|$)")
"""Windows takes these for devices, with any ending ("Naming Files, Paths, and Namespaces")."""
_SHORT_GIT = re.compile(r"\.?gi[t7][a-z0-9]*~[0-9]+")
"""NTFS's short names for .git and its like, such as `git~1` (CVE-2019-1352)."""
_NOT_ON_WINDOWS = frozenset('<>:"|?*')
"""Among them the colon, which begins an NTFS stream."""


def check_attachment_name(name: str) -> str:
    """Return `name` if it may name an attachment.

    It is judged as it stands, as Unicode's compatibility form reads it (NFKC makes dots and
    slashes of what only looks like them), and as a URL reads it (`%2e%2e%2f`).

    Raises:
        ValueError: it may not; the message says why.
    """
    hidden = hidden_character(name)
    if hidden:
        raise ValueError(f"holds {hidden}")
    compatible = unicodedata.normalize("NFKC", name)
    for reading in (name, compatible, unquote(name), unquote(compatible)):
        _check_reading(reading)
    if compatible.count("/") != name.count("/"):
        raise ValueError("holds a character that others read as a slash")
    if name.startswith("."):
        raise ValueError("must not begin with a dot")
    return name


def _check_reading(name: str) -> None:
    try:
        check_path(name)
    except InvalidPathError as exc:
        raise ValueError(str(exc)) from exc
    segments = name.split("/")
    if len(segments) > MAX_SEGMENTS:
        raise ValueError(f"has more than {MAX_SEGMENTS} segments")
    for segment in segments:
        _check_segment(segment)
    if same_file(segments[0]) in OTHERS_FILES:
        raise ValueError("names a file that every site has; send it under another name")


def _check_segment(segment: str) -> None:
    if not _NOT_ON_WINDOWS.isdisjoint(segment):
        raise ValueError(f"holds one of {' '.join(sorted(_NOT_ON_WINDOWS))}")
    if segment.endswith("."):
        raise ValueError("has a segment that ends with a dot")
    lowered = segment.casefold()
    if _DEVICE.match(lowered):
        raise ValueError("has a segment that Windows takes for a device")
    if _SHORT_GIT.match(lowered):
        raise ValueError("reaches git's own files")
