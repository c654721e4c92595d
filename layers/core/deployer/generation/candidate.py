"""A candidate: one complete site, and everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from deployer.domain.site import Site
from deployer.generation.answers.draft import NO_TRIALS, Trials
from deployer.generation.judging.findings import Finding, Severity, score


@dataclass(frozen=True)
class Candidate:
    """A site that could be published, with its findings, worst first."""

    site: Site
    findings: tuple[Finding, ...]
    left_out: tuple[str, ...] = ()
    """What the model sent and we did not take, with the reasons."""
    trials: Trials = NO_TRIALS

    @cached_property
    def score(self) -> tuple[int, int, int, int]:
        return score(self.findings)

    @property
    def signature(self) -> frozenset[tuple[str, str]]:
        return frozenset(finding.identity for finding in self.findings)

    @property
    def forbidden(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.FORBIDDEN)

    @property
    def only_unpolished(self) -> bool:
        return all(finding.severity is Severity.QUALITY for finding in self.findings)
