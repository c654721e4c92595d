"""A browser's report becomes a verdict for each check, and findings that help a model."""

from __future__ import annotations

import pytest

from deployer.domain.check_verdict import CheckVerdict, verdicts_for_a_record
from deployer.domain.request import JavaScriptCheck
from deployer.domain.visit import Evidence, Happening, Kind, Look, Report, Verdict, When
from deployer.generation.assignment import Assignment
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.policy import asked
from deployer.generation.judging.trying import Trial, trials_of
from deployer.generation.judging.verdicts import findings_of, joined, verdicts_of

TOTAL = JavaScriptCheck(js="parseFloat(document.querySelector('#total').textContent) > 0")
YES, NO = Evidence(Verdict.PASSES), Evidence(Verdict.FAILS, gave="false")


def seen(*evidence: Evidence, at: When = When.LOADED, happened: Happening | None = None) -> Look:
    return Look(at, evidence, (happened,) if happened else ())


def trial(check: str = "it works", **more: object) -> Trial:
    return Trial(check, 1, 1, expression="true", **more)  # type: ignore[arg-type]


def assignment(**more: object) -> Assignment:
    return Assignment("sales", 2, "Add a table.", **more)  # type: ignore[arg-type]


def test_an_expression_is_tried_as_it_is_and_plain_words_by_their_steps() -> None:
    checks = (TOTAL, "js: document.title === 'Sales'", "Button shows an alert")

    tried = trials_of(
        assignment(checks=checks), {3: ("click button", "expect dialog")}, frozenset()
    )

    assert [one.expression for one in tried] == [TOTAL.js, "document.title === 'Sales'", ""]
    assert [str(step) for step in tried[2].steps] == ["click button", "expect dialog"]


def test_plain_words_without_steps_and_unfilled_templates_cannot_be_told() -> None:
    checks = ("README.md is professional", "b", JavaScriptCheck(js="x === `${seed}`"))

    tried = trials_of(assignment(checks=checks), {2: ("click #go",)})
    verdicts = verdicts_of(tried, Report())

    assert [one.verdict for one in verdicts] == [Verdict.CANNOT_TELL] * 3
    assert verdicts[0].evidence == "no steps were written for it"
    assert "nothing is expected" in verdicts[1].evidence
    assert "placeholder" in verdicts[2].evidence


def test_an_earlier_check_is_tried_by_its_stored_steps_also_if_it_is_taken_back() -> None:
    kept = CheckVerdict("Dark mode", 1, Verdict.PASSES, steps=("click #dark", "expect true"))
    later = assignment(
        checks=(TOTAL,), earlier_checks=("Dark mode", "Old", TOTAL), verdicts=(kept,)
    )

    ours, dark, old = trials_of(later, {}, superseded=frozenset({2}))

    assert (ours.check, ours.round, ours.earlier) == (f"js: {TOTAL.js}", 2, False)
    assert (dark.check, dark.round, dark.passed_before) == ("Dark mode", 1, True)
    assert (dark.superseded_by, old.superseded_by) == (None, 2)
    assert [str(step) for step in dark.steps] == ["click #dark", "expect true"]


def test_a_check_is_judged_by_the_last_look_and_says_at_which_it_held() -> None:
    report = Report((seen(NO, YES), seen(YES, NO, at=When.LATER)))

    late, lost = verdicts_of([trial("a"), trial("b")], report)

    assert (late.verdict, late.held) == (Verdict.PASSES, ("later",))
    assert (lost.verdict, lost.held) == (Verdict.FAILS, ("loaded",))
    assert lost.evidence == "it held when the page had loaded, and no longer later; it gave false"


def test_a_failure_tells_what_it_gave_what_stands_there_and_what_went_wrong() -> None:
    evidence = Evidence(Verdict.FAILS, gave="false", found=(("#total", "<b id=total>NaN</b>"),))
    thrown = Happening(Kind.EXCEPTION, "TypeError: rows is undefined", "index.html:31:9")
    tried, report = [trial()], Report((seen(evidence, happened=thrown),))

    verdicts = verdicts_of(tried, report)
    failed, broken = findings_of(tried, verdicts, report)

    assert failed.severity is Severity.CHECK
    assert failed.problem == (
        "it works: it gave false; #total is <b id=total>NaN</b>; "
        "exception: TypeError: rows is undefined (index.html:31:9)"
    )
    assert (broken.severity, broken.rule) == (Severity.QUALITY, "exception")


def test_a_broken_promise_is_worse_than_a_new_check_that_fails() -> None:
    tried = [trial("new"), trial("kept", earlier=True, passed_before=True)]
    report = Report((seen(NO, NO),))

    new, kept = findings_of(tried, verdicts_of(tried, report), report)

    assert (new.severity, kept.severity) == (Severity.CHECK, Severity.REGRESSION)
    assert kept.problem.startswith("round 1 promised it")


