"""Paths of a site's files, and clashes of two that cannot stand side by side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote

from deployer.domain.hidden_text import hidden_character

OWN_PATHS = frozenset({"LICENSE", ".nojekyll"})
"""Our code writes these."""
EVERY_SITES_PATHS = frozenset({"index.html", "README.md", *OWN_PATHS})
PAGES_DOMAIN = "CNAME"
"""It would give Pages another domain."""

MAX_PATH_BYTES = 255
MAX_SEGMENTS = 10
_WINDOWS_DRIVE = re.compile(r"^[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DEVICE = re.compile(r"(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9])( *\.|:|$)")
"""Windows takes these for devices, with any ending ("Naming Files, Paths, and Namespaces")."""
_SHORT_GIT = re.compile(r"\.?gi[t7][a-z0-9]*~[0-9]+")
"""NTFS's short names for .git and its like, such as `git~1` (CVE-2019-1352)."""
_NOT_ON_WINDOWS = frozenset('<>:"|?*')
"""Among them the colon, which begins an NTFS stream."""


class InvalidPathError(ValueError):
    """The path would leave the site or cannot be a file of it; the message says why."""


def check_path(path: str) -> str:
    """Return `path` if it may name a file of a site.

    A path is relative, with `/` between its segments, and cannot leave the site, reach git's own
    files (in any case: file systems differ), or hold control characters.

    Raises:
        InvalidPathError: it may not.
    """
    if not path or len(path.encode()) > MAX_PATH_BYTES:
        raise InvalidPathError(f"must have 1 to {MAX_PATH_BYTES} bytes")
    if _CONTROL.search(path) or "\\" in path:
        raise InvalidPathError("holds a control character or a backslash")
    if path.startswith("/") or _WINDOWS_DRIVE.match(path):
        raise InvalidPathError("must be relative")
    for segment in path.split("/"):
        if segment in ("", ".", "..") or segment != segment.strip():
            raise InvalidPathError("has an empty, dotted or padded segment")
        if segment.lower().startswith(".git") and segment != ".github":
            raise InvalidPathError("reaches git's own files")
    return path


def check_portable_path(path: str) -> str:
    """Return `path` if GitHub, Pages and a clone on any system take it for the same, plain file.

    Raises:
        InvalidPathError: they may not; it holds for attachments and for a model's files.
    """
    hidden = hidden_character(path)
    if hidden:
        raise InvalidPathError(f"holds {hidden}")
    for reading in _readings(path):
        check_path(reading)
        segments = reading.split("/")
        if len(segments) > MAX_SEGMENTS:
            raise InvalidPathError(f"has more than {MAX_SEGMENTS} segments")
        for segment in segments:
            _check_segment(segment)
    if unicodedata.normalize("NFKC", path).count("/") != path.count("/"):
        raise InvalidPathError("holds a character that others read as a slash")
    return path


def check_attachment_name(name: str) -> str:
    """Return `name` if it may name an attachment, a file on GitHub, on Pages and in every clone.

    Raises:
        ValueError: it may not; the message says why.
    """
    check_portable_path(name)
    if not set(map(same_file, (*EVERY_SITES_PATHS, PAGES_DOMAIN))).isdisjoint(tops(name)):
        raise ValueError("names a file that every site has; send it under another name")
    if name.startswith("."):
        raise ValueError("must not begin with a dot")
    return name


def _readings(path: str) -> tuple[str, ...]:
    """The path as it stands, as Unicode's compatibility form reads it, and as a URL reads both.

    NFKC makes dots and slashes of what only looks like them; a URL has `%2e%2e%2f`.
    """
    compatible = unicodedata.normalize("NFKC", path)
    return path, compatible, unquote(path), unquote(compatible)


def tops(path: str) -> set[str]:
    """The first segment of each reading of the path, as `same_file` gives it."""
    return {same_file(reading.split("/")[0]) for reading in _readings(path)}


def folders_above(path: str) -> set[str]:
    return {path[:place] for place, letter in enumerate(path) if letter == "/"}


def same_file(path: str) -> str:
    """Alike for paths that some file system takes for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())


def clashes(paths: Iterable[str]) -> list[str]:
    """The paths that cannot stand beside one before them: the same file, or a file and a folder."""
    taken = _Taken()
    return [path for path in paths if not taken.add(path)]


def clashing(paths: Iterable[str], beside: Iterable[str]) -> list[str]:
    """The paths that cannot stand beside one of the others."""
    taken = _Taken()
    for path in beside:
        taken.add(path)
    return [path for path in paths if not taken.has_room_for(path)]


class _Taken:
    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def has_room_for(self, path: str) -> bool:
        file = same_file(path)
        taken = file in self._files or file in self._folders
        return not taken and self._files.isdisjoint(folders_above(file))

    def add(self, path: str) -> bool:
        """Add the path, and return True if there was room for it."""
        room = self.has_room_for(path)
        self._files.add(same_file(path))
        self._folders |= folders_above(same_file(path))
        return room


def _check_segment(segment: str) -> None:
    if not _NOT_ON_WINDOWS.isdisjoint(segment):
        raise InvalidPathError(f"holds one of {' '.join(sorted(_NOT_ON_WINDOWS))}")
    if segment.endswith("."):
        raise InvalidPathError("has a segment that ends with a dot")
    lowered = segment.casefold()
    if _DEVICE.match(lowered):
        raise InvalidPathError("has a segment that Windows takes for a device")
    if _SHORT_GIT.match(lowered):
        raise InvalidPathError("reaches git's own files")
