"""Trials: the checks that a browser can try on a candidate, each with its way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from deployer.domain.request import Check, JavaScriptCheck, check_text
from deployer.domain.steps import InvalidStepsError, Step, parse_steps
from deployer.generation.assignment import Assignment
from deployer.generation.judging.superseding import explained

_IS_JAVASCRIPT = re.compile(r"^js:|\bdocument\.\w|\bwindow\.\w")
_LEFT_OVER = re.compile(r"\$\{\s*(?:seed|result|nonce)\s*\}")
"""A template of the sender that was sent unfilled: nothing on a page can fulfil it."""


@dataclass(frozen=True)
class Trial:
    """One check and the way to try it: its expression, steps, or none."""

    check: str
    """As `check_text` tells it."""
    number: int
    """In the request, from 1; earlier checks are counted by themselves."""
    round: int
    earlier: bool = False
    passed_before: bool = False
    """The site as it stands was seen to pass it, or one before it and nobody could tell since."""
    superseded_by: int | None = None
    """The round whose brief takes it back, as the model reads it."""
    explained: bool = True
    """The brief can be read so; of no other check than a superseded one."""
    expression: str = ""
    steps: tuple[Step, ...] = ()
    why_not: str = ""
    """The reason why no browser can tell, where there is neither expression nor steps."""


def trials_of(
    assignment: Assignment,
    steps: Mapping[int, tuple[str, ...]],
    superseded: frozenset[int] = frozenset(),
) -> tuple[Trial, ...]:
    """A trial for each check of the round, and for each earlier one.

    Args:
        steps: the lines that the model wrote for a check of this round, by the check's number.
        superseded: the numbers of earlier checks that the brief takes back.
    """
    ours = (
        _trial(check, number, assignment.round, steps.get(number, ()))
        for number, check in enumerate(assignment.checks, 1)
    )
    return (*ours, *_earlier(assignment, superseded))


def _earlier(assignment: Assignment, superseded: frozenset[int]) -> Iterator[Trial]:
    kept = {verdict.check: verdict for verdict in assignment.verdicts}
    again = {check_text(check) for check in assignment.checks}
    for number, check in enumerate(assignment.earlier_checks, 1):
        text = check_text(check)
        if text in again:
            continue
        before = kept.get(text)
        trial = _trial(
            check,
            number,
            before.round if before else max(assignment.round - 1, 1),
            before.steps if before else (),
            earlier=True,
            passed_before=before is not None and before.binds,
        )
        if number in superseded:
            told = explained(assignment.brief, text)
            trial = replace(trial, superseded_by=assignment.round, explained=told)
        yield trial


def _trial(
    check: Check,
    number: int,
    asked_in: int,
    lines: tuple[str, ...],
    *,
    earlier: bool = False,
    passed_before: bool = False,
) -> Trial:
    text = check_text(check)
    expression, why_not = "", ""
    parsed: tuple[Step, ...] = ()
    code = expression_of(check)
    if code and _LEFT_OVER.search(code):
        why_not = "a placeholder of its sender was left in it"
    elif code:
        expression = code
    elif not lines:
        why_not = "no steps were written for it"
    else:
        try:
            parsed = parse_steps(lines)
        except InvalidStepsError as exc:
            why_not = f"its steps cannot be carried out: {exc}"
    return Trial(
        text,
        number,
        asked_in,
        earlier,
        passed_before,
        expression=expression,
        steps=parsed,
        why_not=why_not,
    )


def expression_of(check: Check) -> str:
    """The JavaScript of a check; empty for one in plain words."""
    if isinstance(check, JavaScriptCheck):
        return check.js
    return check.removeprefix("js:").strip() if _IS_JAVASCRIPT.search(check) else ""
