"""Faults by rule: what goes wrong, for which request, and which time."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

Moment = Literal["before", "after"]


class BadRuleError(ValueError):
    """A rule that cannot be understood; the message says why."""


@dataclass(frozen=True)
class FaultRule:
    """One fault.

    ``path`` is a shell pattern, held against the path and against the path with its query.
    ``answer`` is a status code from 400 to 599, ``"lost"`` (the connection is closed),
    ``"hang"`` (silence for ``seconds``, then closed) or ``"not found"`` (for ``seconds`` after
    the repository's creation). ``when`` says whether the request is carried out first.
    """

    path: str
    answer: int | Literal["lost", "hang", "not found"]
    method: str = "*"
    nth: int = 1
    """The matching request that is struck first."""
    times: int | None = 1
    """The number in a row that are struck; None for all that follow."""
    when: Moment = "before"
    seconds: float = 0.0
    retry_after: int | None = None
    reset_after: int | None = None
    """Answer as the primary limit: x-ratelimit-remaining 0 and a reset that lies so far ahead."""
    message: str | None = None

    def __post_init__(self) -> None:
        known = self.answer in ("lost", "hang", "not found")
        if not known and not (isinstance(self.answer, int) and 400 <= self.answer <= 599):
            raise BadRuleError(f"answer {self.answer!r} is neither 400..599 nor a known fault")
        if self.when not in ("before", "after"):
            raise BadRuleError(f"when {self.when!r} is neither 'before' nor 'after'")
        if self.answer in ("hang", "not found") and self.seconds <= 0:
            raise BadRuleError(f"{self.answer!r} needs seconds above 0")
        if self.nth < 1 or (self.times is not None and self.times < 1):
            raise BadRuleError("nth and times count from 1")

    @property
    def label(self) -> str:
        """Name the fault for the request log."""
        if self.answer == "not found":
            return f"not found for {self.seconds:g} s after creation"
        return f"{self.answer} {self.when} applying"

    def matches(self, method: str, path: str, query: str) -> bool:
        """True if a request is one of those that this rule is about."""
        same_method = self.method in ("*", method)
        with_query = f"{path}?{query}"
        return same_method and (fnmatchcase(path, self.path) or fnmatchcase(with_query, self.path))


def rule_from_json(fields: Any) -> FaultRule:
    """Read a rule as the control endpoint takes it.

    Raises:
        BadRuleError: a field is missing, unknown or out of range.
    """
    if not isinstance(fields, dict):
        raise BadRuleError("a rule is a JSON object")
    try:
        return FaultRule(**fields)
    except TypeError as wrong:
        raise BadRuleError(str(wrong)) from wrong


class Faults:
    """The rules in force, and how often each has matched."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[tuple[FaultRule, int]] = []

    def rules(self) -> list[FaultRule]:
        """Return the rules in force."""
        with self._lock:
            return [rule for rule, _ in self._seen]

    def replace(self, *rules: FaultRule) -> None:
        """Put these rules in place of all others; counting starts again."""
        with self._lock:
            self._seen = [(rule, 0) for rule in rules]

    def strike(self, method: str, path: str, query: str, age: float | None) -> FaultRule | None:
        """Return the rule that hits this request, if any.

        ``age`` is how long ago the repository that the request is about was created.
        """
        hit: FaultRule | None = None
        with self._lock:
            for index, (rule, seen) in enumerate(self._seen):
                if not rule.matches(method, path, query):
                    continue
                if rule.answer == "not found":
                    due = age is not None and age < rule.seconds
                else:
                    self._seen[index] = (rule, seen + 1)
                    due = _is_due(rule, seen + 1)
                if due and hit is None:
                    hit = rule
        return hit


def _is_due(rule: FaultRule, occurrence: int) -> bool:
    last = None if rule.times is None else rule.nth + rule.times - 1
    return occurrence >= rule.nth and (last is None or occurrence <= last)
