"""A browser's report, read: a verdict for each check, and the findings that cost a repair."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from deployer.domain.bounded_text import shortened
from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.policy import Policy
from deployer.domain.visit import (
    CANDIDATES,
    PICTURES,
    Evidence,
    Happening,
    Kind,
    Look,
    Report,
    Verdict,
    Visit,
    When,
)
from deployer.generation.judging.expectation import expectation_of
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.policy.asked import blocked
from deployer.generation.judging.trying import Trial
from deployer.generation.reading.urls import authority, host

_LONGEST_EVIDENCE = 1500
_MOST_HAPPENINGS = 5
_OF_THE_PAGE = {
    Kind.EXCEPTION: Severity.QUALITY,
    Kind.STUCK: Severity.CHECK,
    Kind.CRASH: Severity.CHECK,
}
"""Faults of a page whatever its checks say. A failed request is told with a check that
fails: a picture that is missing on purpose, or a host that is down, is no fault."""

_UNEXPLAINED = "the answer says that the brief takes it back, and the brief has no word of it"

_WITHOUT_IT = re.compile(r"ReferenceError: \w+ is not defined|TypeError: Failed to fetch")
"""Exceptions of a page that lacks a library, or data, that our side could not have."""


def verdicts_of(trials: Sequence[Trial], report: Report) -> tuple[CheckVerdict, ...]:
    """A verdict for each trial, in their order, out of the report of `visit_of(trials)`."""
    expressions = [trial for trial in trials if trial.expression]
    tried = [trial for trial in trials if trial.steps]
    verdicts = (
        _by_expression(trial, report, expressions.index(trial))
        if trial.expression
        else _by_steps(trial, report, tried.index(trial))
        if trial.steps
        else CheckVerdict(trial.check, trial.round, Verdict.CANNOT_TELL, trial.why_not)
        for trial in trials
    )
    return tuple(
        replace(
            verdict,
            superseded_by=trial.superseded_by,
            promised=trial.passed_before and verdict.verdict is Verdict.CANNOT_TELL,
        )
        for trial, verdict in zip(trials, verdicts, strict=True)
    )


def visit_of(trials: Sequence[Trial], policy: Policy, name: str, seconds: float) -> Visit:
    """The visit that tries all of `trials` that a browser can try; `name` is the candidate's."""
    return Visit(
        candidate=f"{CANDIDATES}{name}.json",
        pictures=f"{PICTURES}{name}/",
        checks=tuple(trial.expression for trial in trials if trial.expression),
        steps=tuple(trial.steps for trial in trials if trial.steps),
        policy=policy,
        seconds=seconds,
    )


def findings_of(
    trials: Sequence[Trial], verdicts: Sequence[CheckVerdict], report: Report
) -> Iterator[Finding]:
    """A finding for each check that was seen to fail, and for what is broken in the page itself."""
    expressions = [trial for trial in trials if trial.expression]
    for trial, verdict in zip(trials, verdicts, strict=True):
        if verdict.verdict is Verdict.FAILS and not (trial.superseded_by and trial.explained):
            fault = _shortfall(trial, report, expressions.index(trial)) if trial.expression else ""
            yield _finding(trial, verdict, fault)
    yield from _of_the_page(report)
    yield from _of_hosts(report)


def _finding(trial: Trial, verdict: CheckVerdict, fault: str) -> Finding:
    silently = trial.passed_before and not trial.superseded_by
    severity = Severity.REGRESSION if silently else Severity.CHECK
    asked = "promised it and the page fails it now" if trial.passed_before else "asked for it"
    before = f"round {trial.round} {asked}: " if trial.earlier else ""
    after = f"; {_UNEXPLAINED}" if trial.superseded_by else ""
    problem = f"{before}{trial.check}: {verdict.evidence}{after}"
    return Finding(
        severity, "fails in a browser", trial.check, problem, check=trial.check, fault=fault
    )


def joined(
    read: Iterable[Finding], verdicts: Sequence[CheckVerdict], seen: Iterable[Finding]
) -> tuple[Finding, ...]:
    """The findings of the files and of the browser in one list, worst first.

    Where a browser could tell, it is right. A finding of the files alone is dropped if the check
    passes; if it fails, the finding joins the evidence as a cause.
    """
    told = {one.check for one in verdicts if one.verdict is not Verdict.CANNOT_TELL}
    causes: dict[str, list[str]] = {}
    kept = []
    for finding in read:
        if finding.check in told:
            causes.setdefault(finding.check, []).append(finding.problem)
        else:
            kept.append(finding)
    for finding in seen:
        cause = "; ".join([finding.problem, *causes.get(finding.check, [])])
        kept.append(replace(finding, problem=cause))
    unique = {finding.identity: finding for finding in kept}
    return tuple(sorted(unique.values(), key=lambda finding: finding.severity))


