"""A notification is sent again with its first input, and not while it is being sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from operate.errors import CommandError
from operate.notify_again import notify_again
from operate.stacks import Stack
from tests.support.aws import create_state_machine

ID = "d-" + 32 * "a"
INPUT = json.dumps({"email": "ada@example.com", "task": "sales", "round": 1, "attempt": 1})


class Machine:
    """A state machine in moto, where an execution runs until it is stopped."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.states = boto3.client("stepfunctions")
        self.arn = create_state_machine()
        self.stack = Stack("http://127.0.0.1:9", {"StateMachineArn": self.arn}, self._client)
        self.notification = {"state": "GAVE_UP", "last_answer": "HTTP 410"}
        monkeypatch.setattr(
            Stack,
            "round_status",
            lambda *_: {"deployment_id": ID, "notification": self.notification},
        )
        self.said: list[str] = []

    def _client(self, _: str) -> Any:
        return self.states

    def start(self, name: str = ID) -> None:
        self.states.start_execution(stateMachineArn=self.arn, name=name, input=INPUT)

    def stop(self, name: str) -> None:
        arn = f"{self.arn.replace(':stateMachine:', ':execution:')}:{name}"
        self.states.stop_execution(executionArn=arn)

    def executions(self) -> dict[str, str]:
        found = self.states.list_executions(stateMachineArn=self.arn)["executions"]
        return {
            one["name"]: self.states.describe_execution(executionArn=one["executionArn"])["input"]
            for one in found
        }

    def send_again(self, deployment_id: str = ID) -> int:
        return notify_again(deployment_id, self.stack, self.said.append, seconds=0)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    with mock_aws():
        yield Machine(monkeypatch)


def test_it_is_started_under_the_next_free_name_with_the_first_input(machine: Machine) -> None:
    machine.start()
    machine.start(f"{ID}-again-1")
    machine.stop(f"{ID}-again-1")
    assert machine.send_again() == 0
    assert machine.executions()[f"{ID}-again-2"] == INPUT
    assert machine.said[0] == f"started {ID}-again-2"


def test_one_that_is_being_sent_again_is_left_alone(machine: Machine) -> None:
    machine.start()
    machine.start(f"{ID}-again-1")
    with pytest.raises(CommandError, match="again-1 is still under way"):
        machine.send_again()
    assert len(machine.executions()) == 2


def test_one_that_was_delivered_is_not_sent_again(machine: Machine) -> None:
    machine.start()
    machine.notification = {"state": "DELIVERED", "last_answer": "HTTP 200"}
    assert machine.send_again() == 0
    assert machine.said == ["nothing to do: it was delivered (HTTP 200)"]
    assert list(machine.executions()) == [ID]


@pytest.mark.parametrize(
    ("deployment_id", "says"),
    [(ID, "no notification of d-a"), ("", "say which"), ("d-0df75543", "all 34 characters")],
)
def test_what_cannot_be_sent_again_is_told(machine: Machine, deployment_id: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        machine.send_again(deployment_id)
