"""A check in plain words is tried as a person would: with a mouse, a keyboard, and a look."""

from __future__ import annotations

import time

import pytest

from deployer.adapters.chromium.browser import Chromium
from deployer.domain.steps import parse_steps
from deployer.domain.visit import Evidence, Verdict
from deployer.services.visit.steps import StepsRun
from tests.support.chromium import open_site

PAGE = """<!doctype html><title>Shop</title>
<button id=hello onclick="alert('Hello, ' + who.value)">Hello</button>
<button id=dark>Dark</button>
<input id=who value=you>
<select id=money><option value=USD>Dollar<option value=EUR>Euro</select>
<output id=shown></output> <p id=late></p> <button id=off disabled>Off</button>
<div hidden id=hidden>x</div>
<script>
const shown = document.querySelector('#shown'), who = document.querySelector('#who')
document.querySelector('#dark').addEventListener('click', event => {
  if (event.isTrusted) document.body.classList.toggle('dark')
})
document.querySelector('#money').addEventListener('change', e => shown.textContent = e.target.value)
who.addEventListener('input', () => shown.textContent = 'typed ' + who.value)
who.addEventListener('keydown', e => { if (e.key === 'Enter') localStorage.said = who.value })
document.addEventListener('keydown', e => { if (e.key === 'Escape') shown.textContent = 'closed' })
setTimeout(() => document.querySelector('#late').textContent = 'here it is', 300)
document.title = new URLSearchParams(location.search).get('url') ?? localStorage.said ?? 'Shop'
</script>"""
SITE = {"index.html": PAGE.encode(), "about.html": b"<title>About</title>"}


def tried(chromium: Chromium, *lines: str) -> Evidence:
    with open_site(SITE, chromium=chromium) as page:
        return StepsRun(page, time.monotonic, seconds=20, patience=0.5).run(parse_steps(lines))


@pytest.mark.parametrize(
    "lines",
    [
        ("click #dark", "expect document.body.classList.contains('dark')"),
        ("click #hello", "expect dialog Hello, you"),
        (
            "fill #who -> Ada",
            "expect document.querySelector('#shown').textContent === 'typed Ada'",
        ),
        ("select #money -> Euro", "expect document.querySelector('#shown').textContent === 'EUR'"),
        ("press Escape", "expect document.querySelector('#shown').textContent === 'closed'"),
        ("wait for #late -> here", "expect true"),
        ("expect document.querySelector('#late').textContent === 'here it is'",),
        ("open ?url=a.png", "expect document.title === 'a.png'"),
        ("open about.html", "expect document.title === 'About'"),
        (
            "fill #who -> Eve",
            "press #who -> Enter",
            "reload",
            "expect document.title === 'Eve'",
        ),
    ],
    ids=lambda lines: lines[0],
)
def test_what_a_person_can_do_and_see_passes(chromium: Chromium, lines: tuple[str, ...]) -> None:
    assert tried(chromium, *lines) == Evidence(Verdict.PASSES)


def test_an_expectation_that_does_not_come_true_fails_with_what_it_gave(
    chromium: Chromium,
) -> None:
    evidence = tried(chromium, "click #dark", "expect document.title.length")
    failed = tried(chromium, "click #dark", "expect document.title === 'Night'")
    thrown = tried(chromium, "expect nowhere.title")
    silent = tried(chromium, "click #dark", "expect dialog")

    assert evidence.verdict is Verdict.PASSES
    assert (failed.verdict, failed.gave) == (Verdict.FAILS, "false")
    assert failed.reason == "at step 2 (expect document.title === 'Night')"
    assert thrown.threw.startswith("ReferenceError: nowhere is not defined")
    assert silent.reason.startswith("no dialog opened, at step 2")


def test_a_text_that_does_not_come_to_an_element_fails_with_what_is_there(
    chromium: Chromium,
) -> None:
    evidence = tried(chromium, "wait for #late -> never", "expect true")

    assert evidence.verdict is Verdict.FAILS
    assert evidence.reason.startswith("#late does not come to hold the text, at step 1 (wait for")
    assert evidence.found == (("#late", '<p id="late">here it is</p>'),)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("click #nothing", "nothing fits #nothing"),
        ("click #hidden", "#hidden is not visible"),
        ("click #off", "#off is disabled"),
        ("click #[", "#[ is not a selector"),
        ("fill #late -> x", "#late is not a field"),
        ("select #money -> Yen", "#money has no such option"),
        ("wait for #nothing -> never", "nothing fits #nothing"),
        ("expect ](", "it is no expression"),
    ],
)
def test_a_step_that_cannot_be_done_leaves_the_verdict_open(
    chromium: Chromium, line: str, why: str
) -> None:
    evidence = tried(chromium, line, "expect true")

    assert evidence.verdict is Verdict.CANNOT_TELL
    assert why in evidence.reason
