"""The main job, seen from outside: two rounds are posted, followed, and looked at."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import requests

from operate import browser
from operate.errors import CommandError
from operate.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.stand_ins import Cast
    from operate.progress import Progress

FINAL_STATES = ("NOTIFIED", "NOTIFY_FAILED", "FAILED")
POLL_SECONDS = 0.2
SECONDS_WITH_STAND_INS = 90
SECONDS_FOR_REAL = 15 * 60


class Running(Protocol):
    """A started system."""

    cast: Cast
    endpoints: dict[str, Any]

    def check(self) -> None:
        """
        Raises:
            CommandError: a part of it has stopped by itself.
        """


@dataclass(frozen=True)
class Finished:
    """A round that was notified."""

    round: int
    seconds: float
    entry: Mapping[str, Any]
    status_url: str
    """JSON for a program, a page for a browser."""


def told_of(generation: Mapping[str, Any]) -> list[str]:
    """The faults that a browser saw, repaired or not, and why it could tell nothing of checks."""
    unseen = Counter(
        verdict["evidence"]
        for verdict in generation["verdicts"]
        if verdict["verdict"] == "cannot tell" and verdict["check"].startswith("js:")
    )
    return [
        *(f"{fault}: repaired" for fault in generation["repaired"]),
        *(f"{fault}: not repaired" for fault in generation["unmet"]),
        *(f"cannot tell of {number} checks: {why}" for why, number in unseen.items()),
    ]


class Demo:
    """Plays the caller and the evaluator of the sample events."""

    def __init__(self, system: Running, say: Progress) -> None:
        self._cloud = system
        self._endpoints = system.endpoints
        self._say = say
        self._session = requests.Session()
        self._session.trust_env = False

    def play(self) -> None:
        """
        Raises:
            CommandError: a round ended differently.
        """
        started = self._say.seconds
        self._make_a_mistake()
        rounds = [self._play_round(1), self._play_round(2)]
        self._print_result(rounds, started)

    def _make_a_mistake(self) -> None:
        """Have the stand-in model write a page that only a run shows to be wrong, once."""
        if self._cloud.cast.real_model:
            return
        if browser.missing():
            self._say("no browser, so the demo cannot show how a mistake is found and repaired")
            return
        control = f"{self._endpoints['llm_url'].removesuffix('/v1')}/control"
        wanted = {"behaviour": "mistake", "times": 1}
        self._session.post(control, json=wanted, timeout=30).raise_for_status()

    def _play_round(self, number: int) -> Finished:
        event = json.loads((CHECKOUT / "events" / f"round{number}.json").read_text())
        request = json.loads(event["body"]) | {
            "secret": self._cloud.cast.secrets["STUDENT_SECRET"],
            "evaluation_url": f"{self._endpoints['evaluator_url']}/notify",
        }
        began = time.monotonic()
        answer = self._session.post(
            f"{self._endpoints['api_url']}/api/deploy", json=request, timeout=60
        )
        if answer.status_code != 200:
            raise CommandError(f"round {number} was answered {answer.status_code}: {answer.text}")
        accepted = answer.json()
        self._say(f"round {number}: accepted as {accepted['deployment_id']}")
        entry = self._follow(number, accepted["status_url"], began)
        if entry["state"] != "NOTIFIED":
            reason = entry.get("error") or entry.get("notification")
            raise CommandError(f"round {number} ended as {entry['state']}: {reason}")
        for line in told_of(entry["generation"]):
            self._say(f"round {number}: {line}")
        return Finished(number, time.monotonic() - began, entry, accepted["status_url"])

    def _follow(self, number: int, status_url: str, began: float) -> dict[str, Any]:
        real = self._cloud.cast.real_model or self._cloud.cast.real_github
        until = began + (SECONDS_FOR_REAL if real else SECONDS_WITH_STAND_INS)
        shown = ""
        while time.monotonic() < until:
            self._cloud.check()
            answer = self._session.get(status_url, timeout=30)
            if not answer.ok:
                raise CommandError(f"{status_url} was answered {answer.status_code}: {answer.text}")
            entry: dict[str, Any] = answer.json()[f"round{number}"]
            if entry["state"] != shown:
                shown = entry["state"]
                self._say(f"round {number}: {shown} after {time.monotonic() - began:.1f} s")
            if shown in FINAL_STATES:
                return entry
            time.sleep(POLL_SECONDS)
        raise CommandError(
            f"round {number} is still {shown} after {time.monotonic() - began:.0f} seconds: "
            f"`make logs` in another terminal shows what it does"
        )

    def _print_result(self, rounds: list[Finished], started: float) -> None:
        entry = rounds[-1].entry
        pages = self._session.get(entry["pages_url"], timeout=30)
        told = self._session.get(f"{self._endpoints['evaluator_url']}/notifications", timeout=30)
        print("\nThe evaluator was told:")
        for notification in told.json():
            print(f"  {json.dumps(notification['body'])}")
        print("\nWhere things are:")
        print(f"  app         {entry['pages_url']}  (answers {pages.status_code})")
        print(f"  repository  {entry['repo_url']}  (commit {entry['commit_sha'][:10]})")
        print(f"  its page    {rounds[-1].status_url}  (open it in a browser)")
        print(f"  API         {self._endpoints['api_url']}")
        print(f"  evaluator   {self._endpoints['evaluator_url']}")
        timings = ", ".join(f"round {done.round} {done.seconds:.1f} s" for done in rounds)
        print(f"\nstart {started:.1f} s, {timings}, total {self._say.seconds:.1f} s\n", flush=True)
        if not pages.ok:
            raise CommandError(f"the app at {entry['pages_url']} answers {pages.status_code}")
