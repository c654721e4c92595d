"""Build one deployment: claim, generate, publish, start the notification.

Each step leaves a checkpoint in the record before the next begins, and is safe to run again:
whatever was killed is taken up by the next delivery of the message at its last checkpoint.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from deployer.domain.deployment import (
    BEFORE_PUBLICATION,
    Deployment,
    Failure,
    Publication,
    State,
)
from deployer.domain.errors import (
    HeadMovedError,
    ModelUnavailableError,
    NotRecordedError,
    Postponed,
    RateLimitedError,
    ReceivedTooOftenError,
    RecordChangedError,
    RejectedError,
    RepositoryConflictError,
    RepositoryGoneError,
)
from deployer.domain.generation_report import GenerationReport, StoredSite
from deployer.domain.key import Key
from deployer.domain.ports import (
    Clock,
    DeploymentQueue,
    DeploymentStore,
    GitRemote,
    Message,
    RequestStore,
    SiteStore,
    Telemetry,
    Workflow,
)
from deployer.domain.redaction import redact
from deployer.domain.request import DeploymentRequest
from deployer.domain.retry import redelivery_delay
from deployer.domain.site import Site
from deployer.domain.site_cache import SiteCache
from deployer.generation.types import Assignment
from deployer.services.claim import Claim
from deployer.services.invocation import Invocation, SecondsLeft
from deployer.services.publish import Publisher

MAX_DELAY_SECONDS = 900
"""SQS: DelaySeconds is at most 15 minutes; a longer wait takes several hops."""
PREDECESSOR_POLL = timedelta(seconds=10)

LONGEST_REASON = 500
TIME_TO_PUBLISH_SECONDS = 30
"""Without so much left, publishing is for the next run."""


@dataclass(frozen=True)
class BuildPorts:
    """What the worker's steps need from outside."""

    store: DeploymentStore
    requests: RequestStore
    sites: SiteStore
    queue: DeploymentQueue
    site_cache: SiteCache
    generate: Callable[[Assignment, SecondsLeft], StoredSite]
    publisher: Publisher
    git: GitRemote
    workflow: Workflow
    telemetry: Telemetry
    clock: Clock


def build(message: Message, ports: BuildPorts, invocation: Invocation) -> None:
    """Take the deployment as far as it goes.

    Returns normally when there is nothing left to do with the message: done, nothing to do,
    postponed (a delayed copy is queued), failed for good, or taken over by another worker.

    Raises:
        DeployerError, or what else went wrong: the message should be delivered again. After the
            last receive the record says FAILED.
    """
    run = _Run(message, ports, invocation)
    try:
        run.to_its_end()
    except Exception as exc:
        run.stop_early(exc)
        raise


