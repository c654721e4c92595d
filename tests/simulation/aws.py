"""Queue, bucket and state machine as our adapters see them: clients with botocore's calls.

`test_contract.py` holds them against moto.
"""

from __future__ import annotations

import io
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError


def throttled() -> ClientError:
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "any")


def no_answer() -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url="https://aws.example.com")


class Bucket:
    """An S3 client for one bucket."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.puts: Counter[str] = Counter()

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:
        self.objects[Key] = Body
        self.puts[Key] += 1

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": ""}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key])}


@dataclass
class QueuedMessage:
    """One message; `receives` counts its deliveries, `group` is its sender's fair share."""

    id: str
    body: str
    group: str
    visible_at: float
    receives: int = 0
    deleted: bool = False


class Queue:
    """An SQS client for one standard queue and its dead letters.

    With many messages of one group in work, those of other groups go first (Amazon SQS fair
    queues). `changed` is told from when on there may be something to receive.
    """

    def __init__(
        self,
        now: Callable[[], float],
        changed: Callable[[float], None],
        visibility_timeout: float,
        max_receives: int,
    ) -> None:
        self._now = now
        self._changed = changed
        self._visibility_timeout = visibility_timeout
        self._max_receives = max_receives
        self._numbers = itertools.count(1)
        self.messages: dict[str, QueuedMessage] = {}
        self.dead: list[QueuedMessage] = []

    def send_message(
        self,
        *,
        QueueUrl: str,
        MessageBody: str,
        DelaySeconds: int,
        MessageGroupId: str,
    ) -> None:
        assert 0 <= DelaySeconds <= 900
        number, visible_at = next(self._numbers), self._now() + DelaySeconds
        made = QueuedMessage(f"message-{number}", MessageBody, MessageGroupId, visible_at)
        self.messages[made.id] = made
        self._changed(visible_at)

    def change_message_visibility(
        self,
        *,
        QueueUrl: str,
        ReceiptHandle: str,
        VisibilityTimeout: int,
    ) -> None:
        assert 0 <= VisibilityTimeout <= 43_200
        message = self.messages.get(ReceiptHandle)
        if message is not None:
            message.visible_at = self._now() + VisibilityTimeout
            self._changed(message.visible_at)

    def receive(self) -> QueuedMessage | None:
        """The next message, hidden for a while; those received too often are dead."""
        in_work = Counter(m.group for m in self.messages.values() if m.visible_at > self._now())
        visible = [m for m in self.messages.values() if m.visible_at <= self._now()]
        for message in sorted(visible, key=lambda m: (in_work[m.group], m.visible_at)):
            if message.receives >= self._max_receives:
                self.dead.append(self.messages.pop(message.id))
                continue
            message.receives += 1
            message.visible_at = self._now() + self._visibility_timeout
            self._changed(message.visible_at)
            return message
        return None

    def delete(self, message_id: str) -> None:
        self.messages.pop(message_id, None)

    def redrive(self) -> int:
        """Send the dead letters back, as new messages."""
        moved = len(self.dead)
        while self.dead:
            message = self.dead.pop(0)
            self.send_message(
                QueueUrl="", MessageBody=message.body, DelaySeconds=0, MessageGroupId=message.group
            )
        return moved


class StateMachine:
    """A Step Functions client for one machine: a name is used once."""

    def __init__(self, begin: Callable[[str, str], None]) -> None:
        self._begin = begin
        self.inputs: dict[str, str] = {}

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:
        if name in self.inputs:
            code = "ExecutionAlreadyExists"
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "StartExecution")
        assert len(name) <= 80
        self.inputs[name] = input
        self._begin(name, input)
