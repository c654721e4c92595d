"""The state machine that delivers notifications."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from deployer.adapters.aws_errors import error_code, unavailable
from deployer.domain.notification import (
    Channel,
    Delivered,
    Delivery,
    GaveUp,
    Outcome,
    Payload,
    Target,
    TryAgain,
)
from deployer.domain.publication import PagesState, pages_delay

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsWorkflow:
    """`Workflow`: one execution per deployment id, which Step Functions itself keeps unique."""

    def __init__(self, state_machine_arn: str, client: SFNClient) -> None:
        self._arn = state_machine_arn
        self._client = client

    def start(self, delivery: Delivery) -> None:
        with unavailable("Step Functions"):
            try:
                self._client.start_execution(
                    stateMachineArn=self._arn,
                    name=delivery.deployment_id,
                    input=json.dumps(execution_input(delivery)),
                )
            except ClientError as exc:
                if error_code(exc) != "ExecutionAlreadyExists":
                    raise


def execution_input(delivery: Delivery) -> dict[str, Any]:
    fields = asdict(delivery)
    del fields["fault"]
    del fields["target"]
    fields["evaluation_url"] = delivery.target.address
    fields["notification"] = fields.pop("payload")
    fields["published_at"] = delivery.published_at.isoformat()
    return fields


def execution_output(delivery: Delivery, outcome: Outcome) -> dict[str, Any]:
    """The notifier's answer to the state machine, whose paths require every field at all times."""
    names = {Delivered: "delivered", TryAgain: "retry", GaveUp: "gave_up"}
    return {
        "outcome": names[type(outcome)],
        "delay_seconds": outcome.delay_seconds if isinstance(outcome, TryAgain) else 0,
        "next_attempt": delivery.attempt + 1,
    }


def pages_output(state: dict[str, Any], seen: PagesState | None) -> dict[str, Any]:
    """The pages checker's answer to the state machine, which hands it back before the next look.

    `state` is the machine's; `seen` is None where the commit is to be looked for again.
    """
    looks = state.get("pages", {}).get("looks", 0) + 1
    return {
        "pages": seen.value if seen else "waiting",
        "looks": looks,
        "delay_seconds": pages_delay(looks),
    }


def parse_delivery(state: dict[str, Any]) -> Delivery:
    """The state machine's input, as the notifier gets it; the machine's own fields are ignored.

    Raises:
        ValueError: it is not one of ours.
    """
    try:
        return Delivery(
            deployment_id=state["deployment_id"],
            email=state["email"],
            task=state["task"],
            round=state["round"],
            target=Target(Channel.EVALUATION, state["evaluation_url"]),
            payload=Payload(**state["notification"]),
            published_at=datetime.fromisoformat(state["published_at"]),
            attempt=state["attempt"],
            fault=state["fault"]["Error"] if "fault" in state else None,
        )
    except (TypeError, KeyError, ValueError) as exc:
        raise ValueError(f"not a delivery: {exc!r}") from exc
