"""Deliver one notification: one attempt, and a note of its outcome in the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from deployer.domain.notification import (
    Answer,
    Channel,
    Delivered,
    Delivery,
    GaveUp,
    Outcome,
    decide,
)
from deployer.domain.ports import Clock, Rounds, Sender, Telemetry
from deployer.domain.round import Round
from deployer.domain.round_key import RoundKey
from deployer.services.changes import change_round


def notify(
    delivery: Delivery,
    *,
    senders: Mapping[Channel, Sender],
    rounds: Rounds,
    telemetry: Telemetry,
    clock: Clock,
    retry_delays: Sequence[int],
) -> Outcome:
    """Tell the target once and decide what follows; after a fault of ours, give up without.

    Killed between sending and note, it is run again: the receiver gets the same bytes twice.
    Killed after the note, it finds the note, and the receiver hears nothing more.

    Raises:
        UnavailableError: the record could not be written.
    """
    key = RoundKey(delivery.email, delivery.task, delivery.round)
    record = rounds.find(key)
    if record is not None and record.has_told(delivery.deployment_id):
        return Delivered()
    if delivery.fault:
        answer = Answer(None, f"our notifier failed: {delivery.fault}")
        outcome: Outcome = GaveUp(answer.detail)
    else:
        sender = senders[delivery.target.channel]
        answer = sender.send(delivery.target.address, delivery.payload.to_bytes())
        outcome = decide(answer, delivery.attempt, retry_delays)
    change_round(key, _change(delivery, answer, outcome, clock()), rounds)
    telemetry.fact(
        {Delivered: "notified", GaveUp: "notify_failed"}.get(type(outcome), "notify_retry"),
        attempt=delivery.attempt,
        answer=answer.detail,
    )
    return outcome


def _change(
    delivery: Delivery, answer: Answer, outcome: Outcome, now: datetime
) -> Callable[[Round], Round]:
    arguments = (delivery.deployment_id, delivery.attempt)
    match outcome:
        case Delivered():
            return lambda record: record.notified(*arguments, answer.detail, now)
        case GaveUp(reason):
            return lambda record: record.notification_gave_up(*arguments, reason, now)
        case _:
            return lambda record: record.attempted(*arguments, answer.detail, now)
