"""The smallest search/replace edits that turn one text into another."""

from __future__ import annotations

from difflib import SequenceMatcher

from deployer.generation.answers.grammar import Edit

_Hunk = tuple[int, int, list[str]]
"""The lines from..to of the old text, and what stands there instead."""


def edits_between(old: str, new: str) -> tuple[Edit, ...]:
    """Edits that apply in order; every search stands exactly once in the text it meets."""
    lines, target = old.split("\n"), new.split("\n")
    hunks: list[_Hunk] = [
        (start, end, target[new_start:new_end])
        for tag, start, end, new_start, new_end in SequenceMatcher(
            None, lines, target, autojunk=False
        ).get_opcodes()
        if tag != "equal"
    ]
    edits: list[Edit] = []
    # From the last to the first, so that the numbers of earlier lines stay right.
    while hunks:
        hunk = hunks.pop()
        start, end, context = _made_unique(lines, hunk)
        while hunks and hunks[-1][1] > start:
            hunk = _joined(lines, hunks.pop(), hunk)
            start, end, context = _made_unique(lines, hunk)
        edits.append(Edit("\n".join(lines[start:end]), "\n".join(context)))
        lines[start:end] = context
    return tuple(edits)


def _joined(lines: list[str], first: _Hunk, second: _Hunk) -> _Hunk:
    return first[0], second[1], [*first[2], *lines[first[1] : second[0]], *second[2]]


def _made_unique(lines: list[str], hunk: _Hunk) -> _Hunk:
    """The hunk with as many lines of context as make its old text unique."""
    start, end, new = hunk
    text = "\n".join(lines)
    before, after = start, end
    while not _is_clear(text, lines[before:after], [*lines[before:start], *new, *lines[end:after]]):
        if before > 0:
            before -= 1
        elif after < len(lines):
            after += 1
        else:
            break
    return before, after, [*lines[before:start], *new, *lines[end:after]]


def _is_clear(text: str, old: list[str], new: list[str]) -> bool:
    """True if the old lines stand exactly once, and the new ones are not nothing at all.

    An empty replacement takes lines out, so it cannot also stand for an empty line.
    """
    part = "\n".join(old)
    first = text.find(part)
    unique = bool(part.strip()) and first >= 0 and text.find(part, first + 1) < 0
    return unique and bool("\n".join(new))
