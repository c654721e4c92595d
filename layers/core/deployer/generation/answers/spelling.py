"""Paths as models spell them: `./index.html`, `/index.html`, a `public/` around everything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from deployer.domain.site import Site
from deployer.generation.answers.grammar import ConvertBlock, EditBlock, FileChange

_DRIVE = re.compile(r"^[A-Za-z]:")
_BESIDE = frozenset({"README.md", "readme.md", "LICENSE", "package.json"})
"""Files that stand beside the folder of a site's files in many projects."""


def as_meant(changes: Sequence[FileChange], site: Site, brief: str) -> tuple[FileChange, ...]:
    """The changes with paths of the site. Which of them may be written is another question."""
    plain = [_with_path(change, plain_path(path_of(change))) for change in changes]
    folder = _folder_around(plain, site, brief)
    return tuple(_with_path(c, path_of(c).removeprefix(folder)) for c in plain)


def plain_path(path: str) -> str:
    """The path without what changes nothing: `./`, a leading or doubled slash, backslashes."""
    path = path.strip()
    if _DRIVE.match(path):
        return path
    parts = path.replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", "."))


def path_of(change: FileChange) -> str:
    return change.target if isinstance(change, ConvertBlock) else change.path


def _with_path(change: FileChange, path: str) -> FileChange:
    if isinstance(change, ConvertBlock):
        return replace(change, target=path)
    return replace(change, path=path)


def _folder_around(changes: Sequence[FileChange], site: Site, brief: str) -> str:
    """`public/`, if all that is written, the start page too, stands in it and nothing else does.

    A page of that name which a revision adds is no such folder: only an edit, which needs a file
    that is there, speaks of the start page then. A folder that the brief names stays.
    """
    inner = [path_of(c) for c in changes if not path_of(c).startswith(".")]
    inner = [path for path in inner if path not in _BESIDE]
    folder = inner[0].partition("/")[0] + "/" if inner else ""
    start = f"{folder}index.html"
    if not folder or folder in brief or not all(path.startswith(folder) for path in inner):
        return ""
    if start not in inner or any(path.startswith(folder) for path in site):
        return ""
    edits = {c.path for c in changes if isinstance(c, EditBlock)}
    return folder if "index.html" not in site or start in edits else ""
