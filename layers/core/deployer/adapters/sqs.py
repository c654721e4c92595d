"""The queue of deployments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from deployer.adapters.aws_errors import unavailable
from deployer.domain.errors import QueueUnavailableError
from deployer.domain.ports import Message
from deployer.domain.round_key import RoundKey

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from mypy_boto3_sqs import SQSClient


class SQSDeploymentQueue:
    """`DeploymentQueue` over one standard queue."""

    def __init__(self, queue_url: str, client: SQSClient) -> None:
        self._queue_url = queue_url
        self._client = client

    def send(self, message: Message, *, delay_seconds: int = 0) -> None:
        with unavailable("SQS", QueueUnavailableError):
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=message_body(message),
                DelaySeconds=delay_seconds,
                # A standard queue is fair to groups: a caller with many messages in work does
                # not make the others wait (Amazon SQS fair queues).
                MessageGroupId=message.key.caller,
            )

    def retry_in(self, receipt_handle: str, seconds: int) -> None:
        with unavailable("SQS", QueueUnavailableError):
            self._client.change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )


def message_body(message: Message) -> str:
    return json.dumps({"deployment_id": message.deployment_id, **message.key.__dict__})


def receive_count(record: SQSRecord) -> int:
    """The number of times that this message was delivered, this time included."""
    return int(record.attributes.approximate_receive_count)


def parse_message(body: str) -> Message:
    """
    Raises:
        ValueError: the body is not one of our messages.
    """
    try:
        fields = json.loads(body)
        key = RoundKey(str(fields["email"]), str(fields["task"]), int(fields["round"]))
        return Message(str(fields["deployment_id"]), key)
    except (TypeError, KeyError, ValueError, OverflowError, RecursionError) as exc:
        raise ValueError(f"not a deployment's message: {exc!r}") from exc
