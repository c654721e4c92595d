"""A visit: verdicts with evidence at each look, pictures, and what cannot be told."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from deployer.adapters.chromium.answers import Asked, Reply, Source, UnreachedError
from deployer.adapters.chromium.browser import Chromium
from deployer.domain.policy import ANY, Policy, policy
from deployer.domain.policy import Kind as Requests
from deployer.domain.site import Site
from deployer.domain.steps import parse_steps
from deployer.domain.visit import Evidence, Kind, Report, Verdict, Visit, When
from deployer.services.visit.visit import draws, selectors, visit
from tests.support.chromium import executable

TITLE = "document.title === 'Sales'"
TOTAL = 'Math.abs(parseFloat(document.querySelector("#total").textContent) - 3) < 0.01'
PASSES, FAILS, CANNOT_TELL = Verdict.PASSES, Verdict.FAILS, Verdict.CANNOT_TELL

Visiting = Callable[..., Report]


@pytest.fixture
def pictures() -> dict[str, bytes]:
    return {}


@pytest.fixture
def visiting(chromium: Chromium, pictures: dict[str, bytes]) -> Visiting:
    def run(
        body: str,
        *checks: str,
        files: dict[str, bytes] | None = None,
        browser: Chromium = chromium,
        **changes: Any,
    ) -> Report:
        site = Site({"index.html": f"<!doctype html><title>Sales</title>{body}".encode()})
        looks = {"looks": (When.LOADED, When.LATER), **changes}
        wanted = Visit("candidates/a.json", "pictures/a/", checks, **looks)
        site = site.with_files(files or {})
        return visit(wanted, site, engine=browser, save=pictures.__setitem__, clock=time.monotonic)

    return run


def verdicts(report: Report) -> list[list[Verdict]]:
    return [[evidence.verdict for evidence in look.evidence] for look in report.looks]


SUM = """<p id=total>0</p><script>
fetch('data.csv').then(r => r.text()).then(text => {
  const sum = text.trim().split('\\n').slice(1).reduce((n, line) => n + COLUMN, 0)
  document.querySelector('#total').textContent = sum
})</script>"""
DATA = {"data.csv": b"product,sales\npen,1\nink,2\n"}


def test_a_page_that_is_right_passes_at_both_looks(
    visiting: Visiting, pictures: dict[str, bytes]
) -> None:
    report = visiting(SUM.replace("COLUMN", "+line.split(',')[1]"), TITLE, TOTAL, files=DATA)
    assert [look.when for look in report.looks] == [When.LOADED, When.LATER]
    assert verdicts(report) == [[PASSES, PASSES], [PASSES, PASSES]]
    assert [look.happenings for look in report.looks] == [(), ()]
    assert report.problem == ""
    assert {(p.width, p.key) for p in report.pictures} == {
        (1280, "pictures/a/1280.png"),
        (375, "pictures/a/375.png"),
    }
    assert all(png.startswith(b"\x89PNG") for png in pictures.values())


def test_a_wrong_page_fails_with_what_stands_in_its_place(visiting: Visiting) -> None:
    report = visiting(SUM.replace("COLUMN", "line.split(',')[2]"), TITLE, TOTAL, files=DATA)
    assert report.verdict(0) is PASSES
    assert report.verdict(1) is FAILS
    assert report.looks[0].evidence[1] == Evidence(
        FAILS, gave="false", found=(("#total", '<p id="total">NaN</p>'),)
    )


def test_a_missing_element_is_told_with_what_was_thrown(visiting: Visiting) -> None:
    evidence = visiting("", TOTAL).looks[0].evidence[0]
    assert evidence.threw.startswith("TypeError: Cannot read properties of null")
    assert evidence.found == (("#total", ""),)


def test_a_page_is_judged_as_it_stays(visiting: Visiting) -> None:
    spoils = "<script>setTimeout(() => document.title = 'Over', 9000)</script>"
    report = visiting(spoils, TITLE)
    assert verdicts(report) == [[PASSES], [FAILS]]
    assert report.verdict(0) is FAILS
    late = (
        "<script>document.title = '...'; setTimeout(() => document.title = 'Sales', 9000)</script>"
    )
    assert visiting(late, TITLE).verdict(0) is PASSES


def test_an_endless_loop_fails_and_the_visit_ends_in_time(visiting: Visiting) -> None:
    begin = time.monotonic()
    report = visiting("<script>setInterval(() => { while (true) {} })</script>", TITLE, seconds=20)
    assert report.verdict(0) is FAILS
    assert Kind.STUCK in {h.kind for look in report.looks for h in look.happenings}
    assert time.monotonic() - begin < 22


def test_a_bomb_fails_and_says_why(visiting: Visiting) -> None:
    bomb = "const all = []; setInterval(() => all.push(new Uint8Array(64 << 20).fill(1)))"
    report = visiting(f"<script>{bomb}</script>", TITLE)
    assert report.verdict(0) is FAILS
    assert Kind.CRASH in {h.kind for look in report.looks for h in look.happenings}


def test_what_is_no_javascript_cannot_be_told(visiting: Visiting) -> None:
    report = visiting("", "h1 contains Sales", TITLE)
    assert verdicts(report)[0] == [CANNOT_TELL, PASSES]
    assert "no JavaScript" in report.looks[0].evidence[0].reason


LIBRARY = "<script src=https://cdn.example/x.js></script><script>document.title = title()</script>"


def scripts(source: str) -> Policy:
    return policy([(Requests.SCRIPT, source)])


def answering(source: Source) -> Chromium:
    return Chromium(executable, [source])


def test_a_library_that_cannot_be_had_makes_no_page_wrong(visiting: Visiting) -> None:
    def offline(asked: Asked) -> Reply:
        raise UnreachedError("not reached (ConnectionError)")

    report = visiting(
        LIBRARY,
        TITLE,
        "document.title === 'x'",
        browser=answering(offline),
        policy=scripts("cdn.example"),
    )
    assert verdicts(report)[0] == [PASSES, CANNOT_TELL]
    assert "https://cdn.example/x.js: not reached" in report.looks[0].evidence[1].reason


def test_a_host_that_the_page_may_not_use_is_its_own_fault(visiting: Visiting) -> None:
    def library(asked: Asked) -> Reply:
        return Reply(200, {"Content-Type": "text/javascript"}, b"title = () => 'Library'")

    check = "document.title === 'Library'"
    browser = answering(library)
    assert (
        visiting(LIBRARY, check, browser=browser, policy=scripts("cdn.example")).verdict(0)
        is PASSES
    )
    assert (
        visiting(LIBRARY, check, browser=browser, policy=scripts("*.example")).verdict(0) is PASSES
    )
    assert visiting(LIBRARY, check, browser=browser, policy=scripts(ANY)).verdict(0) is PASSES
    refused = visiting(LIBRARY, check, browser=browser, policy=scripts("other.example"))
    assert refused.verdict(0) is FAILS
    assert "may not use this host" in str(refused.looks[0].happenings)


def test_no_time_means_cannot_tell(visiting: Visiting) -> None:
    report = visiting("", TITLE, "1", seconds=0)
    assert verdicts(report) == [[CANNOT_TELL] * 2] * 2


def test_pages_that_draw_in_three_dimensions_can(visiting: Visiting) -> None:
    three = (
        "<script>document.title = !!document.createElement('canvas').getContext('webgl')</script>"
    )
    assert visiting(three, "document.title === 'true'").verdict(0) is PASSES
    assert draws(Site({"a.js": b"import * as THREE from 'https://unpkg.com/three@0.160.0/x'"}))
    assert not draws(Site({"index.html": b"<p>There are three of them.</p>"}))


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("!!document.querySelector(\"link[href*='bootstrap']\")", ["link[href*='bootstrap']"]),
        ("document.getElementById('a').value === $('#b')", ['[id="a"]']),
        (
            "[...document.querySelectorAll(`#t tr`)].length && document.querySelector('#t tr')",
            ["#t tr"],
        ),
        ("document.title", []),
    ],
)
def test_the_selectors_of_a_check(expression: str, found: list[str]) -> None:
    assert selectors(expression) == found


def test_the_file_is_looked_at_before_any_script_and_fails_nothing(visiting: Visiting) -> None:
    report = visiting(
        "<p id=a>1</p><p id=b></p><script>b.textContent = '2'; console.error('ran')</script>",
        "document.querySelector('#a').textContent === '1'",
        "document.querySelector('#b').textContent === '2'",
        looks=tuple(When),
    )

    assert verdicts(report)[0] == [PASSES, FAILS]
    assert [report.verdict(0), report.verdict(1)] == [PASSES, PASSES]
    assert report.looks[0].happenings == ()


BUTTON = "<button id=go onclick=\"alert('Hello'); localStorage.n = 1\">Go</button>"


def test_each_check_in_plain_words_is_tried_on_a_page_of_its_own(visiting: Visiting) -> None:
    hello = parse_steps(["expect localStorage.n === undefined", "click #go", "expect dialog Hello"])
    wrong = parse_steps(["click #go", "expect document.title === 'Night'"])
    lost = parse_steps(["click #gone", "expect true"])

    report = visiting(BUTTON, steps=(hello, hello, wrong, lost))

    assert [one.verdict for one in report.tried] == [PASSES, PASSES, FAILS, CANNOT_TELL]
    assert report.tried[2].reason == "at step 2 (expect document.title === 'Night')"
    assert report.tried[3].reason == "step 1 (click #gone) could not be done: nothing fits #gone"


def test_steps_that_pass_on_an_empty_page_prove_nothing(visiting: Visiting) -> None:
    empty = parse_steps(["expect !document.querySelector('.error')"])

    (tried,) = visiting(BUTTON, steps=(empty,)).tried

    assert tried.verdict is CANNOT_TELL
    assert "prove nothing" in tried.reason


def test_steps_without_time_cannot_be_told(visiting: Visiting) -> None:
    report = visiting(BUTTON, steps=(parse_steps(["expect true"]),), seconds=0)

    assert [one.verdict for one in report.tried] == [CANNOT_TELL]
