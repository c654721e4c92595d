"""Accept a request: record it, queue it, answer. Nothing is built here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from deployer.domain.deployment import Deployment, State
from deployer.domain.errors import (
    ConflictError,
    RecordChangedError,
    UnavailableError,
)
from deployer.domain.ports import (
    Clock,
    DeploymentQueue,
    DeploymentStore,
    Message,
    RequestStore,
    Telemetry,
)
from deployer.domain.request import DeploymentRequest

ATTEMPTS = 5
"""How often a change is tried again when another request for the same record was first."""


def accept(
    request: DeploymentRequest,
    *,
    store: DeploymentStore,
    requests: RequestStore,
    queue: DeploymentQueue,
    charge: Callable[[str, datetime], None],
    telemetry: Telemetry,
    clock: Clock,
) -> Deployment:
    """Store, queue and record `request`; the same request again changes nothing.

    The record is written last, so whatever is recorded is queued, whenever this is killed or a
    service fails. What was queued without a record belongs to a request that was not answered:
    the worker looks for its record for a while, and drops the message.

    `charge` counts a request that is new against its caller's quotas.

    Raises:
        ConflictError: an earlier round is missing, or the nonce was used for another request.
        QuotaExceededError: the caller's quota is used up.
        UnavailableError: it could not be queued and recorded; the caller may try again.
    """
    charged = queued = False
    for _ in range(ATTEMPTS):
        before = store.find(request.key)
        accepted = _accepted(request, before, store, clock)
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
            saved = accepted if accepted is before else store.save(accepted)
        except RecordChangedError:
            continue
        telemetry.fact(
            "known" if saved is before else "accepted", round=request.round, state=saved.state
        )
        return saved
    raise UnavailableError("the same round is being changed by other requests")


def _accepted(
    request: DeploymentRequest,
    before: Deployment | None,
    store: DeploymentStore,
    clock: Clock,
) -> Deployment:
    """The record with this request; `before` itself if it has it already."""
    if before is not None:
        return before.sent_again(request, clock())
    if request.round > 1 and store.find(request.key.previous()) is None:
        raise ConflictError(f"round {request.round} needs an accepted round {request.round - 1}")
    return Deployment.accepted(request, clock())
