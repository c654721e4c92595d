"""Accept a request: record it, queue it, answer. Nothing is built here."""

from __future__ import annotations

from typing import Any

from deployer.domain.deployment import Deployment
from deployer.domain.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidRequestError,
    QueueUnavailableError,
    RecordChangedError,
    UnavailableError,
)
from deployer.domain.key import Key
from deployer.domain.ports import (
    Clock,
    DeploymentQueue,
    DeploymentStore,
    Message,
    RequestStore,
    Telemetry,
)
from deployer.domain.request import DeploymentRequest, parse_request
from deployer.domain.secret import same_secret

ATTEMPTS = 5
"""How often a change is tried again when another request for the same record was first."""


def admit(body: dict[str, Any], secret: str) -> DeploymentRequest:
    """The request in `body`, if it presents `secret`; whoever presents another learns nothing.

    Raises:
        ForbiddenError: the secret is wrong.
        InvalidRequestError, TooLargeError: see `parse_request`.
    """
    presented = body.get("secret")
    if not isinstance(presented, str) or not presented:
        raise InvalidRequestError(
            "the request has no secret", (FieldError("secret", "must be a non-empty string"),)
        )
    if not same_secret(presented, secret):
        raise ForbiddenError("the secret is wrong")
    return parse_request(body)


def accept(
    request: DeploymentRequest,
    *,
    store: DeploymentStore,
    requests: RequestStore,
    queue: DeploymentQueue,
    telemetry: Telemetry,
    clock: Clock,
) -> Deployment:
    """Record and queue `request`; the same request again changes nothing.

    The order is what makes a crash harmless: the stored request alone means nothing and expires;
    a record that was never queued is queued by the caller's retry, for no 200 was answered.

    Raises:
        ConflictError: an earlier round is missing, or the nonce was used for another request.
        UnavailableError: it could not be recorded and queued; nothing is kept.
    """
    for _ in range(ATTEMPTS):
        before = store.find(request.key)
        if before is None:
            _require_previous_round(request.key, store)
            accepted = Deployment.accepted(request, clock())
        else:
            accepted = before.sent_again(request, clock())
        try:
            saved = accepted if accepted is before else _record(accepted, request, store, requests)
        except RecordChangedError:
            continue
        if saved.has_work:
            _enqueue(request, before, saved, store, queue)
        telemetry.fact(
            "known" if saved is before else "accepted", round=request.round, state=saved.state
        )
        return saved
    raise UnavailableError("the same round is being changed by other requests")


def _require_previous_round(key: Key, store: DeploymentStore) -> None:
    if key.round > 1 and store.find(key.previous()) is None:
        raise ConflictError(f"round {key.round} needs an accepted round {key.round - 1}")


def _record(
    accepted: Deployment,
    request: DeploymentRequest,
    store: DeploymentStore,
    requests: RequestStore,
) -> Deployment:
    requests.save(request)
    return store.save(accepted)


def _enqueue(
    request: DeploymentRequest,
    before: Deployment | None,
    saved: Deployment,
    store: DeploymentStore,
    queue: DeploymentQueue,
) -> None:
    try:
        queue.send(Message(request.deployment_id, request.key))
    except QueueUnavailableError:
        if saved is not before:
            _forget(before, saved, store)
        raise


def _forget(before: Deployment | None, saved: Deployment, store: DeploymentStore) -> None:
    """Take the record back; if a worker or another request has it already, it stays theirs."""
    try:
        if before is None:
            store.delete(saved)
        else:
            store.save(before.at_version(saved.version))
    except RecordChangedError:
        return
