"""Changes in the forms that other tools taught models: diffs, patches, bare SEARCH/REPLACE.

Each becomes an edit of ours: what it keeps and takes away must stand in the file exactly once, so
that line numbers, which models count wrong, are not needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from deployer.generation.answers.grammar import Edit, EditBlock, FileBlock
from deployer.generation.answers.parser import SEARCH, parse_edits

_PATH = r"\w[\w./-]*\.\w{1,11}"
_ALONE = re.compile(
    rf"[\s*`#>]*(?:(?:file|path)(?:name)?:\s*)?[`*]*({_PATH})[`*:]*\s*", re.IGNORECASE
)
_HEADER = re.compile(
    rf"(?:(?:---|\+\+\+) (?:[ab]/)?|\*\*\* (Update|Add) File: )({_PATH}|/dev/null)(?:\t.*)?\s*"
)


def from_searches(text: str) -> list[FileBlock | EditBlock]:
    """SEARCH/REPLACE pairs below the path of their file."""
    lines = text.split("\n")
    found: dict[str, list[Edit]] = {}
    path = ""
    for number, line in enumerate(lines):
        if not SEARCH.match(line):
            continue
        above = [
            one for one in lines[max(number - 3, 0) : number] if one.strip() and "```" not in one
        ]
        named = _ALONE.fullmatch(above[-1]) if above else None
        path = named[1] if named else path
        end = next((n for n in range(number, len(lines)) if lines[n].startswith(">>>>>")), None)
        edits = parse_edits(lines[number : end + 1]) if end else None
        if not path or edits is None:
            return []
        found.setdefault(path, []).extend(edits)
    return [EditBlock(path, tuple(edits)) for path, edits in found.items()]


@dataclass
class _Change:
    """The part of a diff that is about one file."""

    path: str
    new: bool
    hunks: list[list[str]] = field(default_factory=list)

    def begin(self) -> list[str]:
        """Begin a new hunk, and return its lines."""
        self.hunks.append([])
        return self.hunks[-1]


def from_diffs(text: str) -> list[FileBlock | EditBlock]:
    """Unified diffs, and the patches of `apply_patch`; none if one of them cannot be an edit."""
    blocks = [_block_of(change) for change in _changes(text)]
    return [block for block in blocks if block] if all(blocks) else []


def _changes(text: str) -> list[_Change]:
    changes: list[_Change] = []
    hunk: list[str] | None = None
    created = False
    for line in text.split("\n"):
        header = _HEADER.fullmatch(line)
        if header and line.startswith("--- "):
            created, hunk = header[2] == "/dev/null", None
        elif header:
            changes.append(_Change(header[2], new=created or header[1] == "Add"))
            created, hunk = False, None if line.startswith("+++ ") else changes[-1].begin()
        elif changes and line.startswith("@@"):
            hunk = changes[-1].begin()
        elif hunk is not None and (line[:1] in ("+", "-", " ") or not line):
            hunk.append(line)
        elif not line.startswith("\\"):
            hunk = None  # talk, or the end of a fence
    return changes


def _block_of(change: _Change) -> FileBlock | EditBlock | None:
    edits = []
    for hunk in filter(None, change.hunks):
        while hunk and not hunk[-1]:
            hunk.pop()  # a line between two diffs, which git would have written as " "
        search = "\n".join(line[1:] for line in hunk if line[:1] != "+")
        replace = "\n".join(line[1:] for line in hunk if line[:1] != "-")
        if change.new:
            return FileBlock(change.path, f"{replace}\n")
        if change.path == "/dev/null" or not search.strip():
            return None
        edits.append(Edit(search, replace))
    return EditBlock(change.path, tuple(edits)) if edits else None
