"""The POSTs: first rounds of several callers, spread over some seconds."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from operate.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SENDERS = 4
TIMEOUT_SECONDS = 60
NO_ANSWER = 0
WARM_UP = "warm-up@example.com"


@dataclass(frozen=True)
class Posted:
    """One POST and its answer; `status` is NO_ANSWER when there was none."""

    email: str
    task: str
    nonce: str
    at: float
    """The time when it was sent, as `time.time` says it."""
    status: int
    seconds: float
    deployment_id: str


def first_rounds(
    deployments: int, callers: int, endpoints: Mapping[str, Any], secret: str
) -> list[dict[str, Any]]:
    """One to warm up, then the requests: every caller has the same tasks, as in a course."""
    event = json.loads((CHECKOUT / "events" / "round1.json").read_text())
    sample = json.loads(event["body"]) | {
        "secret": secret,
        "evaluation_url": f"{endpoints['evaluator_url']}/notify",
    }
    numbered = [
        sample
        | {
            "email": f"caller-{number % callers:02}@example.com",
            "task": f"app-{number // callers:03}",
            "nonce": f"nonce-{number:05}",
        }
        for number in range(deployments)
    ]
    return [sample | {"email": WARM_UP, "task": "warm-up", "nonce": "nonce-warm-up"}, *numbered]


def post(
    api_url: str, bodies: Sequence[Mapping[str, Any]], seconds: float, stopped: threading.Event
) -> list[Posted]:
    """Send each at its time, until `stopped`; a sender that is late goes on at once."""
    began = time.monotonic()
    sessions = threading.local()

    def send(number: int) -> Posted | None:
        wait = began + number * seconds / len(bodies) - time.monotonic()
        if stopped.wait(max(0.0, wait)):
            return None
        if not hasattr(sessions, "own"):
            sessions.own = requests.Session()
            sessions.own.trust_env = False
        return _post(sessions.own, f"{api_url}/api/deploy", bodies[number])

    with ThreadPoolExecutor(SENDERS) as senders:
        sent = list(senders.map(send, range(len(bodies))))
    return [one for one in sent if one is not None]


def _post(session: requests.Session, url: str, body: Mapping[str, Any]) -> Posted:
    at, begin, status, deployment_id = time.time(), time.monotonic(), NO_ANSWER, ""
    try:
        answer = session.post(url, json=body, timeout=TIMEOUT_SECONDS)
        status = answer.status_code
        deployment_id = answer.json().get("deployment_id", "")
    except (requests.RequestException, ValueError):
        pass  # the status says it
    seconds = time.monotonic() - begin
    return Posted(body["email"], body["task"], body["nonce"], at, status, seconds, deployment_id)
