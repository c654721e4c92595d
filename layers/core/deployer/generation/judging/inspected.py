"""The judgement of one candidate, from its files and from a browser's visit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.visit import Picture, Verdict
from deployer.generation.judging.findings import Finding, Severity, score


@dataclass(frozen=True)
class Inspected:
    """`findings` are worst first; `verdicts` in the order of the checks, the round's own first."""

    findings: tuple[Finding, ...]
    verdicts: tuple[CheckVerdict, ...] = ()
    pictures: tuple[Picture, ...] = ()
    browser_seconds: float = 0.0

    def beside(self, more: tuple[Finding, ...], browser_seconds: float) -> Inspected:
        """This judgement, with the findings and the time of what the browser did before it."""
        findings = sorted((*more, *self.findings), key=lambda finding: finding.severity)
        seconds = self.browser_seconds + browser_seconds
        return replace(self, findings=tuple(findings), browser_seconds=seconds)

    @property
    def score(self) -> tuple[int, int, int, int]:
        """The candidate's score: less is better."""
        return score(self.findings)

    @property
    def signature(self) -> frozenset[tuple[str, str]]:
        """The candidate's faults, however they are worded: the same again is no progress."""
        return frozenset(finding.identity for finding in self.findings)

    @property
    def forbidden(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.FORBIDDEN)

    @property
    def only_unpolished(self) -> bool:
        return all(finding.severity is Severity.QUALITY for finding in self.findings)

    @property
    def unmet(self) -> tuple[str, ...]:
        """The faults that were seen."""
        return tuple(f.problem for f in self.findings if f.check not in self._unproven)

    @property
    def unproven(self) -> tuple[str, ...]:
        """The checks that could not be told, each with the reason and the findings of its files."""
        return tuple(
            "; ".join([f"{check}: {why}", *(f.problem for f in self.findings if f.check == check)])
            for check, why in self._unproven.items()
        )

    @property
    def _unproven(self) -> dict[str, str]:
        return {
            one.check: one.evidence
            for one in self.verdicts
            if one.verdict is Verdict.CANNOT_TELL and not one.superseded_by
        }
