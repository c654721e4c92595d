"""A site: the files of one published web app."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

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


@dataclass(frozen=True)
class Site(Mapping[str, bytes]):
    """Files by path. Immutable; every path has passed `check_path`."""

    files: Mapping[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked = {check_path(path): bytes(content) for path, content in self.files.items()}
        object.__setattr__(self, "files", MappingProxyType(dict(sorted(checked.items()))))

    def __getitem__(self, path: str) -> bytes:
        return self.files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __hash__(self) -> int:
        return hash(self.digest())

    def with_files(self, changed: Mapping[str, bytes]) -> Site:
        """This site with `changed` added or replaced."""
        return Site({**self.files, **changed})

    def without(self, *paths: str) -> Site:
        return Site({path: content for path, content in self.files.items() if path not in paths})

    def changes_since(self, earlier: Site) -> dict[str, bytes]:
        """The files that were added or changed since `earlier`."""
        return {
            path: content for path, content in self.files.items() if earlier.get(path) != content
        }

    def text(self, path: str) -> str:
        """The file as text; bytes that are not UTF-8 are replaced."""
        return self.files[path].decode("utf-8", "replace")

    def digest(self) -> str:
        """SHA-256 over paths and contents, hex."""
        digest = hashlib.sha256()
        for path, content in self.files.items():
            for part in (path.encode(), content):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
        return digest.hexdigest()
