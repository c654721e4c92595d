"""Which paths a file of a site may have, and which of them cannot stand side by side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_PATH_BYTES = 255
_WINDOWS_DRIVE = re.compile(r"^[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


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
        """Whether there was room for it."""
        room = self.has_room_for(path)
        self._files.add(same_file(path))
        self._folders |= folders_above(same_file(path))
        return room
