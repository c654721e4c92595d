"""A task's page tells what its status tells, and nothing in it is markup but ours."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.round import Failure, Round
from deployer.domain.visit import Picture, Verdict
from deployer.pages.task_page import digest, message_page, task_page
from deployer.services.status import status
from tests.support.builders import START, a_publication, a_report, a_round
from tests.support.fakes import InMemoryRounds, linked

HOSTILE = """</summary><script>alert(1)</script><img src=x onerror='alert(2)' title="&quot;">"""


def shown(*rounds: Round, email: str = "student@example.com", task: str = "sum-of-sales") -> str:
    store = InMemoryRounds()
    for one in rounds:
        store.save(one)
    found = status(email, task, rounds=store, link=linked)
    assert found is not None
    return task_page(found).html


def test_a_round_that_ended_is_told_whole_and_not_asked_for_again() -> None:
    done = a_round().published(a_publication(), START)
    html = shown(done.notified(done.latest.deployment_id, 2, "HTTP 200", START))
    assert 'Round 1: <span class="good">NOTIFIED</span>' in html
    assert f'<a href="{a_publication().pages_url}" rel="noopener noreferrer">' in html
    assert "delivered, 2 attempts, the last answered: HTTP 200" in html
    assert "hx-trigger" not in html


def test_a_round_under_way_is_looked_at_every_two_seconds() -> None:
    html = shown(a_round())
    assert 'hx-trigger="every 2s"' in html
    assert "not yet published" in html


def test_a_failure_is_told_with_its_reason() -> None:
    html = shown(a_round().failed(Failure("GitHub answered 401", resumable=True), START))
    assert '<p class="bad">GitHub answered 401</p>' in html
    assert "hx-trigger" not in html


@pytest.mark.parametrize(
    "before",
    [
        a_round(),
        a_round().generated("sites/x", None, a_report(), START),
        a_round().generated("sites/x", None, a_report(), START).published(a_publication(), START),
    ],
    ids=["at once", "after it was written", "after it was published"],
)
def test_a_round_that_failed_does_not_deny_what_it_did(before: Round) -> None:
    html = shown(before.failed(Failure("GitHub answered 401", resumable=True), START))
    assert '<li class="good">✓ accepted</li>\n<li class="bad">✗ failed</li>\n</ol>' in html


def test_a_round_whose_evaluator_was_not_reached_says_what_was_done() -> None:
    published = a_round().published(a_publication(), START)
    gone = published.notification_gave_up(published.latest.deployment_id, 1, "HTTP 410", START)
    html = shown(gone)
    assert '<li class="good">✓ published</li>' in html
    assert '<li class="bad">✗ not told to the evaluator</li>' in html


def test_the_newest_round_stands_first() -> None:
    html = shown(a_round(), a_round(round=2, nonce="second"))
    assert html.index("Round 2:") < html.index("Round 1:")


def test_each_check_has_its_verdict_and_its_evidence() -> None:
    verdict = CheckVerdict("js: total === 800", 1, Verdict.FAILS, "it gives NaN", steps=("reload",))
    report = a_report(verdicts=(verdict,), unmet=("js: total === 800",))
    html = shown(a_round().generated("sites/x", None, report, START))
    assert '<span class="bad">fails</span> js: total === 800' in html
    assert "it gives NaN" in html
    assert "<pre>reload</pre>" in html


def test_what_strangers_wrote_is_text_and_never_markup() -> None:
    verdict = CheckVerdict(HOSTILE, 1, Verdict.FAILS, HOSTILE, steps=(HOSTILE,))
    report = a_report(
        verdicts=(verdict,),
        unmet=(HOSTILE,),
        unproven=(HOSTILE,),
        repaired=(HOSTILE,),
        notes=(HOSTILE,),
        model=HOSTILE,
    )
    hostile = a_round().generated("sites/x", None, report, START)
    hostile = hostile.failed(Failure(HOSTILE, resumable=False), START)
    told = hostile.notified(hostile.latest.deployment_id, 1, HOSTILE, START)
    html = shown(hostile) + shown(told)
    assert HOSTILE in unescape(html)
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert html.count("<script") == 2
    """Our own, once a page."""


def test_an_address_that_is_none_of_the_web_is_no_link() -> None:
    publication = a_publication(pages_url="javascript:alert(1)")
    html = shown(a_round().published(publication, START))
    assert "javascript:alert(1)" in html
    assert 'href="javascript' not in html


def test_pictures_may_come_from_where_they_are_kept_and_from_nowhere_else() -> None:
    report = a_report(pictures=(Picture(1280, "pictures/d-1/1280.png"),))
    store = InMemoryRounds()
    store.save(a_round().generated("sites/x", None, report, START))

    def link(key: str) -> str:
        return f"https://bucket.example.com/{key}?signature=1"

    found = status("student@example.com", "sum-of-sales", rounds=store, link=link)
    assert found is not None
    page = task_page(found)
    assert "img-src 'self' https://bucket.example.com;" in page.policy
    assert "default-src 'none'" in page.policy
    assert 'src="https://bucket.example.com/pictures/d-1/1280.png?signature=1"' in page.html


def test_a_page_that_saw_the_newest_is_known_by_its_digest() -> None:
    before, other = InMemoryRounds(), InMemoryRounds()
    report = a_report(pictures=(Picture(1280, "pictures/d-1/1280.png"),))
    round_ = a_round().generated("sites/x", None, report, START)
    before.save(round_)
    other.save(replace(round_.published(a_publication(), START)))
    task = ("student@example.com", "sum-of-sales")
    first = status(*task, rounds=before, link=lambda key: f"https://one.example/{key}")
    again = status(*task, rounds=before, link=lambda key: f"https://two.example/{key}")
    later = status(*task, rounds=other, link=linked)
    assert first
    assert again
    assert later
    assert digest(first) == digest(again)
    assert digest(first) != digest(later)


def test_a_sentence_in_place_of_a_task_is_escaped_too() -> None:
    page = message_page("No such task", HOSTILE)
    assert HOSTILE in unescape(page.html)
    assert "<script>alert" not in page.html
