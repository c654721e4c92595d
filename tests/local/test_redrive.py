"""Dead letters go back to the queue; what is not ours stays; nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deployer.adapters.sqs import message_body
from deployer.domain.ports import Message
from deployer.domain.round_key import RoundKey
from operate.redrive import NOT_OURS, redrive
from operate.stacks import Stack

FAILED = {"state": "FAILED", "error": "GitHub answered 401: check GITHUB_TOKEN"}


@dataclass
class Operator:
    """A stack in moto, and what the redrive said."""

    sqs: Any
    stack: Stack
    said: list[str] = field(default_factory=list)

    def bury(self, *bodies: str) -> None:
        for body in bodies:
            url = self.stack.outputs["DeadLetterQueueUrl"]
            self.sqs.send_message(QueueUrl=url, MessageBody=body)

    def bodies(self, queue: str) -> list[str]:
        got = self.sqs.receive_message(
            QueueUrl=self.stack.outputs[queue], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return sorted(one["Body"] for one in got.get("Messages", []))

    def redrive(self) -> int:
        return redrive(self.stack, self.said.append)


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    with mock_aws():
        sqs = boto3.client("sqs")
        urls = {
            output: sqs.create_queue(QueueName=output)["QueueUrl"]
            for output in ("QueueUrl", "DeadLetterQueueUrl")
        }
        stack = Stack("http://127.0.0.1:9", urls, lambda _: sqs)
        monkeypatch.setattr(Stack, "round_status", lambda *_: FAILED)
        yield Operator(sqs, stack)


def a_body(number: int) -> str:
    return message_body(Message(f"d-{number}", RoundKey("ada@example.com", "sales", number)))


def test_every_dead_letter_goes_back_and_its_reason_is_told(operator: Operator) -> None:
    bodies = sorted(a_body(number) for number in range(1, 13))
    operator.bury(*bodies)
    assert operator.redrive() == 0
    assert operator.bodies("DeadLetterQueueUrl") == []
    url = operator.stack.outputs["QueueUrl"]
    counted = operator.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    assert counted["Attributes"]["ApproximateNumberOfMessages"] == "12"
    assert set(operator.bodies("QueueUrl")) <= set(bodies)
    assert (
        "moved  d-7  ada@example.com sales round 7: FAILED, "
        "GitHub answered 401: check GITHUB_TOKEN" in operator.said
    )


def test_what_is_not_ours_is_left_there_and_named(operator: Operator) -> None:
    operator.bury("not ours", a_body(1))
    assert operator.redrive() == NOT_OURS
    assert operator.bodies("DeadLetterQueueUrl") == ["not ours"]
    assert operator.bodies("QueueUrl") == [a_body(1)]
    assert any(line.startswith("left ") and "not ours" in line for line in operator.said)


def test_without_dead_letters_there_is_nothing_to_do(operator: Operator) -> None:
    assert operator.redrive() == 0
    assert operator.said == ["there are no dead letters"]


def test_a_redrive_that_is_killed_before_it_deletes_loses_nothing(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.bury(a_body(1))

    def killed(**_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(operator.sqs, "delete_message", killed)
        with pytest.raises(KeyboardInterrupt):
            operator.redrive()
    assert operator.bodies("QueueUrl") == [a_body(1)]


def test_a_deployment_without_a_record_is_told_to_be_dropped(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stack, "round_status", lambda *_: None)
    operator.bury(a_body(1))
    assert operator.redrive() == 0
    assert "no record" in operator.said[0]
