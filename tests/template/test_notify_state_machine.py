"""The state machine's graph and its promises, which no linter checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DEFINITION = json.loads(
    (Path(__file__).parents[2] / "functions/notifier/notify.asl.json").read_text()
)
STATES: dict[str, dict[str, Any]] = DEFINITION["States"]


def targets(state: dict[str, Any]) -> set[str]:
    found = {state[name] for name in ("Next", "Default") if name in state}
    found |= {choice["Next"] for choice in state.get("Choices", [])}
    return found | {catcher["Next"] for catcher in state.get("Catch", [])}


def reachable() -> set[str]:
    seen: set[str] = set()
    waiting = [DEFINITION["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += targets(STATES[name])
    return seen


def test_every_state_is_reached_and_every_next_exists() -> None:
    assert reachable() == set(STATES)


@pytest.mark.parametrize("name", STATES)
def test_every_state_goes_on_or_ends(name: str) -> None:
    state = STATES[name]
    assert targets(state) or state.get("End") or state["Type"] in ("Succeed", "Fail")


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


def test_a_checker_that_fails_keeps_nobody_from_being_told() -> None:
    (catcher,) = STATES["CheckPages"]["Catch"]
    assert (catcher["ErrorEquals"], catcher["Next"]) == (["States.ALL"], "Deliver")


def test_a_notifier_that_fails_itself_is_noted_in_the_record() -> None:
    (catcher,) = STATES["Deliver"]["Catch"]
    assert (catcher["ErrorEquals"], catcher["ResultPath"]) == (["States.ALL"], "$.fault")
    assert STATES[catcher["Next"]]["Next"] == "GaveUp"


def test_giving_up_fails_the_execution_so_that_an_alarm_sees_it() -> None:
    assert STATES[STATES["Delivered?"]["Default"]]["Type"] == "Fail"
