"""Apply search/replace edits: each search must hit exactly once, or nothing is changed.

The rungs, from strict to lenient: the exact text; lines that differ only in trailing white space;
lines that differ only in indentation; and both with unicode look-alikes (typographic quotes,
dashes, no-break spaces) made plain. Similarity is never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from deployer.generation.answers.grammar import Edit


class Rung(StrEnum):
    """The rung on which the searched text was found."""

    EXACT = "exact"
    TRAILING_SPACE = "trailing-space"
    INDENTATION = "indentation"
    LOOK_ALIKES = "look-alikes"
    ALREADY_DONE = "already-done"


class EditFailedError(ValueError):
    """The edit cannot be applied without guessing; the message says why."""


@dataclass(frozen=True)
class Applied:
    text: str
    rung: Rung


def apply_edit(text: str, edit: Edit) -> Applied:
    """Apply one edit to a file's text.

    Raises:
        EditFailedError: the searched text is empty, missing, or there more than once.
    """
    if not edit.search.strip():
        raise EditFailedError("SEARCH is empty")
    hits = _count(text, edit.search)
    if hits == 1:
        return Applied(_replaced(text, edit), Rung.EXACT)
    if hits > 1:
        raise EditFailedError(f"SEARCH is there {hits} times: add lines until it is unique")
    for rung, plain in _LENIENT:
        applied = _apply_by_lines(text, edit, plain)
        if applied is not None:
            return Applied(applied, rung)
    if edit.replace.strip() and _count(text, edit.replace) == 1:
        return Applied(text, Rung.ALREADY_DONE)
    raise EditFailedError("SEARCH is not in the file")


def _replaced(text: str, edit: Edit) -> str:
    """The one hit replaced. Whole lines that are replaced by nothing go with their line end."""
    start = text.index(edit.search)
    end = start + len(edit.search)
    whole_lines = (start == 0 or text[start - 1] == "\n") and text[end : end + 1] == "\n"
    if not edit.replace and whole_lines:
        end += 1
    return text[:start] + edit.replace + text[end:]


def _count(text: str, part: str) -> int:
    """Hits of `part`, overlapping ones included."""
    hits, start = 0, text.find(part)
    while start >= 0:
        hits, start = hits + 1, text.find(part, start + 1)
    return hits


_LOOK_ALIKES = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
     "\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2026": "...", "\u200b": "", "\ufeff": ""}
)  # fmt: skip


def _without_trailing_space(line: str) -> str:
    return line.rstrip()


def _without_indentation(line: str) -> str:
    return line.strip()


def _without_look_alikes(line: str) -> str:
    plain = unicodedata.normalize("NFC", line).translate(_LOOK_ALIKES)
    return re.sub(r"\s+", " ", plain).strip()


_LENIENT: tuple[tuple[Rung, Callable[[str], str]], ...] = (
    (Rung.TRAILING_SPACE, _without_trailing_space),
    (Rung.INDENTATION, _without_indentation),
    (Rung.LOOK_ALIKES, _without_look_alikes),
)


def _apply_by_lines(text: str, edit: Edit, plain: Callable[[str], str]) -> str | None:
    """Replace the only run of whole lines that equals the search after `plain`."""
    lines = text.split("\n")
    wanted = [plain(line) for line in edit.search.strip("\r\n").split("\n")]
    have = [plain(line) for line in lines]
    hits = [
        start
        for start in range(len(have) - len(wanted) + 1)
        if have[start : start + len(wanted)] == wanted
    ]
    if len(hits) > 1:
        raise EditFailedError(
            f"SEARCH fits {len(hits)} places when white space is ignored: "
            "add lines until it is unique"
        )
    if not hits:
        return None
    start, end = hits[0], hits[0] + len(wanted)
    new = _fitted(edit, lines[start:end], plain)
    return "\n".join([*lines[:start], *new, *lines[end:]])


def _fitted(edit: Edit, found: list[str], plain: Callable[[str], str]) -> list[str]:
    """The new lines, with the indentation and the line ends of the place they go to.

    A line that the edit only repeats keeps the bytes that it has in the file.
    """
    if not edit.replace:
        return []
    new = edit.replace.strip("\r\n").split("\n")
    searched = edit.search.strip("\r\n").split("\n")
    new = _reindented(new, _indent(searched[0]), _indent(found[0]))
    kept = {plain(line): line for line in found}
    new = [_indent(line) + kept.get(plain(line), line).lstrip() for line in new]
    if all(line.endswith("\r") for line in found):
        new = [line.rstrip("\r") + "\r" for line in new]
    return new


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _reindented(lines: list[str], have: str, want: str) -> list[str]:
    if have == want or not all(line.startswith(have) for line in lines if line.strip()):
        return lines
    return [want + line[len(have) :] if line.strip() else line for line in lines]


def nearest_lines(text: str, search: str) -> str:
    """The lines of the file that a failed search resembles most: evidence, never applied."""
    lines = text.split("\n")
    wanted = {_without_look_alikes(line) for line in search.split("\n")} - {""}
    words = {word for line in wanted for word in re.findall(r"[\w#-]{3,}", line)}
    if not lines or not words:
        return ""
    size = max(len(search.split("\n")), 3)
    hits = [len(words & set(re.findall(r"[\w#-]{3,}", line))) for line in lines]
    starts = range(max(len(lines) - size, 0) + 1)
    best = max(starts, key=lambda start: sum(hits[start : start + size]))
    return "\n".join(lines[max(best - 2, 0) : best + size + 2])[:1500]