def _of_the_page(report: Report) -> Iterator[Finding]:
    happenings = _happenings(report)
    missed = any(happening.kind is Kind.NOT_REACHED for happening in happenings)
    for happening in happenings[:_MOST_HAPPENINGS]:
        if missed and _WITHOUT_IT.search(happening.text):
            continue
        if happening.kind in _OF_THE_PAGE:
            yield Finding(
                _OF_THE_PAGE[happening.kind],
                happening.kind.value,
                # Where it stands changes with every repair.
                re.sub(r"\d+", "#", happening.text)[:200],
                told(happening),
            )


def _of_hosts(report: Report) -> Iterator[Finding]:
    """A finding for each host that the page asked and its policy does not allow."""
    asked: dict[str, str] = {}
    for happening in _happenings(report):
        name = host(authority(happening.text.split(": ")[0]))
        if happening.kind is Kind.VIOLATION and name:
            asked.setdefault(name, happening.place or "the page")
    for name, place in list(asked.items())[:_MOST_HAPPENINGS]:
        yield blocked(name, place)


def told(happening: Happening) -> str:
    """The happening in a line: `exception: ReferenceError: x is not defined (index.html:31:9)`."""
    place = f" ({happening.place})" if happening.place else ""
    often = f", {happening.count} times" if happening.count > 1 else ""
    return f"{happening.kind.value}: {happening.text}{place}{often}"


def _by_expression(trial: Trial, report: Report, index: int) -> CheckVerdict:
    looks = _looks(report, index)
    held = tuple(
        look.when.value for look in looks if look.evidence[index].verdict is Verdict.PASSES
    )
    verdict = report.verdict(index)
    evidence = "" if verdict is Verdict.PASSES else _evidence(trial, report, index)
    return CheckVerdict(
        trial.check,
        trial.round,
        verdict,
        shortened(evidence, _LONGEST_EVIDENCE),
        held,
    )


def _by_steps(trial: Trial, report: Report, index: int) -> CheckVerdict:
    seen = Evidence(Verdict.CANNOT_TELL, reason=report.problem or "the browser did not come to it")
    if index < len(report.tried):
        seen = report.tried[index]
    told = "" if seen.verdict is Verdict.PASSES else "; ".join([*_seen(seen), *_wrong(report)])
    lines = tuple(str(step) for step in trial.steps)
    evidence = shortened(told, _LONGEST_EVIDENCE)
    return CheckVerdict(trial.check, trial.round, seen.verdict, evidence, steps=lines)


def _evidence(trial: Trial, report: Report, index: int) -> str:
    """The evidence in words: the last look first, then the faults in the page until then."""
    looks = _looks(report, index)
    if not looks:
        return report.problem or "the browser did not come to it"
    parts = [*filter(None, [_shortfall(trial, report, index)]), *_seen(looks[-1].evidence[index])]
    before = [look for look in looks[:-1] if look.evidence[index].verdict is Verdict.PASSES]
    if any(look.when is When.LOADED for look in before):
        parts.insert(0, "it held when the page had loaded, and no longer later")
    return "; ".join([*parts, *_wrong(report)]) or report.problem


def _looks(report: Report, index: int) -> list[Look]:
    """The looks at which the expression was evaluated."""
    return [look for look in report.looks if index < len(look.evidence)]


def _shortfall(trial: Trial, report: Report, index: int) -> str:
    """The fault in a clause, for an expression that compares one element's text; else empty."""
    expected, looks = expectation_of(trial.expression), _looks(report, index)
    if expected is None or not looks:
        return ""
    found = dict(looks[-1].evidence[index].found)
    html = found.get(expected.selector, found.get(f'[id="{expected.selector[1:]}"]'))
    return "" if html is None else expected.against(html)


def _wrong(report: Report) -> list[str]:
    """The faults in the page, which may be why a check fails."""
    wrong = [happening for happening in _happenings(report) if happening.kind in _TOLD]
    return [told(happening) for happening in wrong[:_MOST_HAPPENINGS]]


_TOLD = frozenset(
    {Kind.EXCEPTION, Kind.CONSOLE_ERROR, Kind.FAILED_REQUEST, Kind.VIOLATION, Kind.STUCK}
    | {Kind.CRASH, Kind.NOT_REACHED}
)


def _seen(evidence: Evidence) -> Iterator[str]:
    if evidence.threw:
        yield f"it threw {evidence.threw}"
    elif evidence.gave:
        yield f"it gave {evidence.gave}"
    if evidence.reason:
        yield evidence.reason
    for selector, stands_there in evidence.found:
        yield f"{selector} is {stands_there}" if stands_there else f"nothing fits {selector}"


def _happenings(report: Report) -> list[Happening]:
    """The happenings of all looks, each once."""
    seen: dict[tuple[Kind, str, str], Happening] = {}
    for look in report.looks:
        for happening in look.happenings:
            seen.setdefault((happening.kind, happening.text, happening.place), happening)
    return list(seen.values())
