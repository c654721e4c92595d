"""The callers: each sends its request until it is answered, or gives up."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deployer.domain.round import Round
from deployer.domain.round_key import RoundKey
from tests.conftest import load_event
from tests.simulation.outside import OTHERS
from tests.simulation.scheduler import Process
from tests.simulation.state_machine import TaskFailedError

if TYPE_CHECKING:
    from tests.simulation.world import World

_API_EVENT = load_event("round1")
PATIENCE = (1, 2, 4, 8, 16, 30, 60)
"""Seconds before a caller who got no answer sends the same request again."""


@dataclass
class Request:
    """One request of a caller, and the first answer to it, if there was one."""

    body: dict[str, Any]
    status: int | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    tries: int = 1
    """The number of times that its caller sends it, if there is no answer."""
    given_up: bool = False
    """True if its caller got no answer and sends it no more."""
    held_back: bool = False
    """True if it was never sent, as the one before it had no answer."""

    @property
    def accepted(self) -> bool:
        return self.status == 200

    @property
    def key(self) -> RoundKey:
        return RoundKey(self.body["email"], self.body["task"], self.body["round"])


class Callers:
    """All that send something to this world, and what they have sent."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.requests: list[Request] = []

    def post(
        self,
        body: dict[str, Any],
        after: float = 0.0,
        behind: Request | None = None,
        tries: int = len(PATIENCE),
    ) -> Request:
        """A caller sends `body` until it is answered with something but a 5xx, or gives up.

        It is sent `after` so many seconds, and not before the request `behind` was answered.
        """
        request = Request(body, tries=tries)
        self.requests.append(request)

        def persist() -> None:
            self._world.scheduler.sleep(after)
            if behind is None or self._answered(behind):
                self._send(request)
            else:
                request.given_up = request.held_back = True

        self._world.scheduler.spawn(Process("caller"), persist)
        return request

    def post_again(self, record: Round) -> Request:
        """The caller sends a round again, with a new nonce."""
        last = [one.body for one in self.requests if one.key == record.key][-1]
        return self.post(last | {"nonce": f"{last['nonce']}-again"})

    def _answered(self, request: Request) -> bool:
        """Wait until it was answered, or is sent no more."""
        while request.status is None:
            if request.given_up:
                return False
            self._world.scheduler.sleep(1)
        return True

    def _send(self, request: Request) -> None:
        for patience in PATIENCE[: request.tries]:
            if self._sent(request):
                return
            self._world.scheduler.sleep(patience)
        request.given_up = True

    def _sent(self, request: Request) -> bool:
        event = _API_EVENT | {"body": json.dumps(request.body)}

        def through_the_gateway() -> dict[str, Any]:
            return self._world.compute.invoke("validator", event)

        try:
            response: dict[str, Any] = self._world.io(
                "POST /api/deploy", through_the_gateway, TimeoutError, kinds=OTHERS[2:]
            )
        except (TimeoutError, TaskFailedError) as failed:
            self._world.say(f"no answer: {failed}")
            return False
        if response["statusCode"] >= 500:
            return False
        request.status = response["statusCode"]
        request.answer = json.loads(response["body"])
        return True