class _Run:
    """The steps of one run."""

    def __init__(self, message: Message, ports: BuildPorts, invocation: Invocation) -> None:
        self.message = message
        self.ports = ports
        self.invocation = invocation
        self.claim = Claim(message, invocation.owner, ports.store, ports.clock)

    def to_its_end(self) -> None:
        try:
            self._claim_and_build()
        except Postponed as pause:
            self._postpone(pause)
        except RejectedError as exc:
            self._fail(Failure(str(exc), resumable=False))
        except RecordChangedError:
            self.ports.telemetry.fact("superseded")
        except NotRecordedError:
            # The door records within its timeout, or it never answered.
            if not self.invocation.last:
                raise
            self.ports.telemetry.fact("never_accepted")

    def _claim_and_build(self) -> None:
        if self.invocation.exhausted:
            self._refuse_what_has_failed()
        deployment = self.claim.take(self.invocation.lease_seconds)
        if deployment is None:
            self.ports.telemetry.fact("nothing_to_do")
            return
        if self.invocation.exhausted:
            raise ReceivedTooOftenError(
                "its last run was killed, or could not say why it failed: see the worker's log"
            )
        self.ports.telemetry.fact("claimed", state=deployment.state)
        if deployment.state is State.GENERATING:
            deployment = self._generate(deployment)
        if deployment.state is State.GENERATED:
            deployment = self._publish(deployment)
        for notification in deployment.pending:
            self.ports.workflow.start(deployment.delivery(notification))
            self.ports.telemetry.fact("notification_started")
        self.claim.give_back(lambda record: record.released(self.ports.clock()))

    def _refuse_what_has_failed(self) -> None:
        """Leave the reason that the record has, and the message to the dead letters."""
        record = self.ports.store.find(self.message.key)
        if record is not None and record.state is State.FAILED:
            raise ReceivedTooOftenError("it has failed already; the record says why")

    def _generate(self, deployment: Deployment) -> Deployment:
        with self._timed("generated"):
            base = self._base(deployment)
            ref = self.ports.site_cache.ref(deployment, base)
            stored = self.ports.sites.load(ref)
            if stored is None:
                stored = self._ask_model(deployment, base)
                self.ports.sites.save(ref, stored)
            report, base_sha = stored.report, base.commit_sha if base else None
            return self.claim.update(
                lambda record: record.generated(ref, base_sha, report, self.ports.clock())
            )

    def _ask_model(self, deployment: Deployment, base: Publication | None) -> StoredSite:
        request = self.ports.requests.load(deployment.deployment_id)
        earlier = self._earlier_requests(deployment.key)
        assignment = Assignment(
            task=deployment.task,
            round=deployment.round,
            brief=request.brief,
            checks=request.checks,
            attachments=request.attachments,
            current=self._current_site(base) if base else None,
            earlier_attachments=tuple(a.name for one in earlier for a in one.attachments),
            earlier_checks=tuple(check for one in earlier for check in one.checks),
            licence_holder=self.ports.publisher.host.owner,
            licence_year=deployment.accepted_at.year,
        )
        try:
            stored = self.ports.generate(assignment, self.invocation.seconds_left)
        except ModelUnavailableError as exc:
            if exc.retry_after is None:
                raise
            until = self.ports.clock() + timedelta(seconds=exc.retry_after)
            raise Postponed(str(exc), until) from exc
        self._tell(stored.report)
        return stored

    def _tell(self, report: GenerationReport) -> None:
        self.ports.telemetry.fact(
            "model_answered",
            model=report.model,
            calls=report.calls,
            input_tokens=report.usage.input_tokens,
            cached_tokens=report.usage.cached_tokens,
            output_tokens=report.usage.output_tokens,
            cost_usd=report.cost_usd,
            prompt_digest=report.prompt_digest[:12],
            unmet=len(report.unmet),
        )
        for note in report.notes:
            self.ports.telemetry.fact("generation_note", note=note)

    def _publish(self, deployment: Deployment) -> Deployment:
        if self.invocation.seconds_left() < TIME_TO_PUBLISH_SECONDS:
            raise Postponed("this run has no time left to publish", self.ports.clock())
        with self._timed("published"):
            try:
                publication = self._published(deployment)
            except HeadMovedError as moved:
                publication = self._published_on_theirs(deployment, moved)
            except RepositoryGoneError as gone:
                publication = self._published(self._begin_anew(deployment, gone))
            return self.claim.update(
                lambda record: record.published(publication, self.ports.clock())
            )

    def _published(self, deployment: Deployment) -> Publication:
        # Without a commit to be put on, it is the first one of a repository.
        base = self._base(deployment) if deployment.base_sha else None
        return self.ports.publisher.publish(deployment, self._stored_site(deployment).site, base)

    def _published_on_theirs(self, deployment: Deployment, moved: HeadMovedError) -> Publication:
        try:
            return self._published(self._rebase(deployment, moved))
        except HeadMovedError as again:
            raise RepositoryConflictError(
                f"somebody else is changing the repository: {again}"
            ) from again

    def _begin_anew(self, deployment: Deployment, gone: RepositoryGoneError) -> Deployment:
        """Make the repository again, with the stored site as its first commit; checkpointed."""
        stored = self._stored_site(deployment)
        report = replace(stored.report, notes=(*stored.report.notes, f"{gone}; it was made anew"))
        self.ports.telemetry.fact("begun_anew", reason=str(gone))
        ref = deployment.site_ref or ""
        return self.claim.update(
            lambda record: record.generated(ref, None, report, self.ports.clock())
        )

    def _rebase(self, deployment: Deployment, moved: HeadMovedError) -> Deployment:
        """Put our changes on the commit that is there now; checkpointed, so it happens once.

        Without a commit before ours, all of the site is put on it: a build that was killed after
        its push, and then replaced by another request, has left a commit that no record knows.
        """
        if moved.head is None:
            raise RepositoryConflictError(f"the repository is not as we left it: {moved}")
        stored = self._stored_site(deployment)
        theirs = self.ports.git.read(moved.repository, moved.head)
        before = self._site_before(deployment, moved.repository)
        ours = stored.site.changes_since(before) if before else stored.site
        ref = f"sites/{deployment.build_id}-on-{moved.head}.json"
        self.ports.sites.save(ref, replace(stored, site=theirs.with_files(ours)))
        self.ports.telemetry.fact("rebased", head=moved.head)
        return self.claim.update(
            lambda record: record.generated(ref, moved.head, stored.report, self.ports.clock())
        )

    def _postpone(self, pause: Postponed) -> None:
        """Queue a delayed copy of the message, so that waiting spends no receive."""
        until = pause.until
        if isinstance(pause, RateLimitedError):
            until = self.ports.publisher.turns.close(pause)
        now = self.ports.clock()
        delay = min(MAX_DELAY_SECONDS, max(1, math.ceil((until - now).total_seconds())))
        self.ports.queue.send(self.message, delay_seconds=delay)
        self.claim.give_back(lambda record: record.waits(pause.reason, until, now))
        self.ports.telemetry.fact("postponed", reason=pause.reason, delay_seconds=delay)

    def _fail(self, failure: Failure) -> None:
        if self.claim.give_back(lambda record: record.failed(failure, self.ports.clock())):
            self.ports.telemetry.fact("failed", reason=failure.reason)

    def stop_early(self, exc: Exception) -> None:
        """Leave the record so that the next delivery, or a person, can go on from it."""
        # Of an error that nobody foresaw, nobody knows what it holds.
        reason = redact(f"{type(exc).__name__}: {exc}")[:LONGEST_REASON]
        now = self.ports.clock()
        if self.invocation.last:
            self._fail(Failure(reason, resumable=True))
        else:
            again = now + timedelta(seconds=redelivery_delay(self.invocation.receives))
            self.claim.give_back(lambda record: record.waits(reason, again, now))

    def _base(self, deployment: Deployment) -> Publication | None:
        """What this build is put on: the round's earlier build, or the round before."""
        if deployment.publication or deployment.round == 1:
            return deployment.publication
        previous = self.ports.store.find(deployment.key.previous())
        if previous is None:
            raise RejectedError(f"round {deployment.round - 1} is gone")
        if previous.state is State.FAILED:
            raise RejectedError(
                f"round {previous.round} failed; send it again, then round {deployment.round}"
            )
        if previous.publication is None or previous.state in BEFORE_PUBLICATION:
            raise Postponed(
                f"round {previous.round} is still in work", self.ports.clock() + PREDECESSOR_POLL
            )
        return previous.publication

    def _current_site(self, base: Publication) -> Site:
        stored = self.ports.sites.load(base.site_ref)
        return stored.site if stored else self.ports.git.read(base.repository, base.commit_sha)

    def _site_before(self, deployment: Deployment, repository: str) -> Site | None:
        """What ours was built on, which another build may have replaced since."""
        if deployment.base_sha is None:
            return None
        base = self._base(deployment)
        if base and base.commit_sha == deployment.base_sha:
            return self._current_site(base)
        return self.ports.git.read(repository, deployment.base_sha)

    def _stored_site(self, deployment: Deployment) -> StoredSite:
        stored = self.ports.sites.load(deployment.site_ref) if deployment.site_ref else None
        if stored is None:
            raise RejectedError("the generated site has expired; send the round again")
        return stored

    def _earlier_requests(self, key: Key) -> list[DeploymentRequest]:
        """Those of the rounds before; one that has expired promises nothing more."""
        found: list[DeploymentRequest] = []
        for earlier in self.ports.store.rounds(key.email, key.task):
            if earlier.round < key.round:
                try:
                    found.append(self.ports.requests.load(earlier.deployment_id))
                except RejectedError:
                    self.ports.telemetry.fact("earlier_request_expired", earlier=earlier.round)
        return found

    @contextmanager
    def _timed(self, fact: str) -> Iterator[None]:
        begin = self.ports.clock()
        yield
        self.ports.telemetry.fact(fact, seconds=(self.ports.clock() - begin).total_seconds())
