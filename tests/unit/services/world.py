"""A worker and everything around it, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployer.domain.ports import Commit, Message
from deployer.domain.request import DeploymentRequest
from deployer.domain.round import Round
from deployer.domain.round_key import RoundKey
from deployer.domain.site_cache import CacheScope, SiteCache
from deployer.services.accept import accept
from deployer.services.github.repositories import Publisher
from deployer.services.github.write_turns import WriteTurns
from deployer.services.worker.invocation import Invocation
from deployer.services.worker.ports import BuildPorts
from deployer.services.worker.run import build
from tests.support.builders import SettableClock
from tests.support.fakes import (
    FakeGitHub,
    InMemoryAttachments,
    InMemoryQueue,
    InMemoryRepositoryNames,
    InMemoryRequests,
    InMemoryRounds,
    InMemorySites,
    InMemoryWriteLedgers,
    RecordingTelemetry,
    RecordingWorkflow,
    ScriptedGenerator,
    ScriptedWeb,
    without_quota,
)

REPOSITORY = "octocat/sum-of-sales"
MAX_RECEIVES = 5


@dataclass
class World:
    """A worker and everything around it."""

    rounds: InMemoryRounds = field(default_factory=InMemoryRounds)
    requests: InMemoryRequests = field(default_factory=InMemoryRequests)
    attachments: InMemoryAttachments = field(default_factory=InMemoryAttachments)
    web: ScriptedWeb = field(default_factory=ScriptedWeb)
    sites: InMemorySites = field(default_factory=InMemorySites)
    queue: InMemoryQueue = field(default_factory=InMemoryQueue)
    generate: ScriptedGenerator = field(default_factory=ScriptedGenerator)
    github: FakeGitHub = field(default_factory=FakeGitHub)
    names: InMemoryRepositoryNames = field(default_factory=InMemoryRepositoryNames)
    ledgers: InMemoryWriteLedgers = field(default_factory=InMemoryWriteLedgers)
    workflow: RecordingWorkflow = field(default_factory=RecordingWorkflow)
    telemetry: RecordingTelemetry = field(default_factory=RecordingTelemetry)
    clock: SettableClock = field(default_factory=SettableClock)
    cache_scope: CacheScope = CacheScope.TASK

    def accept(self, request: DeploymentRequest) -> Message:
        accept(
            request,
            rounds=self.rounds,
            requests=self.requests,
            queue=self.queue,
            charge=without_quota,
            telemetry=self.telemetry,
            clock=self.clock,
        )
        return self.queue.sent.pop()[0]

    def work(
        self,
        message: Message,
        *,
        owner: str = "worker-1",
        receives: int = 1,
        seconds_left: float = 300,
    ) -> None:
        ports = BuildPorts(
            rounds=self.rounds,
            requests=self.requests,
            attachments=self.attachments,
            fetch=self.web,
            sites=self.sites,
            queue=self.queue,
            site_cache=SiteCache(self.cache_scope, "scripted/model", "digest", False),
            generate=self.generate,
            publisher=Publisher(
                self.github,
                self.github,
                self.names,
                WriteTurns("octocat", self.ledgers, self.clock),
                self.clock,
            ),
            workflow=self.workflow,
            telemetry=self.telemetry,
            clock=self.clock,
        )
        build(message, ports, Invocation(owner, lambda: seconds_left, receives, MAX_RECEIVES))

    def record(self, round_number: int = 1) -> Round:
        record = self.rounds.find(RoundKey("student@example.com", "sum-of-sales", round_number))
        assert record is not None
        return record

    def commits(self, repository: str = REPOSITORY) -> list[Commit]:
        return [commit for _, commit in self.github.branches[repository]]


def failing(error: BaseException):  # type: ignore[no-untyped-def]
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail
