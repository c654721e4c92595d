"""Deliver one notification: one attempt, and a note of how it went in the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from deployer.domain.deployment import Deployment
from deployer.domain.errors import RecordChangedError, UnavailableError
from deployer.domain.key import Key
from deployer.domain.notification import Answer, Delivered, Delivery, GaveUp, Outcome, decide
from deployer.domain.ports import Clock, DeploymentStore, EvaluationEndpoint, Telemetry

ATTEMPTS = 5
"""How often a note is tried again when another writer changed the record meanwhile."""


def notify(
    delivery: Delivery,
    *,
    endpoint: EvaluationEndpoint,
    store: DeploymentStore,
    telemetry: Telemetry,
    clock: Clock,
    retry_delays: Sequence[int],
) -> Outcome:
    """POST the payload once and decide what follows.

    Killed between the POST and the note, it is run again: the receiver gets the same bytes twice.

    Raises:
        UnavailableError: the record could not be written.
    """
    answer = endpoint.post(delivery.evaluation_url, delivery.payload.to_bytes())
    outcome = decide(answer, delivery.attempt, retry_delays)
    _note(delivery, answer, outcome, store, clock)
    telemetry.fact(
        {Delivered: "notified", GaveUp: "notify_failed"}.get(type(outcome), "notify_retry"),
        attempt=delivery.attempt,
        answer=answer.detail,
    )
    return outcome


def _note(
    delivery: Delivery, answer: Answer, outcome: Outcome, store: DeploymentStore, clock: Clock
) -> None:
    change = _change(delivery, answer, outcome, clock())
    for _ in range(ATTEMPTS):
        record = store.find(Key(delivery.email, delivery.task, delivery.round))
        if record is None:
            return
        try:
            store.save(change(record))
            return
        except RecordChangedError:
            continue
    raise UnavailableError("the record is being changed by others")


def _change(
    delivery: Delivery, answer: Answer, outcome: Outcome, now: datetime
) -> Callable[[Deployment], Deployment]:
    arguments = (delivery.deployment_id, delivery.attempt)
    match outcome:
        case Delivered():
            return lambda record: record.notified(*arguments, answer.detail, now)
        case GaveUp(reason):
            return lambda record: record.notification_gave_up(*arguments, reason, now)
        case _:
            return lambda record: record.attempted(*arguments, answer.detail, now)
