"""Checks of earlier rounds that, as the model says, the brief takes back.

The model is believed if the brief speaks of a change, and of something that the check is about.
Else the check still counts, though less than a promise that is silently broken: a brief may say it
in words that we do not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from deployer.domain.request import check_text
from deployer.generation.assignment import Assignment
from deployer.generation.judging.demands import is_expression
from deployer.generation.reading.javascript import script

_CHANGE = re.compile(
    r"\b(?:(?:remov|delet|replac|renam|chang|switch|swap|convert|revert|disabl|becom|merg|simplif"
    r"|redesign|hid(?:e|ing|den))\w*"
    r"|(?:drop|stop)(?:s|ped|ping)?|mov(?:es?|ed|ing)|turn(?:s|ed|ing)?|undo(?:es|ne|ing)?"
    r"|instead|rather|without|no longer|not|never|only|now|set|get rid)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{4,}")
_TITLE = re.compile(r"\bdocument\.title\b")


def explained(brief: str, check: str) -> bool:
    """True if the brief can be read as taking back the check, which is as `check_text` tells it."""
    spoken = brief.lower()
    return _CHANGE.search(brief) is not None and any(word in spoken for word in _subjects(check))


def still_counting(assignment: Assignment) -> Assignment:
    """The assignment without the checks that an earlier round has taken back."""
    gone = {verdict.check for verdict in assignment.verdicts if verdict.superseded_by}
    kept = (check for check in assignment.earlier_checks if check_text(check) not in gone)
    return replace(assignment, earlier_checks=tuple(kept))


def without(assignment: Assignment, superseded: frozenset[int]) -> Assignment:
    """The assignment without the earlier checks of these numbers that the brief takes back."""
    kept = (
        check
        for number, check in enumerate(assignment.earlier_checks, 1)
        if number not in superseded or not explained(assignment.brief, check_text(check))
    )
    return replace(assignment, earlier_checks=tuple(kept))


def notes_of(assignment: Assignment, superseded: frozenset[int]) -> Iterator[str]:
    """A note for each check that is taken back."""
    for number, check in enumerate(assignment.earlier_checks, 1):
        if number in superseded:
            text = check_text(check)
            doubt = "" if explained(assignment.brief, text) else ", and the brief has no word of it"
            yield f"an earlier check is taken back, as the model reads the brief{doubt}: {text}"


def _subjects(check: str) -> set[str]:
    """The words for what the check is about: of an expression, those of its literals."""
    if not is_expression(check):
        return {word.lower() for word in _WORD.findall(check)}
    code = check.removeprefix("js:").strip()
    words = {word.lower() for literal in script(code).strings for word in _WORD.findall(literal)}
    return words | ({"title"} if _TITLE.search(code) else set())
