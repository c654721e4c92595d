"""Rules of Amazon States Language that no offline tool checks.

Sources: "State machine structure" and "Handling errors in Step Functions workflows" in the
developer guide, and the specification at states-language.net.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

State = dict[str, Any]
States = dict[str, State]
LONGEST_DELAY_SECONDS = 31_622_400  # MaxDelaySeconds is below this
LARGEST_INTEGER = 99_999_999
TERMINAL = {"Succeed", "Fail"}
WAITS = {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"}


def problems(definition: dict[str, Any]) -> list[str]:
    """Every fault, each with the name of its state; none for a sound definition."""
    states: States = definition["States"]
    found = list(_graph(definition["StartAt"], states))
    for name, state in states.items():
        found += [f"{name}: {problem}" for problem in _state(state)]
    return found


def targets(state: State) -> set[str]:
    """The states that can follow a state."""
    found = {state[name] for name in ("Next", "Default") if name in state}
    found |= {choice["Next"] for choice in state.get("Choices", [])}
    return found | {catcher["Next"] for catcher in state.get("Catch", [])}


def longest_retrying(task: State) -> float:
    """Seconds that all attempts of a task take at most, with the waits between them."""
    retry = task["Retry"][0]
    delays = [
        min(
            retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt,
            retry.get("MaxDelaySeconds", LONGEST_DELAY_SECONDS),
        )
        for attempt in range(retry["MaxAttempts"])
    ]
    attempts: int = retry["MaxAttempts"] + 1
    return sum(delays) + attempts * float(task["TimeoutSeconds"])


def _graph(start: str, states: States) -> Iterator[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in states:
            yield f"{name}: is gone to and does not exist"
        elif name not in seen:
            seen.add(name)
            waiting += targets(states[name])
    yield from (f"{name}: is never reached" for name in set(states) - seen)


def _state(state: State) -> Iterator[str]:
    kind = state["Type"]
    goes_on = "Next" in state or state.get("End") is True
    if kind in TERMINAL or kind == "Choice":
        if goes_on:
            yield f"{kind} has no Next or End"
    elif not goes_on:
        yield "neither goes on nor ends"
    if kind == "Wait" and len(WAITS & set(state)) != 1:
        yield "waits for not exactly one thing"
    if kind == "Choice" and "Default" not in state:
        yield "no Default: another value fails the execution with States.NoChoiceMatched"
    if kind == "Task":
        yield from _task(state)


def _task(task: State) -> Iterator[str]:
    if not 0 < task.get("TimeoutSeconds", 0) <= LARGEST_INTEGER:
        yield "no timeout: it would wait for as long as the execution may run"
    for clauses in (task.get("Retry", []), task.get("Catch", [])):
        for clause in clauses:
            alone_and_last = clause["ErrorEquals"] == ["States.ALL"] and clause is clauses[-1]
            if "States.ALL" in clause["ErrorEquals"] and not alone_and_last:
                yield "States.ALL stands alone and last"
    for retry in task.get("Retry", []):
        yield from _retry(retry)


def _retry(retry: dict[str, Any]) -> Iterator[str]:
    if retry.get("JitterStrategy", "NONE") not in ("NONE", "FULL"):
        yield f"JitterStrategy is {retry['JitterStrategy']}"
    interval = retry.get("IntervalSeconds", 1)
    if not 1 <= interval <= LARGEST_INTEGER:
        yield f"IntervalSeconds is {interval}"
    if not interval < retry.get("MaxDelaySeconds", interval + 1) < LONGEST_DELAY_SECONDS:
        yield f"MaxDelaySeconds is {retry['MaxDelaySeconds']}"
    if retry.get("BackoffRate", 2) < 1:
        yield f"BackoffRate is {retry['BackoffRate']}"
    if not 0 <= retry.get("MaxAttempts", 3) <= LARGEST_INTEGER:
        yield f"MaxAttempts is {retry['MaxAttempts']}"
