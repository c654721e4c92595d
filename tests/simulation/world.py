"""Callers, the real functions and everything around them, on one virtual clock and one seed."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

from botocore.exceptions import ClientError, EndpointConnectionError

from deployer import bootstrap
from deployer.connections import Connections
from deployer.domain.deployment import Deployment
from deployer.domain.key import Key
from deployer.observability import logger, metrics
from local.github.server import RunningGitHub
from tests.builders import START
from tests.conftest import load_event
from tests.fakes import (
    InMemoryDeployments,
    InMemoryRepositoryNames,
    InMemoryUsageCounter,
    InMemoryWriteLedgers,
)
from tests.simulation.aws import Bucket, Queue, QueuedMessage, StateMachine, no_answer, throttled
from tests.simulation.faults import Faults, Kind
from tests.simulation.functions import Context, Environments
from tests.simulation.outside import (
    OTHERS,
    Evaluator,
    Model,
    SimulatedConnections,
    watched_wire,
)
from tests.simulation.scheduler import Killed, Process, Scheduler
from tests.simulation.state_machine import Execution, TaskFailedError

T = TypeVar("T")
DEFINITION = json.loads(
    (Path(__file__).parents[2] / "functions/notifier/notify.asl.json").read_text()
)
# As in template.yaml, which tests/template holds to them.
TIMEOUTS = {"validator": 15, "worker": 300, "notifier": 45, "pages_checker": 50, "status": 15}
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
_environments = Environments()
_SQS_RECORD: dict[str, Any] = load_event("sqs_one_good_one_bad")["Records"][0]
_API_EVENT = load_event("round1")
MOST_DUPLICATES = 5
LONGEST_SECONDS = 3 * 24 * 3600
CALLER_PATIENCE = (1, 2, 4, 8, 16, 30, 60)
"""Seconds before a caller who got no answer sends the same request again."""


@dataclass(frozen=True)
class Conditions:
    """What a world is like, beside its faults."""

    workers: int = 3
    duplicate_rate: float = 0.0
    """How often a message is delivered twice, the second time while the first is in work."""
    model_seconds: tuple[float, float] = (5, 40)
    pages_delay: float = 0.0
    jitter: bool = False
    """Whether calls take different times, so that processes meet in different ways."""


@dataclass
class Request:
    """One request of a caller, and the first answer to it, if there was one."""

    body: dict[str, Any]
    status: int | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    tries: int = 1
    """How often its caller sends it, if there is no answer."""
    given_up: bool = False
    """Whether its caller got no answer and sends it no more."""
    held_back: bool = False
    """Whether it was never sent, as the one before it had no answer."""

    @property
    def accepted(self) -> bool:
        return self.status == 200


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
        self.records = InMemoryDeployments()
        self.names = InMemoryRepositoryNames()
        self.ledgers = InMemoryWriteLedgers()
        self.usage = InMemoryUsageCounter()
        self.bucket = Bucket()
        self.queue = Queue(
            lambda: self.scheduler.now, self._queue_changed, VISIBILITY_TIMEOUT, MAX_RECEIVES
        )
        self.state_machine = StateMachine(self._begin_execution)
        self.executions: dict[str, Execution] = {}
        self.tell: Callable[[str], None] | None = None
        self.telemetry = Facts(self)
        self.model = Model(self)
        self.evaluator = Evaluator(self)
        self.requests: list[Request] = []
        self.taken_names = 0
        """Repositories of somebody else that have a name of ours."""
        self._working = 0
        self._duplicates_left = MOST_DUPLICATES

    def run(self) -> None:
        """Go on until nothing is under way any more, or for much longer than that may take."""
        self.scheduler.run(until=self.scheduler.now + LONGEST_SECONDS)

    # What callers do

    def post(
        self,
        body: dict[str, Any],
        after: float = 0.0,
        behind: Request | None = None,
        tries: int = len(CALLER_PATIENCE),
    ) -> Request:
        """A caller sends `body` until it is answered with something but a 5xx, or gives up.

        It is sent `after` so many seconds, and not before the request `behind` was answered.
        """
        request = Request(body, tries=tries)
        self.requests.append(request)

        def persist() -> None:
            self.scheduler.sleep(after)
            while behind is not None and behind.status is None:
                if behind.given_up:
                    request.given_up = request.held_back = True
                    return
                self.scheduler.sleep(1)
            for patience in CALLER_PATIENCE[:tries]:
                if self._sent(request):
                    return
                self.scheduler.sleep(patience)
            request.given_up = True

        self.scheduler.spawn(Process("caller"), persist)
        return request

    def post_again(self, record: Deployment) -> Request:
        """The caller sends a round again, with a new nonce."""
        sent = [one.body for one in self.requests if _key_of(one.body) == record.key]
        return self.post(sent[-1] | {"nonce": f"{sent[-1]['nonce']}-again"})

    def slowest(self) -> float:
        """The longest time from a round's POST to its final state, in virtual seconds."""
        return max(
            (record.updated_at - record.accepted_at).total_seconds()
            for record in self.records.records.values()
        )

    def _sent(self, request: Request) -> bool:
        event = _API_EVENT | {"body": json.dumps(request.body)}

        def through_the_gateway() -> dict[str, Any]:
            return self._invoke("validator", event)

        try:
            response: dict[str, Any] = self.io(
                "POST /api/deploy", through_the_gateway, TimeoutError, kinds=OTHERS[2:]
            )
        except (TimeoutError, TaskFailedError) as failed:
            self.say(f"no answer: {failed}")
            return False
        if response["statusCode"] >= 500:
            return False
        request.status = response["statusCode"]
        request.answer = json.loads(response["body"])
        return True

    # What AWS does

    def _queue_changed(self, due: float) -> None:
        self.scheduler.at(due, self._poll)

    def _poll(self) -> None:
        while self._working < self.conditions.workers:
            message = self.queue.receive()
            if message is None:
                return
            self._deliver(message)
            if self._duplicates_left and self.random.random() < self.conditions.duplicate_rate:
                self._duplicates_left -= 1
                self._deliver_again(replace(message, receives=message.receives + 1))

    def _deliver(self, message: QueuedMessage) -> None:
        self._working += 1
        self.scheduler.spawn(Process("poller"), lambda: self._work(message))

    def _deliver_again(self, copy: QueuedMessage) -> None:
        """A queue delivers at least once: also while the first delivery is in work."""
        later = self.scheduler.now + self.random.uniform(0, 30)
        self.scheduler.at(later, lambda: self._deliver(copy))

    def _work(self, message: QueuedMessage) -> None:
        try:
            answer = self._invoke("worker", {"Records": [_sqs_record(message)]})
            if not answer["batchItemFailures"]:
                self.io(
                    "poller: delete",
                    lambda: self.queue.delete(message.id),
                    no_answer,
                    kinds=(Kind.LOST, Kind.REFUSED),
                )
        except (TaskFailedError, ClientError, EndpointConnectionError):
            return
        finally:
            self._working -= 1
            self.scheduler.at(self.scheduler.now, self._poll)

    def _begin_execution(self, name: str, text: str) -> None:
        def invoke(function: str, payload: dict[str, Any]) -> dict[str, Any]:
            named = {"PagesChecker": "pages_checker", "Notifier": "notifier"}
            return self._invoke(named[function[2:].removesuffix("FunctionArn}")], payload)

        execution = Execution(DEFINITION, json.loads(text), invoke, self.scheduler.sleep)
        self.executions[name] = execution
        self.scheduler.spawn(Process("execution"), execution.run)

    def _invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """Run a handler in a process of its own, as long as its timeout allows.

        Raises:
            TaskFailedError: it raised, was killed or ran out of time.
        """
        process = Process(function, self.scheduler.now + TIMEOUTS[function])
        module = _environments.take(function)
        context = Context(lambda: process.deadline - self.scheduler.now)
        answer = self._outcome(process, lambda: module.handler(event, context))
        _environments.give_back(function, module)
        return answer

    def _outcome(self, process: Process, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        outcomes: list[dict[str, Any] | BaseException] = []
        wake = self.scheduler.waker()

        def run() -> None:
            try:
                outcomes.append(work())
            except Killed as killed:
                outcomes.append(killed)
            except Exception as failed:  # noqa: BLE001 - whatever a handler raises is its end
                outcomes.append(failed)
            wake()

        self.scheduler.spawn(process, run)
        self.scheduler.wait()
        outcome = outcomes[0]
        if isinstance(outcome, BaseException):
            raise TaskFailedError(f"{process.name}: {outcome!r}") from outcome
        return outcome

    # What a boundary does

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
            result = operation()
        if kind is Kind.KILLED_AFTER:
            raise Killed
        if kind is Kind.LOST:
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


def _key_of(body: dict[str, Any]) -> Key:
    return Key(body["email"], body["task"], body["round"])


def _sqs_record(message: QueuedMessage) -> dict[str, Any]:
    return {
        **_SQS_RECORD,
        "messageId": message.id,
        "receiptHandle": message.id,
        "body": message.body,
        "attributes": {
            **_SQS_RECORD["attributes"],
            "ApproximateReceiveCount": str(message.receives),
        },
    }


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
    settings = ENVIRONMENT | {
        "GITHUB_USERNAME": github.owner,
        "GITHUB_API_URL": github.url,
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
