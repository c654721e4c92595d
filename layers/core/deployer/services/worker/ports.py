"""The ports that the worker's steps share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deployer.domain.generation_report import StoredSite
from deployer.domain.ports import (
    AttachmentStore,
    Clock,
    DeploymentQueue,
    Fetch,
    RequestStore,
    Rounds,
    SiteStore,
    Telemetry,
    Workflow,
)
from deployer.domain.site_cache import SiteCache
from deployer.generation.assignment import Assignment
from deployer.services.github.repositories import Publisher
from deployer.services.worker.invocation import SecondsLeft


@dataclass(frozen=True)
class BuildPorts:
    """Stores, hosts, clock and telemetry for the worker's steps."""

    rounds: Rounds
    requests: RequestStore
    attachments: AttachmentStore
    fetch: Fetch
    sites: SiteStore
    queue: DeploymentQueue
    site_cache: SiteCache
    generate: Callable[[Assignment, SecondsLeft], StoredSite]
    publisher: Publisher
    workflow: Workflow
    telemetry: Telemetry
    clock: Clock

    @contextmanager
    def timed(self, fact: str) -> Iterator[None]:
        """Tell `fact` with the seconds that the block took, if it comes to its end."""
        begin = self.clock()
        yield
        self.telemetry.fact(fact, seconds=(self.clock() - begin).total_seconds())
