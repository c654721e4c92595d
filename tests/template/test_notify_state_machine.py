"""The state machine's graph and its promises, which no linter checks."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.sam_template import transformed
from tests.template.state_language import longest_retrying, problems

DEFINITION = json.loads(
    (Path(__file__).parents[2] / "functions/notifier/notify.asl.json").read_text()
)
STATES: dict[str, dict[str, Any]] = DEFINITION["States"]
ONE_YEAR_SECONDS = 365 * 24 * 60 * 60


def changed(state: str, **fields: Any) -> dict[str, Any]:
    """The definition with one state's fields replaced; None takes a field away."""
    definition = copy.deepcopy(DEFINITION)
    kept = definition["States"][state]
    kept.update(fields)
    definition["States"][state] = {n: value for n, value in kept.items() if value is not None}
    return definition


def retrying(**fields: Any) -> dict[str, Any]:
    return changed("Deliver", Retry=[{**STATES["Deliver"]["Retry"][0], **fields}])


def test_the_definition_is_sound() -> None:
    assert problems(DEFINITION) == []


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (changed("Wait", Next="Delivery"), "Delivery: is gone to and does not exist"),
        (changed("Wait", Next="Deliver"), "NextAttempt: is never reached"),
        (changed("Wait", Next=None), "Wait: neither goes on nor ends"),
        (changed("Wait", Seconds=5), "Wait: waits for not exactly one thing"),
        (changed("Delivered?", Default=None), "Delivered?: no Default: another value fails"),
        (changed("Deliver", TimeoutSeconds=None), "Deliver: no timeout"),
        (retrying(JitterStrategy="full"), "Deliver: JitterStrategy is full"),
        (retrying(MaxDelaySeconds=31_622_400), "Deliver: MaxDelaySeconds is 31622400"),
        (retrying(MaxDelaySeconds=2), "Deliver: MaxDelaySeconds is 2"),
        (retrying(IntervalSeconds=0), "Deliver: IntervalSeconds is 0"),
        (retrying(BackoffRate=0.5), "Deliver: BackoffRate is 0.5"),
        (retrying(MaxAttempts=100_000_000), "Deliver: MaxAttempts is 100000000"),
        (retrying(ErrorEquals=["States.ALL", "States.Timeout"]), "Deliver: States.ALL stands"),
    ],
)
def test_a_fault_that_no_linter_finds_is_found(broken: dict[str, Any], problem: str) -> None:
    assert [one for one in problems(broken) if one.startswith(problem)], problems(broken)


def test_an_execution_may_last_for_all_its_waits_and_retries() -> None:
    parameters = transformed()["Parameters"]
    delays = [int(delay) for delay in parameters["RetryDelays"]["Default"].split(",")]
    attempts = (len(delays) + 1) * longest_retrying(STATES["Deliver"])
    pages = parameters["PagesPatience"]["MaxValue"] + longest_retrying(STATES["CheckPages"])
    longest = sum(delays) + attempts + pages + longest_retrying(STATES["NoteFault"])
    assert longest < ONE_YEAR_SECONDS  # a standard execution ends after that by itself
    assert DEFINITION.get("TimeoutSeconds", ONE_YEAR_SECONDS) > longest


@pytest.mark.parametrize("name", [n for n, state in STATES.items() if state["Type"] == "Task"])
def test_every_task_is_bounded_and_repeats_our_own_faults(name: str) -> None:
    task = STATES[name]
    assert 0 < task["TimeoutSeconds"] <= 60
    (retry,) = task["Retry"]
    # A Python exception in a function is not one name: only States.ALL covers every runtime.
    assert retry["ErrorEquals"] == ["States.ALL"]
    assert retry["MaxAttempts"] >= 5


def test_the_wait_between_attempts_is_what_the_notifier_says() -> None:
    assert STATES["Wait"]["SecondsPath"] == "$.delivery.delay_seconds"


def test_the_wait_between_looks_at_pages_is_what_the_checker_says() -> None:
    assert STATES["WaitForPages"]["SecondsPath"] == "$.pages.delay_seconds"


def test_a_checker_that_fails_keeps_nobody_from_being_told() -> None:
    (catcher,) = STATES["CheckPages"]["Catch"]
    assert (catcher["ErrorEquals"], catcher["Next"]) == (["States.ALL"], "Deliver")


def test_a_notifier_that_fails_itself_is_noted_in_the_record() -> None:
    (catcher,) = STATES["Deliver"]["Catch"]
    assert (catcher["ErrorEquals"], catcher["ResultPath"]) == (["States.ALL"], "$.fault")
    assert STATES[catcher["Next"]]["Next"] == "GaveUp"


def test_giving_up_fails_the_execution_so_that_an_alarm_sees_it() -> None:
    assert STATES[STATES["Delivered?"]["Default"]]["Type"] == "Fail"
