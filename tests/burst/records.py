"""The table and the queues, read as an operator would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from deployer.domain.round import Round, State
from operate import emulator

if TYPE_CHECKING:
    from collections.abc import Mapping

FINAL = (State.NOTIFIED, State.NOTIFY_FAILED, State.FAILED)
_ROUND = TypeAdapter(Round)
_WAITING = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class Records:
    """The stack's table, queues and executions."""

    def __init__(self, endpoints: Mapping[str, Any]) -> None:
        url, self._stack = endpoints["cloud_url"], endpoints["stack"]
        self._table = emulator.client("dynamodb", url)
        self._sqs = emulator.client("sqs", url)
        self._states = emulator.client("stepfunctions", url)

    def deployments(self) -> dict[tuple[str, str], Round]:
        """All first rounds, by e-mail and task."""
        pages = self._table.get_paginator("scan").paginate(TableName=self._stack["TableName"])
        rows = [item for page in pages for item in page["Items"]]
        found = [
            _ROUND.validate_json(row["document"]["S"])
            for row in rows
            if row["sk"]["S"] == "round#00001"
        ]
        return {(one.email, one.task): one for one in found}

    def shorten_visibility(self, seconds: int) -> None:
        """Seconds that a message stays away whose run was killed before it could say so."""
        self._sqs.set_queue_attributes(
            QueueUrl=self._stack["QueueUrl"], Attributes={"VisibilityTimeout": str(seconds)}
        )

    def at_rest(self) -> bool:
        """True if no message is left in the queue, and no notification is under way."""
        running = self._states.list_executions(
            stateMachineArn=self._stack["StateMachineArn"], statusFilter="RUNNING"
        )
        return not self._messages("QueueUrl") and not running["executions"]

    def dead_letters(self) -> int:
        return self._messages("DeadLetterQueueUrl")

    def dead_letter_ids(self) -> list[str]:
        """The deployments whose messages lie in the dead-letter queue, ten at most."""
        got = self._sqs.receive_message(
            QueueUrl=self._stack["DeadLetterQueueUrl"], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [json.loads(one["Body"])["deployment_id"] for one in got.get("Messages", [])]

    def _messages(self, queue: str) -> int:
        answer = self._sqs.get_queue_attributes(
            QueueUrl=self._stack[queue], AttributeNames=list(_WAITING)
        )
        return sum(int(answer["Attributes"][name]) for name in _WAITING)
