"""A site: the files of one published web app."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from deployer.domain.site_path import InvalidPathError, check_path, clashing, folders_above


@dataclass(frozen=True)
class Site(Mapping[str, bytes]):
    """Files by path. Immutable; every path has passed `check_path`, and none is a folder too.

    Paths that only some file systems take for one may stand side by side: git has room for them,
    and a repository that has them is read.

    Raises:
        InvalidPathError: a path may name no file, or is a file and a folder.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked = {check_path(path): bytes(content) for path, content in self.files.items()}
        for path in checked:
            if not checked.keys().isdisjoint(folders_above(path)):
                raise InvalidPathError("has a file for a folder")
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
        """This site with `changed` added or replaced.

        A new path takes the place of what it cannot stand beside: `Data.csv` that of `data.csv`,
        `a/b.csv` that of the file `a`. git's trees would drop one of the latter without a word.

        Raises:
            InvalidPathError: as for a site; also if two of `changed` are a file and its folder.
        """
        earlier = [path for path in self.files if path not in changed]
        new = [path for path in changed if path not in self.files]
        return Site({**self.without(*clashing(earlier, beside=new)), **changed})

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
