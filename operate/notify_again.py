"""`make notify DEPLOYMENT=...`: tell an evaluation URL again, with the nonce it was promised."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from operate.errors import CommandError

if TYPE_CHECKING:
    from operate.stacks import Stack

FOLLOWED_SECONDS = 60.0
POLL_SECONDS = 0.5

Say = Callable[[str], None]


def notify_again(
    deployment_id: str, stack: Stack, say: Say = print, seconds: float = FOLLOWED_SECONDS
) -> int:
    """Start the notification once more and follow it for a while; the exit code.

    The new execution has the input of the first one, so the same bytes are sent. One that still
    waits for its next attempt finds the record when that comes, and sends nothing.

    Raises:
        CommandError: there is nothing to send again, or AWS did not do as asked.
    """
    if not re.fullmatch(r"d-[0-9a-f]{32}", deployment_id):
        raise CommandError("say which: make notify DEPLOYMENT=d-... (all 34 characters)")
    try:
        return _Sender(deployment_id, stack, say).send(seconds)
    except (BotoCoreError, ClientError) as failed:
        raise CommandError(f"Step Functions did not do as asked: {failed}") from failed


class _Sender:
    def __init__(self, deployment_id: str, stack: Stack, say: Say) -> None:
        self._id = deployment_id
        self._stack = stack
        self._say = say
        self._states = stack.client("stepfunctions")
        self._machine = stack.outputs["StateMachineArn"]

    def send(self, seconds: float) -> int:
        first = self._execution(self._id)
        if first is None:
            raise CommandError(
                f"no notification of {self._id} was started in the last 90 days: "
                "look at its status, or send the round with a new nonce"
            )
        told = self._notification(first)
        if told.get("state") == "DELIVERED":
            self._say(f"nothing to do: it was delivered ({told['last_answer']})")
            return 0
        name = self._free_name()
        self._states.start_execution(stateMachineArn=self._machine, name=name, input=first["input"])
        self._say(f"started {name}")
        return self._follow(name, first, seconds)

    def _execution(self, name: str) -> dict[str, Any] | None:
        arn = f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            found: dict[str, Any] = self._states.describe_execution(executionArn=arn)
        except self._states.exceptions.ExecutionDoesNotExist:
            return None
        return found

    def _free_name(self) -> str:
        for number in itertools.count(1):
            name = f"{self._id}-again-{number}"
            found = self._execution(name)
            if found is None:
                return name
            if found["status"] == "RUNNING":
                raise CommandError(f"{name} is still under way: it goes on by itself")
        raise AssertionError("unreachable")

    def _notification(self, first: dict[str, Any]) -> dict[str, Any]:
        """The notification in the status, if it is the latest of its round; others have none."""
        fields = json.loads(first["input"])
        found = self._stack.round_status(fields["email"], fields["task"], fields["round"])
        if found is None or found["deployment_id"] != self._id:
            return {}
        notification: dict[str, Any] = found["notification"]
        return notification

    def _follow(self, name: str, first: dict[str, Any], seconds: float) -> int:
        until = time.monotonic() + seconds
        status = "RUNNING"
        while status == "RUNNING" and time.monotonic() < until:
            time.sleep(POLL_SECONDS)
            status = (self._execution(name) or {})["status"]
        answer = self._notification(first).get("last_answer")
        if status == "SUCCEEDED":
            self._say(f"delivered: {answer or 'accepted'}")
            return 0
        if status == "RUNNING":
            self._say(f"not accepted yet ({answer}): further attempts are made by themselves")
            return 0
        self._say(f"not delivered: {answer or status}")
        return 1
