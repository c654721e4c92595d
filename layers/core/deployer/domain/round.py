"""The record of one round of a task, and every change that it may go through.

    QUEUED → GENERATING → GENERATED → PUBLISHED → NOTIFIED | NOTIFY_FAILED
       └─────────┴────────────┴───────────┴──→ FAILED

A record is immutable: a change is a new record, and the store writes it only if the stored
version is still the one it was made from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from deployer.domain.bounded_text import fitted
from deployer.domain.errors import ConflictError
from deployer.domain.generation_report import GenerationReport, for_a_record
from deployer.domain.notification import (
    LARGEST_ANSWER,
    MAX_NOTIFICATIONS_BYTES,
    Delivery,
    Notification,
    NotificationState,
    Payload,
    bytes_of,
)
from deployer.domain.publication import PagesState, Publication
from deployer.domain.request import DeploymentRequest
from deployer.domain.round_key import RoundKey


class State(StrEnum):
    QUEUED = "QUEUED"
    GENERATING = "GENERATING"
    GENERATED = "GENERATED"
    PUBLISHED = "PUBLISHED"
    NOTIFIED = "NOTIFIED"
    NOTIFY_FAILED = "NOTIFY_FAILED"
    FAILED = "FAILED"


MAX_NONCES = 100
LARGEST_REASON = 2000
"""Bytes of what failed or is waited for."""
BEFORE_PUBLICATION = frozenset({State.QUEUED, State.GENERATING, State.GENERATED})
AFTER_PUBLICATION = frozenset({State.PUBLISHED, State.NOTIFIED, State.NOTIFY_FAILED})


@dataclass(frozen=True)
class Lease:
    """One worker's right to this deployment; `owner` is unique to one invocation."""

    owner: str
    expires_at: datetime

    def held_against(self, owner: str, now: datetime) -> bool:
        return self.owner != owner and now < self.expires_at


@dataclass(frozen=True)
class Failure:
    """The reason why a round ended; `resumable` if its message may be tried again after a fix."""

    reason: str
    resumable: bool


@dataclass(frozen=True)
class Waiting:
    """The reason why a round waits, and the earliest time at which it goes on."""

    reason: str
    until: datetime


