"""Sends fuzzed requests, judges the answers and counts. The same seed gives the same requests."""

from __future__ import annotations

import hashlib
import math
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlsplit

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.fuzz.request import Expected, Request
from tests.support.description import Description, errors
from tests.support.gateway import STAGE, Answer

CHUNK = 200
"""Requests that are drawn in one go: hypothesis slows down and repeats itself in longer ones."""
ERROR = {"$ref": "#/components/schemas/Error"}


@dataclass
class Report:
    """Numbers of requests and answers, and the answers that must not have come."""

    sent: int = 0
    by_status: Counter[int] = field(default_factory=Counter)
    by_expectation: Counter[str] = field(default_factory=Counter)
    exceptions: list[str] = field(default_factory=list)
    server_errors: list[str] = field(default_factory=list)
    mismatches: list[str] = field(default_factory=list)
    digest: str = ""
    """Of all requests, in order: the same seed gives the same."""

    @property
    def findings(self) -> list[str]:
        return [*self.exceptions, *self.server_errors, *self.mismatches]


class Campaign:
    """`send` brings a request to the service; what it raises is the service's failure.

    `without_route`: what may be answered where the description has no method and path; a 404 is
    an error of the contract. `follow`: also ask for the status of what was accepted.
    """

    def __init__(
        self,
        send: Callable[[Request], Answer],
        description: Description,
        *,
        without_route: frozenset[int] = frozenset({404}),
        follow: bool = True,
    ) -> None:
        self._send = send
        self._without_route = without_route
        self._follow = follow
        self._description = description
        self._hash = hashlib.sha256()
        self.report = Report()

    def send(self, requests: Iterable[Request]) -> None:
        for request in requests:
            self._try(request)

    def run(self, strategies: list[SearchStrategy[Request]], requests: int, start: int) -> Report:
        """Send until there were that many, from each strategy in turn, with seeds from `start`."""
        chunk = min(CHUNK, math.ceil(requests / len(strategies)))
        for number, strategy in enumerate(cycle(strategies)):
            missing = requests - self.report.sent
            if missing <= 0:
                break
            self.send(drawn(strategy, min(chunk, missing), start + number))
        self.report.digest = self._hash.hexdigest()
        return self.report

    def _try(self, request: Request) -> None:
        self._hash.update(repr(request).encode("utf-8", "surrogatepass"))
        self.report.sent += 1
        self.report.by_expectation[request.expected.name] += 1
        try:
            answer = self._send(request)
        except Exception:  # noqa: BLE001 - whatever comes out is what is looked for
            self.report.exceptions.append(f"{request}\n{traceback.format_exc(limit=-4)}")
            return
        self.report.by_status[answer.status] += 1
        if answer.status >= 500:
            self.report.server_errors.append(f"{request}\n{answer}")
        self.report.mismatches += [f"{request}\n{wrong}" for wrong in self._wrong(request, answer)]

    def _wrong(self, request: Request, answer: Answer) -> Iterator[str]:
        operation = self._description.operation_of(request.method, request.path)
        if operation:
            mismatches = self._description.mismatches(request.method, operation, answer)
            yield from mismatches
            accepted = answer.status == 200 and request.method == "POST"
            if self._follow and accepted and not mismatches:
                yield from self._lost(answer)
        elif answer.status not in self._without_route or (
            answer.status == 404 and errors(ERROR, answer.json())
        ):
            yield f"there is nothing at this path, and it answers {answer}"
        if request.expected is Expected.REFUSAL and not 400 <= answer.status < 500:
            yield f"it is invalid by the description, and the answer is {answer}"
        if request.expected is Expected.ACCEPTANCE and answer.status not in _accepting(request):
            yield f"it is valid by the description, and the answer is {answer}"

    def _lost(self, accepted: Answer) -> Iterator[str]:
        path = urlsplit(accepted.json()["status_url"]).path.removeprefix(f"/{STAGE}")
        told = self._send(Request("GET", path))
        if told.status != 200:
            yield f"it was accepted, and its status at {path} is {told}"


def _accepting(request: Request) -> set[int]:
    return {200} if b'"round": 1,' in request.body or b'"round": 1}' in request.body else {200, 409}


def drawn(strategy: SearchStrategy[Request], count: int, number: int) -> list[Request]:
    """At most `count` requests; the same for the same number."""
    found: list[Request] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(request: Request) -> None:
        found.append(request)

    draw()
    return found
