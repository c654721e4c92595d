"""Accept a request: record it, queue it, answer. Nothing is built here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime

from deployer.domain.errors import (
    ConflictError,
    QuotaExceededError,
    RecordChangedError,
    UnavailableError,
)
from deployer.domain.ports import (
    Clock,
    DeploymentQueue,
    Message,
    RequestStore,
    Rounds,
    Telemetry,
    UsageCounter,
)
from deployer.domain.quota import Quota
from deployer.domain.request import DeploymentRequest
from deployer.domain.round import Round, State

ATTEMPTS = 5
"""The most tries of a change when other requests for the same record are first."""


def accept(
    request: DeploymentRequest,
    *,
    rounds: Rounds,
    requests: RequestStore,
    queue: DeploymentQueue,
    charge: Callable[[str, datetime], None],
    telemetry: Telemetry,
    clock: Clock,
) -> Round:
    """Store, queue and record `request`; the same request again changes nothing.

    The record is written last, so whatever is recorded is queued, even if this is killed or a
    service fails. A message without a record belongs to a request that was not answered: the
    worker looks for its record for a while, and drops it.

    `charge` counts a request that is new against its caller's quotas.

    Raises:
        ConflictError: an earlier round is missing, or the nonce was used for another request.
        QuotaExceededError: the caller's quota is used up.
        UnavailableError: it could not be queued and recorded; the caller may try again.
    """
    charged = queued = False
    for _ in range(ATTEMPTS):
        before = rounds.find(request.key)
        accepted = _accepted(request, before, rounds, clock)
        if not charged and accepted is not before:
            charge(request.email, clock())
            charged = True
        # What is recorded is queued already, unless its message has ended with a failure.
        news = accepted is not before or accepted.state is State.FAILED
        if not queued and news and accepted.has_work:
            if accepted is not before:
                requests.save(request)
            queue.send(Message(request.deployment_id, request.key))
            queued = True
        try:
            saved = accepted if accepted is before else rounds.save(accepted)
        except RecordChangedError:
            continue
        telemetry.fact(
            "known" if saved is before else "accepted", round=request.round, state=saved.state
        )
        return saved
    raise UnavailableError("the same round is being changed by other requests")


def _accepted(
    request: DeploymentRequest,
    before: Round | None,
    rounds: Rounds,
    clock: Clock,
) -> Round:
    """The record with this request; `before` itself if it holds the request already."""
    if before is not None:
        return before.sent_again(request, clock())
    if request.round > 1 and rounds.find(request.key.previous()) is None:
        raise ConflictError(f"round {request.round} needs an accepted round {request.round - 1}")
    return Round.accepted(request, clock())


def charge(email: str, now: datetime, *, quotas: Sequence[Quota], usage: UsageCounter) -> None:
    """Count one request of `email` in every quota's window.

    A use that a shorter quota has counted stays counted when a longer one refuses.

    Raises:
        QuotaExceededError: a window is full; says when it ends.
        UnavailableError: it could not be counted.
    """
    for quota in quotas:
        window = quota.window(now)
        if not usage.count(email, window, quota.requests):
            seconds = max(1, math.ceil((window.ends_at - now).total_seconds()))
            raise QuotaExceededError(
                f"{quota.requests} requests a {quota.name} are accepted from one e-mail; "
                f"try again in {seconds} seconds",
                seconds,
            )