def test_a_promise_outlives_a_round_in_which_nobody_could_tell() -> None:
    kept = CheckVerdict(f"js: {TOTAL.js}", 1, Verdict.PASSES)
    (second,) = verdicts_of(
        trials_of(assignment(earlier_checks=(TOTAL,), verdicts=(kept,)), {}),
        Report(problem="the browser did not answer"),
    )
    tried = trials_of(assignment(earlier_checks=(TOTAL,), verdicts=(second,)), {})
    report = Report((seen(NO),))
    third = verdicts_of(tried, report)
    (broken,) = findings_of(tried, third, report)

    assert (second.verdict, second.promised) == (Verdict.CANNOT_TELL, True)
    assert broken.severity is Severity.REGRESSION
    assert not third[0].binds


def test_a_browser_that_saw_nothing_says_why_and_finds_nothing() -> None:
    tried, report = [trial()], Report(problem="no browser is installed")

    (verdict,) = verdicts_of(tried, report)

    assert (verdict.verdict, verdict.evidence) == (Verdict.CANNOT_TELL, "no browser is installed")
    assert list(findings_of(tried, (verdict,), report)) == []


def test_the_browser_is_right_where_it_can_tell() -> None:
    feared = [
        Finding(Severity.CHECK, "ShowsNumber", "#a", "is filled with text", check=name)
        for name in ("passes", "fails", "unknown")
    ]
    other = Finding(Severity.QUALITY, "title", "index.html", "no title")
    verdicts = [
        CheckVerdict("passes", 1, Verdict.PASSES),
        CheckVerdict("fails", 1, Verdict.FAILS),
        CheckVerdict("unknown", 1, Verdict.CANNOT_TELL),
    ]
    failed = Finding(Severity.CHECK, "fails in a browser", "fails", "gave NaN", check="fails")

    told = joined(
        [*(f for f in feared if f.check != "unknown"), other, feared[2]], verdicts, [failed]
    )

    assert [finding.problem for finding in told] == [
        "is filled with text",
        "gave NaN; is filled with text",
        "no title",
    ]
    assert told[0].check == "unknown"


def test_a_record_keeps_failures_first_and_cuts_long_texts() -> None:
    many = [CheckVerdict("p" * 900, 1, Verdict.PASSES, "e" * 900, (), ("s" * 300,) * 9)] * 99
    kept = verdicts_for_a_record([*many, CheckVerdict("f", 1, Verdict.FAILS)])

    assert len(kept) == 60
    assert kept[0].check == "f"
    assert all(len("".join([one.check, one.evidence, *one.steps])) <= 1500 for one in kept)


def forbidden(url: str, place: str = "", directive: str = "connect-src") -> Happening:
    return Happening(Kind.VIOLATION, f"{url}: the page's policy forbids it ({directive})", place)


def test_a_host_that_the_policy_blocks_is_a_finding_once() -> None:
    looks = (
        seen(happened=forbidden("https://Host.example/a?b=c", "index.html:3:1")),
        seen(happened=forbidden("wss://host.example:443/x", "app.js:9:2")),
        seen(happened=forbidden("https://other.example/", directive="img-src")),
    )

    found = list(findings_of([], (), Report(looks)))

    assert [(f.severity, f.rule, f.subject) for f in found] == [
        (Severity.QUALITY, "host", "host.example"),
        (Severity.QUALITY, "host", "other.example"),
    ]
    assert found[0].problem.startswith("index.html:3:1 asks host.example")


def test_what_is_blocked_and_is_no_host_is_no_finding() -> None:
    looks = tuple(seen(happened=forbidden(what)) for what in ("data:text/html...", "a.txt", "eval"))

    assert list(findings_of([], (), Report(looks))) == []


def test_a_host_that_the_files_and_the_browser_tell_of_is_told_once() -> None:
    report = Report((seen(happened=forbidden("https://host.example/a")),))
    read = [asked.blocked("host.example", "index.html: fetch()")]

    (finding,) = joined(read, (), findings_of([], (), report))

    assert finding.subject == "host.example"


@pytest.mark.parametrize(
    "text", ["ReferenceError: marked is not defined", "TypeError: Failed to fetch"]
)
def test_what_a_page_throws_for_want_of_a_host_that_is_down_is_no_finding(text: str) -> None:
    thrown = Happening(Kind.EXCEPTION, text, "index.html:9:1")
    missed = Happening(Kind.NOT_REACHED, "https://cdn.jsdelivr.net/npm/marked: no answer")
    own = Happening(Kind.EXCEPTION, "TypeError: rows is undefined")

    assert len(list(findings_of([], (), Report((seen(happened=thrown),))))) == 1
    both = Report((Look(When.LOADED, (), (missed, thrown, own)),))
    assert [finding.subject for finding in findings_of([], (), both)] == [own.text]
