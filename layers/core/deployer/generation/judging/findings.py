"""Findings, in words that help both a model and a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """Worst first. A site with a FORBIDDEN finding is never published."""

    FORBIDDEN = 0
    REGRESSION = 1
    CHECK = 2
    QUALITY = 3


@dataclass(frozen=True)
class Finding:
    severity: Severity
    rule: str
    subject: str
    """The subject: a selector, a path, a literal. Rule and subject make a finding the same in two
    candidates, however its words change."""
    problem: str
    check: str = ""
    """The check that it is about, as `check_text` tells it; empty where it is about none."""
    fault: str = ""
    """The problem in a clause for a person, where it can be said so shortly."""

    @property
    def identity(self) -> tuple[str, str]:
        return self.rule, self.subject

    @property
    def in_short(self) -> str:
        return self.fault or self.problem


def score(findings: Iterable[Finding]) -> tuple[int, int, int, int]:
    """The score by which candidates are compared: less is better, the worst kind first."""
    severities = [finding.severity for finding in findings]
    counts = [severities.count(severity) for severity in Severity]
    return counts[0], counts[1], counts[2], counts[3]
