"""The real services and GitHub adapters against the local GitHub, on one virtual clock."""

from __future__ import annotations

import heapq
import itertools
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deployer.adapters.github.git import DulwichRemote
from deployer.adapters.github.host import GitHubHost, github_client
from deployer.domain.errors import DeployerError
from deployer.domain.ports import Clock, Message
from deployer.domain.round import Round
from deployer.domain.round_key import RoundKey
from deployer.domain.site_cache import CacheScope, SiteCache
from deployer.services.accept import accept
from deployer.services.github.repositories import Publisher
from deployer.services.github.write_turns import WriteTurns
from deployer.services.worker.invocation import Invocation, redelivery_delay
from deployer.services.worker.ports import BuildPorts
from deployer.services.worker.run import build
from local.github.server import RunningGitHub, serve
from tests.support.builders import START, a_request
from tests.support.fakes import (
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
)

MAX_RECEIVES = 5


Connect = Callable[[RunningGitHub, Clock], tuple[GitHubHost, DulwichRemote]]


def as_the_user(github: RunningGitHub, clock: Clock) -> tuple[GitHubHost, DulwichRemote]:
    """The adapters that act with the user's own token."""
    host = GitHubHost(
        lambda: github_client(github.token, github.url),
        owner=github.owner,
        pages_base_url=github.pages_url,
        clock=clock,
    )
    return host, DulwichRemote(github.git_url, lambda: github.token, clock)


class Line:
    """A queue, its redeliveries, and workers that take one message after the other."""

    def __init__(self, github: RunningGitHub, data: Path, connect: Connect = as_the_user) -> None:
        self.github = github
        self.data = data
        self.rounds = InMemoryRounds()
        self.requests = InMemoryRequests()
        self.queue = InMemoryQueue()
        self.generate = ScriptedGenerator()
        self.workflow = RecordingWorkflow()
        self._due: list[tuple[datetime, int, Message, int]] = []
        self._numbers = itertools.count()
        self.dead: list[Message] = []
        github.double.clock.stop(START.timestamp())
        self.host, git = connect(github, self.now)
        self.ports = BuildPorts(
            rounds=self.rounds,
            requests=self.requests,
            attachments=InMemoryAttachments(),
            fetch=ScriptedWeb(),
            sites=InMemorySites(),
            queue=self.queue,
            site_cache=SiteCache(CacheScope.TASK, "scripted/model", "digest", False),
            generate=self.generate,
            publisher=Publisher(
                self.host,
                git,
                InMemoryRepositoryNames(),
                WriteTurns(self.host.owner, InMemoryWriteLedgers(), self.now),
                self.now,
            ),
            workflow=self.workflow,
            telemetry=RecordingTelemetry(),
            clock=self.now,
        )

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.github.double.clock.now(), UTC)

    def post(self, **changes: Any) -> RoundKey:
        request = a_request(**changes)
        accept(
            request,
            rounds=self.rounds,
            requests=self.requests,
            queue=self.queue,
            telemetry=self.ports.telemetry,
            clock=self.now,
            charge=lambda *_: None,
        )
        self._take_what_was_queued(receives=1)
        return request.key

    def run(self) -> None:
        """Deliver every message when it is due, until none is left."""
        while self._due:
            due, _, message, receives = heapq.heappop(self._due)
            if due > self.now():
                self.github.double.clock.stop(due.timestamp())
            self._deliver(message, receives)

    def _deliver(self, message: Message, receives: int) -> None:
        invocation = Invocation(
            f"worker-{next(self._numbers)}", lambda: 300.0, receives, MAX_RECEIVES
        )
        try:
            build(message, self.ports, invocation)
        except DeployerError:
            if receives >= MAX_RECEIVES:
                self.dead.append(message)
            else:
                self._push(message, redelivery_delay(receives), receives + 1)
        # A delayed copy is a new message: it has been received never.
        self._take_what_was_queued(receives=1)

    def _take_what_was_queued(self, receives: int) -> None:
        for message, delay in self.queue.sent:
            self._push(message, delay, receives)
        self.queue.sent.clear()

    def _push(self, message: Message, delay: float, receives: int) -> None:
        due = datetime.fromtimestamp(self.now().timestamp() + delay, UTC)
        heapq.heappush(self._due, (due, next(self._numbers), message, receives))

    def record(self, key: RoundKey) -> Round:
        record = self.rounds.find(key)
        assert record is not None
        return record

    def repositories(self) -> list[str]:
        folder = self.data / "repositories"
        return sorted(str(path.relative_to(folder)) for path in folder.glob("*/*.git"))

    def commits(self, repository: str) -> list[str]:
        """The SHAs of the branch, newest first, as real git tells them."""
        folder = self.data / "repositories" / f"{repository}.git"
        listed = subprocess.run(
            ["git", "-C", str(folder), "log", "--format=%H", "main"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return listed.stdout.split()


@contextmanager
def a_line(data: Path, connect: Connect = as_the_user, **settings: Any) -> Iterator[Line]:
    """A line to a local GitHub with these settings."""
    with serve(data, **settings) as github:
        yield Line(github, data, connect)
