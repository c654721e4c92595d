"""Callers, the real functions and everything around them, on one virtual clock and one seed."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from random import Random
from typing import TypeVar
from unittest.mock import patch

import requests
import urllib3

from deployer import bootstrap
from deployer.connections import Connections
from deployer.observability import logger, metrics
from local.github.limits import LimitRules
from local.github.server import RunningGitHub
from tests.simulation.aws import Bucket, Queue, StateMachine, no_answer, throttled
from tests.simulation.callers import Callers
from tests.simulation.compute import Compute
from tests.simulation.faults import Faults, Kind
from tests.simulation.outside import (
    Evaluator,
    Model,
    SimulatedConnections,
    watched_wire,
)
from tests.simulation.scheduler import Killed, Scheduler
from tests.support.builders import START
from tests.support.fakes import (
    InMemoryRepositoryNames,
    InMemoryRounds,
    InMemoryUsageCounter,
    InMemoryWriteLedgers,
)

T = TypeVar("T")
# As in template.yaml; test_world.py sees to it.
VISIBILITY_TIMEOUT, MAX_RECEIVES = 1800, 8
ENVIRONMENT = {
    "TABLE_NAME": "table",
    "BUCKET_NAME": "bucket",
    "QUEUE_URL": "queue",
    "SECRET_NAME": "secret",
    "STATE_MACHINE_ARN": "machine",
    "MAX_RECEIVE_COUNT": "5",
    "LLM_PROVIDER": "openai",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "RETRY_DELAYS": "1,2,4,8,16,60,300,1800",
    "MAX_RETRY_ATTEMPTS": "8",
}
LONGEST_SECONDS = 3 * 24 * 3600


@dataclass(frozen=True)
class Conditions:
    """A world's settings, beside its faults."""

    workers: int = 3
    duplicate_rate: float = 0.0
    """The share of messages that come twice, the second time while the first is in work."""
    model_seconds: tuple[float, float] = (5, 40)
    pages_delay: float = 0.0
    github_limits: bool = False
    writes_per_minute: int = 3
    """Also without limits of GitHub's, the ledger keeps to it."""
    jitter: bool = False
    """True if calls take different times, so that processes meet in different ways."""


class Facts:
    """`Telemetry` that says what happens."""

    def __init__(self, world: World) -> None:
        self._world = world

    def fact(self, name: str, **details: str | float | None) -> None:
        self._world.say(f"fact {name} {details}")


class World:
    """See `a_world`."""

    def __init__(
        self, github: RunningGitHub, random: Random, faults: Faults, conditions: Conditions
    ) -> None:
        self.github = github
        self.random = random
        self.faults = faults
        self.conditions = conditions
        self.scheduler = Scheduler(START.timestamp(), github.double.clock.stop)
        self.records = InMemoryRounds()
        self.names = InMemoryRepositoryNames()
        self.ledgers = InMemoryWriteLedgers()
        self.usage = InMemoryUsageCounter()
        self.callers = Callers(self)
        self.compute = Compute(self)
        self.bucket = Bucket()
        self.queue = Queue(
            lambda: self.scheduler.now, self.compute.queue_changed, VISIBILITY_TIMEOUT, MAX_RECEIVES
        )
        self.state_machine = StateMachine(self.compute.begin_execution)
        self.tell: Callable[[str], None] | None = None
        self.telemetry = Facts(self)
        self.model = Model(self)
        self.evaluator = Evaluator(self)
        self.taken_names = 0
        """Repositories of somebody else that have a name of ours."""

    def run(self) -> None:
        """Go on until nothing is under way any more, or for much longer than that may take."""
        self.scheduler.run(until=self.scheduler.now + LONGEST_SECONDS)

    def slowest(self) -> float:
        """The longest time from a round's POST to its final state, in virtual seconds."""
        return max(
            (record.updated_at - record.accepted_at).total_seconds()
            for record in self.records.records.values()
        )

    def io(
        self,
        name: str,
        operation: Callable[[], T],
        error: Callable[[], Exception],
        *,
        kinds: tuple[Kind, ...],
    ) -> T:
        """Carry out `operation`, which takes some time, as the faults will have it."""
        process = self.scheduler.process
        if process is None:  # a look from outside
            return operation()
        kind = self.faults.reach(f"{process.name}: {name}", kinds)
        self.say(f"{process.name}: {name}" + (f"  *** {kind}" if kind else ""))
        self.scheduler.sleep(self._latency())
        if kind is Kind.KILLED_BEFORE:
            raise Killed
        if kind is Kind.REFUSED:
            raise throttled() if error is no_answer else error()
        result = operation()
        if kind is Kind.REPEATED:
            _let_go(result)
            result = operation()
        if kind is Kind.KILLED_AFTER:
            _let_go(result)
            raise Killed
        if kind is Kind.LOST:
            _let_go(result)
            raise error()
        self.scheduler.sleep(self._latency())
        return result

    def say(self, line: str) -> None:
        if self.tell:
            self.tell(f"{self.scheduler.now - START.timestamp():9.2f} s  {line}")

    def model_seconds(self) -> float:
        shortest, longest = self.conditions.model_seconds
        return self.random.uniform(shortest, longest)

    def _latency(self) -> float:
        return self.random.expovariate(50) if self.conditions.jitter else 0.01


def _let_go(answer: object) -> None:
    """Close the connection of an answer that nobody gets to read."""
    if isinstance(answer, requests.Response | urllib3.BaseHTTPResponse):
        answer.close()


@contextmanager
def a_world(
    github: RunningGitHub,
    *,
    seed: int = 0,
    faults: Faults | None = None,
    conditions: Conditions | None = None,
) -> Iterator[World]:
    """A world whose GitHub is `github`; its repositories are those of the world's own owner."""
    conditions = conditions or Conditions()
    random = Random(seed)
    world = World(github, random, faults or Faults(), conditions)
    github.double.pages_delay = conditions.pages_delay
    github.double.log.clear()
    limits = LimitRules(
        enabled=conditions.github_limits, writes_per_minute=conditions.writes_per_minute
    )
    github.double.limits.reset(limits)
    settings = ENVIRONMENT | {
        "GITHUB_USERNAME": github.owner,
        "GITHUB_API_URL": github.url,
        "GITHUB_WRITE_LIMITS": f"{conditions.writes_per_minute}/60,500/3600",
        "GIT_BASE_URL": github.git_url,
        "PAGES_BASE_URL": github.pages_url,
    }
    level = logger.log_level
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("ignore", message="No application metrics to publish")
        stack.enter_context(patch.dict(os.environ, settings))
        stack.enter_context(watched_wire(world))
        stack.callback(bootstrap.connect, Connections())
        stack.callback(logger.setLevel, level)
        stack.callback(metrics.clear_metrics)
        bootstrap.connect(SimulatedConnections(world))
        logger.setLevel("CRITICAL")
        yield world
