"""The outcome of one check, as it is stored with the site and shown to people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from deployer.domain.bounded_text import fitted, json_bytes
from deployer.domain.visit import Verdict

_LARGEST_CHECK = 400
_LARGEST_EVIDENCE = 600
_LARGEST_STEPS = 500
"""Bytes of one check in a record."""
_QUOTES = len('"",')
_MOST_IN_A_RECORD = 60


@dataclass(frozen=True)
class CheckVerdict:
    """A check with its verdict, and the evidence in words for a model and a person."""

    check: str
    """As `domain.request.check_text` tells it."""
    round: int
    """The round that asked for it first."""
    verdict: Verdict
    evidence: str = ""
    held: tuple[str, ...] = ()
    """The looks at which it held: `static`, `loaded`, `later`."""
    steps: tuple[str, ...] = ()
    """The steps in which a check in plain words was tried, a line each."""

    superseded_by: int | None = None
    """The round whose brief takes it back, as the model reads it; None while it counts."""

    promised: bool = False
    """It was seen to pass in an earlier round, and nobody could tell since."""

    @property
    def passes(self) -> bool:
        return self.verdict is Verdict.PASSES

    @property
    def binds(self) -> bool:
        """Later rounds have to pass it too."""
        return self.passes or self.promised


def verdicts_for_a_record(verdicts: Iterable[CheckVerdict]) -> tuple[CheckVerdict, ...]:
    """The verdicts with their texts cut short, failures first where there are too many.

    The whole of them is stored with the site.
    """
    order = [Verdict.FAILS, Verdict.CANNOT_TELL, Verdict.PASSES]
    cut = tuple(_cut(verdict) for verdict in verdicts)
    if len(cut) <= _MOST_IN_A_RECORD:
        return cut
    return tuple(sorted(cut, key=lambda one: order.index(one.verdict)))[:_MOST_IN_A_RECORD]


def _cut(verdict: CheckVerdict) -> CheckVerdict:
    steps, left = [], _LARGEST_STEPS
    for step in verdict.steps:
        left -= json_bytes(step) + _QUOTES
        if left < 0:
            steps.append("…")
            break
        steps.append(step)
    return replace(
        verdict,
        check=fitted(verdict.check, _LARGEST_CHECK),
        evidence=fitted(verdict.evidence, _LARGEST_EVIDENCE),
        steps=tuple(steps),
    )
