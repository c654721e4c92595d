"""The services that functions reach: each call is a boundary where a fault may strike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import requests
import urllib3

from deployer import settings
from deployer.adapters.secrets import SecretValues
from deployer.connections import Connections
from deployer.domain.errors import ModelUnavailableError, UnavailableError
from deployer.domain.evaluation_url import EvaluationRules
from deployer.domain.language_model import Prompt, Reply, StopReason, Usage
from deployer.domain.notification import Answer, Channel
from local.model.answers import answer
from local.model.reading import read_request
from tests.simulation.aws import no_answer
from tests.simulation.faults import Kind

if TYPE_CHECKING:
    from tests.simulation.world import World

AWS = tuple(Kind)
OTHERS = tuple(kind for kind in Kind if kind is not Kind.REPEATED)
SECRETS = {"STUDENT_SECRET": "correct horse", "OPENAI_API_KEY": "any"}
EVALUATOR_TIMEOUT_SECONDS = 15


class Watched:
    """An object whose every method is a boundary; `error` makes what a lost answer raises."""

    def __init__(
        self,
        world: World,
        name: str,
        inner: Any,
        error: Callable[[], Exception],
        detail: Callable[..., str] = lambda *_, **__: "",
    ) -> None:
        self._world = world
        self._name = name
        self._inner = inner
        self._error = error
        self._detail = detail

    def __getattr__(self, method: str) -> Any:
        call = getattr(self._inner, method)

        def passed(*arguments: Any, **named: Any) -> Any:
            detail = self._detail(*arguments, **named)
            name = f"{self._name}.{method} {detail}".rstrip()
            return self._world.io(name, lambda: call(*arguments, **named), self._error, kinds=AWS)

        return passed


class SimulatedConnections(Connections):
    """The real adapters over simulated clients; tables, model and evaluator are ours."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._world.scheduler.now, UTC)

    def telemetry(self) -> Any:
        return self._world.telemetry

    def rounds(self, table_name: str) -> Any:
        return self._table("records", self._world.records)

    def repository_names(self, table_name: str) -> Any:
        return self._table("names", self._world.names)

    def write_ledgers(self, table_name: str) -> Any:
        return self._table("ledger", self._world.ledgers)

    def _table(self, name: str, inner: Any) -> Any:
        return Watched(self._world, name, inner, lambda: UnavailableError("DynamoDB"), _state)

    def client(self, service: str) -> Any:
        inner = {
            "s3": self._world.bucket,
            "sqs": self._world.queue,
            "stepfunctions": self._world.state_machine,
        }[service]
        return Watched(self._world, service, inner, no_answer, _folder)

    def secrets(self, secret_name: str) -> SecretValues:
        return SimulatedSecrets(SECRETS | {"GITHUB_TOKEN": self._world.github.token})

    def language_model(self, config: settings.WorkerSettings, provider: str, model: str) -> Any:
        return self._world.model

    def usage(self, table_name: str) -> Any:
        return self._table("usage", self._world.usage)

    def senders(self, rules: EvaluationRules) -> Any:
        return {Channel.EVALUATION: self._world.evaluator}


def _state(*arguments: Any, **_: Any) -> str:
    """The state that a record is written in."""
    return str(getattr(arguments[0], "state", "")) if arguments else ""


def _folder(*_: Any, **named: Any) -> str:
    return str(named.get("Key", "")).partition("/")[0]


class SimulatedSecrets(SecretValues):
    """The secret's values, without Secrets Manager."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__("simulated", conceal=lambda _: None)
        self._given = values

    def _values(self) -> dict[str, Any]:
        return dict(self._given)


class Model:
    """The stand-in model, which takes its time."""

    name = "stand-in/model"

    def __init__(self, world: World) -> None:
        self._world = world
        self.calls: Counter[str] = Counter()
        """By brief."""

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        request = read_request(prompt.user)
        assert request is not None
        seconds = self._world.model_seconds()

        def think() -> Reply:
            self._world.scheduler.sleep(min(seconds, timeout_seconds))
            if seconds > timeout_seconds:
                raise ModelUnavailableError("the model did not answer in time")
            self.calls[request.brief] += 1
            return Reply(answer(request), StopReason.COMPLETE, "model", Usage(100, 0, 100))

        return self._world.io(
            "model.complete", think, lambda: ModelUnavailableError("no answer"), kinds=OTHERS
        )


@dataclass
class Evaluator:
    """Keeps what it is told. A URL's query says what it answers first: `?fail=3&status=503`."""

    world: World
    received: list[tuple[str, bytes, int]] = field(default_factory=list)
    """URL, body, and the status that was answered."""
    _seen: Counter[str] = field(default_factory=Counter)

    def send(self, url: str, body: bytes) -> Answer:
        def take() -> Answer:
            status = self._status(url)
            self.received.append((url, body, status))
            return Answer(status, f"HTTP {status}")

        try:
            answered: Answer = self.world.io("evaluator.post", take, TimeoutError, kinds=OTHERS)
        except TimeoutError:
            self.world.scheduler.sleep(EVALUATOR_TIMEOUT_SECONDS)
            return Answer(None, "ReadTimeout")
        return answered

    def _status(self, url: str) -> int:
        asked = parse_qs(urlsplit(url).query)
        self._seen[url] += 1
        failing = self._seen[url] <= int(asked.get("fail", ["0"])[0])
        return int(asked.get("status", ["500"])[0]) if failing else 200


@contextmanager
def watched_wire(world: World) -> Iterator[None]:
    """Make every HTTP request of the GitHub adapters a boundary, in whatever library it is sent."""
    send, urlopen = requests.Session.send, urllib3.PoolManager.urlopen

    def watched_send(session: Any, request: Any, **options: Any) -> Any:
        name = _request_name(request.method, request.url)
        return world.io(
            name, lambda: send(session, request, **options), requests.ConnectionError, kinds=OTHERS
        )

    def watched_urlopen(pool: Any, method: str, url: str, **options: Any) -> Any:
        return world.io(
            _request_name(method, url),
            lambda: urlopen(pool, method, url, **options),
            lambda: urllib3.exceptions.ProtocolError("no answer"),
            kinds=OTHERS,
        )

    with (
        patch.object(requests.Session, "send", watched_send),
        patch.object(urllib3.PoolManager, "urlopen", watched_urlopen),
    ):
        yield


def _request_name(method: str, url: str) -> str:
    path = urlsplit(url).path
    general = re.sub(r"^/(repos|git|pages)/[^/]+/[^/]+", r"/\1/*", path)
    return f"GitHub {method} {re.sub(r'/[0-9]+', '/*', general)}"
