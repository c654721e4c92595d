"""The notification of an evaluation URL: its content, its attempts and their outcome."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deployer.domain.bounded_text import json_bytes

MAX_RETRY_AFTER_SECONDS = 24 * 3600
GONE = 410
MAX_NOTIFICATIONS_BYTES = 180 * 1024
"""Of a round's record, which keeps all of them; the report of its generation may have as much of
`bounded_text.MAX_RECORD_BYTES`."""
LARGEST_ANSWER = 300
"""Bytes of a target's last answer in a record."""
_BESIDE_NONCE_AND_URL = 400 + LARGEST_ANSWER
"""Bytes of a notification's other fields."""


class NotificationState(StrEnum):
    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    GAVE_UP = "GAVE_UP"


class Channel(StrEnum):
    """The way by which a target is told."""

    EVALUATION = "evaluation"


@dataclass(frozen=True)
class Target:
    """Somebody who is told about a deployment, at an address that the channel understands."""

    channel: Channel
    address: str


@dataclass(frozen=True)
class Notification:
    """One accepted nonce, the URL that waits to be told about it, and how far that came."""

    deployment_id: str
    nonce: str
    evaluation_url: str
    request_digest: str
    accepted_at: datetime
    state: NotificationState = NotificationState.PENDING
    attempts: int = 0
    last_answer: str | None = None
    """`HTTP 503`, or the name of what prevented an answer."""
    updated_at: datetime | None = None

    @property
    def target(self) -> Target:
        return Target(Channel.EVALUATION, self.evaluation_url)


def bytes_of(notifications: Iterable[Notification]) -> int:
    """The most that they take of a record, whatever is answered to them."""
    return sum(
        json_bytes(one.nonce) + json_bytes(one.evaluation_url) + _BESIDE_NONCE_AND_URL
        for one in notifications
    )


@dataclass(frozen=True)
class Payload:
    """The seven fields, in the contract's order. The same values give the same bytes."""

    email: str
    task: str
    round: int
    nonce: str
    repo_url: str
    commit_sha: str
    pages_url: str

    def to_bytes(self) -> bytes:
        return json.dumps(self.__dict__, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Delivery:
    """One attempt to deliver one notification: the state machine's input."""

    deployment_id: str
    email: str
    task: str
    round: int
    target: Target
    payload: Payload
    published_at: datetime
    """The time at which the worker that starts this found the round published. The wait for Pages
    is bounded from here."""
    attempt: int = 1
    fault: str | None = None
    """The failure of our own notifier for which the notification is to be given up."""


@dataclass(frozen=True)
class Answer:
    """The answer of a target, as an HTTP status; None when there was none."""

    status: int | None
    detail: str
    retry_after: float | None = None
    """Seconds, where the receiver asked for a delay."""
    refused: bool = False
    """Our own rules forbid the call; `detail` names the rule."""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Delivered:
    pass


@dataclass(frozen=True)
class TryAgain:
    delay_seconds: int


@dataclass(frozen=True)
class GaveUp:
    reason: str


Outcome = Delivered | TryAgain | GaveUp


def decide(answer: Answer, attempt: int, retry_delays: Sequence[int]) -> Outcome:
    """Decide what follows the answer to attempt number `attempt` (the first is 1).

    `retry_delays` holds the seconds before attempts 2, 3, ...; when it is used up we give up.
    A receiver's Retry-After (RFC 9110, 10.2.3) can only lengthen a delay. 410 Gone stops at once,
    and so does a URL that we may not call: it will not become right.
    """
    if answer.accepted:
        return Delivered()
    if answer.refused:
        return GaveUp(answer.detail)
    if answer.status == GONE:
        return GaveUp("the evaluation URL answered 410 Gone")
    if attempt > len(retry_delays):
        return GaveUp(f"no success in {attempt} attempts; the last: {answer.detail}")
    asked = min(answer.retry_after or 0, MAX_RETRY_AFTER_SECONDS)
    return TryAgain(max(retry_delays[attempt - 1], round(asked)))
