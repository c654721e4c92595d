"""The simulated clients answer as moto's do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.simulation.aws import Bucket, Queue, StateMachine
from tests.support.aws import BUCKET, create_bucket, create_state_machine

MAX_RECEIVES = 2


@dataclass
class Clients:
    """`receive` and `dead` give bodies with receive counts, and handles."""

    s3: Any
    sqs: Any
    stepfunctions: Any
    queue_url: str
    machine_arn: str
    receive: Any
    delete: Any
    dead: Any


def simulated() -> Clients:
    queue = Queue(lambda: 0.0, lambda _: None, visibility_timeout=1800, max_receives=MAX_RECEIVES)

    def receive() -> tuple[str, int, str] | None:
        message = queue.receive()
        return (message.body, message.receives, message.id) if message else None

    return Clients(
        Bucket(),
        queue,
        StateMachine(lambda *_: None),
        "url",
        "arn",
        receive,
        queue.delete,
        lambda: [message.body for message in queue.dead],
    )


def motos() -> Clients:
    create_bucket()
    sqs = boto3.client("sqs")
    dead_url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])
    policy = (
        f'{{"deadLetterTargetArn": "{dead_arn["Attributes"]["QueueArn"]}", '
        f'"maxReceiveCount": {MAX_RECEIVES}}}'
    )
    attributes = {"RedrivePolicy": policy, "VisibilityTimeout": "1800"}
    url = sqs.create_queue(QueueName="queue", Attributes=attributes)["QueueUrl"]

    def receive() -> tuple[str, int, str] | None:
        found = sqs.receive_message(QueueUrl=url, AttributeNames=["All"]).get("Messages", [])
        for message in found:
            count = int(message["Attributes"]["ApproximateReceiveCount"])
            return message["Body"], count, message["ReceiptHandle"]
        return None

    def dead() -> list[str]:
        found = sqs.receive_message(QueueUrl=dead_url, VisibilityTimeout=0).get("Messages", [])
        return [message["Body"] for message in found]

    return Clients(
        boto3.client("s3"),
        sqs,
        boto3.client("stepfunctions"),
        url,
        create_state_machine(),
        receive,
        lambda handle: sqs.delete_message(QueueUrl=url, ReceiptHandle=handle),
        dead,
    )


@pytest.fixture(params=["simulated", "moto"])
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    if request.param == "simulated":
        yield simulated()
        return
    with mock_aws():
        yield motos()


def send(clients: Clients, body: str, delay: int = 0) -> None:
    clients.sqs.send_message(
        QueueUrl=clients.queue_url, MessageBody=body, DelaySeconds=delay, MessageGroupId="caller"
    )


def hide(clients: Clients, handle: str, seconds: int) -> None:
    clients.sqs.change_message_visibility(
        QueueUrl=clients.queue_url, ReceiptHandle=handle, VisibilityTimeout=seconds
    )


def test_a_received_message_is_hidden_until_it_is_shown_again(clients: Clients) -> None:
    send(clients, "one")
    body, count, handle = clients.receive()
    assert (body, count) == ("one", 1)
    assert clients.receive() is None
    hide(clients, handle, 0)
    assert clients.receive()[:2] == ("one", 2)


def test_a_delayed_message_is_not_received_yet(clients: Clients) -> None:
    send(clients, "later", delay=900)
    assert clients.receive() is None


def test_a_deleted_message_is_gone(clients: Clients) -> None:
    send(clients, "one")
    _, _, handle = clients.receive()
    hide(clients, handle, 0)
    clients.delete(handle)
    assert clients.receive() is None


def test_a_message_that_was_received_too_often_is_a_dead_letter(clients: Clients) -> None:
    send(clients, "bad")
    for _ in range(MAX_RECEIVES):
        hide(clients, clients.receive()[2], 0)
    assert clients.receive() is None
    assert clients.dead() == ["bad"]


def test_an_object_comes_back_and_a_missing_one_has_a_code(clients: Clients) -> None:
    clients.s3.put_object(Bucket=BUCKET, Key="sites/a", Body=b"x", ContentType="text/plain")
    assert clients.s3.get_object(Bucket=BUCKET, Key="sites/a")["Body"].read() == b"x"
    with pytest.raises(ClientError) as caught:
        clients.s3.get_object(Bucket=BUCKET, Key="sites/b")
    assert caught.value.response["Error"]["Code"] == "NoSuchKey"


def test_an_execution_name_is_used_once(clients: Clients) -> None:
    arn = clients.machine_arn
    clients.stepfunctions.start_execution(stateMachineArn=arn, name="d-1", input='{"a": 1}')
    with pytest.raises(ClientError) as caught:
        clients.stepfunctions.start_execution(stateMachineArn=arn, name="d-1", input='{"a": 2}')
    assert caught.value.response["Error"]["Code"] == "ExecutionAlreadyExists"
