"""Runs the state machine's definition as Step Functions does, as far as it is used.

The Amazon States Language, https://states-language.net/spec.html. What is not known here is an
error, so that a new field of the definition cannot be passed over.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

State = dict[str, Any]
KNOWN = {
    "Task": {"Type", "Comment", "Resource", "Parameters", "ResultSelector", "ResultPath",
             "TimeoutSeconds", "Retry", "Catch", "Next"},
    "Choice": {"Type", "Comment", "Choices", "Default"},
    "Wait": {"Type", "Comment", "Seconds", "SecondsPath", "Next"},
    "Pass": {"Type", "Comment", "InputPath", "ResultPath", "Next"},
    "Succeed": {"Type", "Comment"},
    "Fail": {"Type", "Comment", "Error", "Cause"},
}  # fmt: skip


class TaskFailedError(Exception):
    """A task's function raised, was killed or could not be invoked."""


class Execution:
    """One run of a definition."""

    def __init__(
        self,
        definition: State,
        data: State,
        invoke: Callable[[str, State], State],
        sleep: Callable[[float], None],
    ) -> None:
        self._definition = definition
        self._data = data
        self._invoke = invoke
        self._sleep = sleep
        self.status = "RUNNING"

    def run(self) -> None:
        name = self._definition["StartAt"]
        while self.status == "RUNNING":
            state = self._definition["States"][name]
            unknown = state.keys() - KNOWN[state["Type"]]
            assert not unknown, f"the simulation does not know {unknown} of {name}"
            name = getattr(self, f"_{state['Type'].lower()}")(state)

    def _task(self, state: State) -> str:
        payload = state["Parameters"]["Payload.$"]
        assert payload == "$"
        function = state["Parameters"]["FunctionName"]
        (retry,) = state["Retry"]
        delay = retry["IntervalSeconds"]
        for attempt in range(retry["MaxAttempts"] + 1):
            try:
                answer = {"Payload": self._invoke(function, copy.deepcopy(self._data))}
            except TaskFailedError as failed:
                if attempt == retry["MaxAttempts"]:
                    return self._caught(state, failed)
                self._sleep(delay)
                delay = min(delay * retry["BackoffRate"], retry["MaxDelaySeconds"])
            else:
                selector = state.get("ResultSelector")
                if selector is not None:
                    answer = {name[:-2]: _at(answer, path) for name, path in selector.items()}
                self._put(state, answer)
                return str(state["Next"])
        raise AssertionError("a task ends by an answer or by a failure")

    def _caught(self, state: State, failed: TaskFailedError) -> str:
        for catcher in state.get("Catch", []):
            assert catcher["ErrorEquals"] == ["States.ALL"]
            self._put(catcher, {"Error": "States.TaskFailed", "Cause": str(failed)})
            return str(catcher["Next"])
        self.status = "FAILED"
        return ""

    def _choice(self, state: State) -> str:
        for choice in state["Choices"]:
            assert choice.keys() == {"Variable", "StringEquals", "Next"}
            if _at(self._data, choice["Variable"]) == choice["StringEquals"]:
                return str(choice["Next"])
        return str(state["Default"])

    def _wait(self, state: State) -> str:
        path = state.get("SecondsPath")
        self._sleep(_at(self._data, path) if path else state["Seconds"])
        return str(state["Next"])

    def _pass(self, state: State) -> str:
        self._put(state, _at(self._data, state["InputPath"]))
        return str(state["Next"])

    def _succeed(self, _: State) -> str:
        self.status = "SUCCEEDED"
        return ""

    def _fail(self, _: State) -> str:
        self.status = "FAILED"
        return ""

    def _put(self, state: State, value: Any) -> None:
        path = state.get("ResultPath", "$")
        if path is None:
            return
        assert path.startswith("$.")
        assert "." not in path[2:]
        self._data[path[2:]] = value


def _at(value: Any, path: str) -> Any:
    for name in path.removeprefix("$").split("."):
        value = value[name] if name else value
    return value