@dataclass(frozen=True)
class Round:
    """One record per (email, task, round). All times are UTC."""

    email: str
    task: str
    round: int
    content_digest: str
    build_id: str
    """The deployment id of the first request with this content: one for all its nonces."""
    accepted_at: datetime
    updated_at: datetime
    notifications: tuple[Notification, ...]
    """One per accepted nonce, oldest first; never empty."""
    state: State = State.QUEUED
    lease: Lease | None = None
    site_ref: str | None = None
    """The generated site's place in the bucket; set from GENERATED on."""
    base_sha: str | None = None
    """The commit that ours is put on; None for the first commit of a repository."""
    publication: Publication | None = None
    generation: GenerationReport | None = None
    """The site's report; set from GENERATED on."""
    pages: PagesState | None = None
    """The commit as Pages was seen to serve it or not; None until somebody looked."""
    failure: Failure | None = None
    waiting: Waiting | None = None
    waiting_since: datetime | None = None
    """The time at which the wait began; a step that is done, and a redrive, begin anew."""
    version: int = 0
    """Counts the writes; the store compares it. 0 is a record that was never written."""

    @classmethod
    def accepted(cls, request: DeploymentRequest, now: datetime) -> Round:
        return cls(
            email=request.email,
            task=request.task,
            round=request.round,
            content_digest=request.content_digest,
            build_id=request.deployment_id,
            accepted_at=now,
            updated_at=now,
            notifications=(_notification(request, now),),
        )

    @property
    def key(self) -> RoundKey:
        return RoundKey(self.email, self.task, self.round)

    @property
    def latest(self) -> Notification:
        """The notification of the nonce that was accepted last."""
        return self.notifications[-1]

    def knows(self, deployment_id: str) -> bool:
        """True if the request of that id was recorded here."""
        return any(n.deployment_id == deployment_id for n in self.notifications)

    def has_told(self, deployment_id: str) -> bool:
        """True if the notification of that id was delivered."""
        return any(
            n.deployment_id == deployment_id and n.state is NotificationState.DELIVERED
            for n in self.notifications
        )

    @property
    def pending(self) -> tuple[Notification, ...]:
        return tuple(n for n in self.notifications if n.state is NotificationState.PENDING)

    @property
    def has_work(self) -> bool:
        """True if a worker still has something to do for it."""
        if self.state is State.FAILED:
            return self.failure is not None and self.failure.resumable
        return self.state in BEFORE_PUBLICATION or (
            self.state is State.PUBLISHED and bool(self.pending)
        )

    def at_version(self, version: int) -> Round:
        return replace(self, version=version)

    def sent_again(self, request: DeploymentRequest, now: datetime) -> Round:
        """The record after the same round was sent once more.

        A known nonce changes nothing. A new nonce with the same content is notified from the
        build that exists; with other content it is a new build on top of what was published,
        and whoever still waits for the old build is told about the new one.

        Raises:
            ConflictError: the nonce is known, with another request, or there are too many.
        """
        for known in self.notifications:
            if known.nonce == request.nonce:
                if known.request_digest != request.request_digest:
                    raise ConflictError("this nonce was already used with another request")
                return self
        notifications = (*self.notifications, _notification(request, now))
        if len(notifications) > MAX_NONCES or bytes_of(notifications) > MAX_NOTIFICATIONS_BYTES:
            sent = len(self.notifications)
            raise ConflictError(f"this round was sent with {sent} nonces, and holds no more")
        told = replace(self, notifications=notifications, updated_at=now)
        if request.content_digest != self.content_digest:
            return replace(
                told,
                content_digest=request.content_digest,
                build_id=request.deployment_id,
                accepted_at=now,
                state=State.QUEUED,
                lease=None,
                site_ref=None,
                base_sha=None,
                failure=None,
                waiting=None,
                waiting_since=None,
            )
        if self.state in AFTER_PUBLICATION:
            # A lease that a killed worker left would only hold up who is still to be told.
            return replace(
                told, state=State.PUBLISHED, lease=None, waiting=None, waiting_since=None
            )
        if self.state is State.FAILED:
            return replace(told, state=told.resumed_state(), failure=None)
        return told

    def claimed(self, lease: Lease, now: datetime) -> Round:
        """A worker takes it on, also after a failure that was mended."""
        state = self.resumed_state()
        return replace(
            self,
            state=State.GENERATING if state is State.QUEUED else state,
            lease=lease,
            failure=None,
            waiting=None,
            updated_at=now,
        )

    def generated(
        self, site_ref: str, base_sha: str | None, report: GenerationReport, now: datetime
    ) -> Round:
        """The site is stored at `site_ref` and will be committed on top of `base_sha`."""
        return replace(
            self,
            state=State.GENERATED,
            site_ref=site_ref,
            base_sha=base_sha,
            generation=for_a_record(report),
            waiting_since=None,
            updated_at=now,
        )

    def published(self, publication: Publication, now: datetime) -> Round:
        return replace(
            self,
            state=State.PUBLISHED,
            publication=publication,
            pages=None,
            waiting_since=None,
            updated_at=now,
        )

    def pages_seen(self, state: PagesState, now: datetime) -> Round:
        return replace(self, pages=state, updated_at=now)

    def released(self, now: datetime) -> Round:
        """The worker has nothing left to do for it."""
        return replace(self, lease=None, waiting_since=None, updated_at=now)

    def waits(self, reason: str, until: datetime, now: datetime) -> Round:
        return replace(
            self,
            lease=None,
            waiting=Waiting(fitted(reason, LARGEST_REASON), until),
            waiting_since=self.waiting_since or now,
            updated_at=now,
        )

    def failed(self, failure: Failure, now: datetime) -> Round:
        """The round ends here. A site that could not be published is not tried again as it is."""
        return replace(
            self,
            state=State.FAILED,
            failure=replace(failure, reason=fitted(failure.reason, LARGEST_REASON)),
            site_ref=self.site_ref if failure.resumable or self._is_published else None,
            lease=None,
            waiting_since=None,
            updated_at=now,
        )

    def attempted(self, deployment_id: str, attempts: int, answer: str, now: datetime) -> Round:
        """The notification `deployment_id` was tried and will be tried again."""
        return self._noted(
            deployment_id, NotificationState.PENDING, attempts=attempts, answer=answer, now=now
        )

    def notified(self, deployment_id: str, attempts: int, answer: str, now: datetime) -> Round:
        return self._noted(
            deployment_id, NotificationState.DELIVERED, attempts=attempts, answer=answer, now=now
        )

    def notification_gave_up(
        self, deployment_id: str, attempts: int, reason: str, now: datetime
    ) -> Round:
        return self._noted(
            deployment_id, NotificationState.GAVE_UP, attempts=attempts, answer=reason, now=now
        )

    def delivery(self, notification: Notification) -> Delivery:
        """The first attempt to tell `notification`'s URL where this round was published."""
        if self.publication is None:
            raise ValueError("nothing was published yet")
        return Delivery(
            deployment_id=notification.deployment_id,
            email=self.email,
            task=self.task,
            round=self.round,
            target=notification.target,
            published_at=self.updated_at,
            payload=Payload(
                email=self.email,
                task=self.task,
                round=self.round,
                nonce=notification.nonce,
                repo_url=self.publication.repo_url,
                commit_sha=self.publication.commit_sha,
                pages_url=self.publication.pages_url,
            ),
        )

    @property
    def _is_published(self) -> bool:
        """True if the site of the latest content is the published one."""
        return self.publication is not None and self.publication.site_ref == self.site_ref

    def resumed_state(self) -> State:
        """The last checkpoint that was reached, where work goes on."""
        if self.state is not State.FAILED:
            return self.state
        if self._is_published:
            return _STATE_WHEN_TOLD[self.latest.state]
        return State.GENERATED if self.site_ref else State.QUEUED

    def _noted(
        self,
        deployment_id: str,
        state: NotificationState,
        *,
        attempts: int,
        answer: str,
        now: datetime,
    ) -> Round:
        """The record with a notification's outcome. A delivered one stays delivered, also if two
        attempts ran at once."""
        if self.has_told(deployment_id):
            return self
        answer = fitted(answer, LARGEST_ANSWER)
        notifications = tuple(
            replace(n, state=state, attempts=attempts, last_answer=answer, updated_at=now)
            if n.deployment_id == deployment_id
            else n
            for n in self.notifications
        )
        noted = replace(self, notifications=notifications, updated_at=now)
        if self.state in BEFORE_PUBLICATION or deployment_id != self.latest.deployment_id:
            return noted
        # Also if it FAILED: its notification was started, though no worker heard that it was.
        return replace(noted, state=_STATE_WHEN_TOLD[state], failure=None)


_STATE_WHEN_TOLD = {
    NotificationState.PENDING: State.PUBLISHED,
    NotificationState.DELIVERED: State.NOTIFIED,
    NotificationState.GAVE_UP: State.NOTIFY_FAILED,
}
"""The state of a published record, by its latest notification's."""


def _notification(request: DeploymentRequest, now: datetime) -> Notification:
    return Notification(
        deployment_id=request.deployment_id,
        nonce=request.nonce,
        evaluation_url=request.evaluation_url,
        request_digest=request.request_digest,
        accepted_at=now,
    )
