"""One burst from its first POST to the verdict."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.processes import RunningFile
from local.run import running
from local.stack import STACK
from local.stand_ins import STUDENT_SECRET, only_stand_ins
from operate.logs import FunctionLogs
from tests.burst import load, other_side, report
from tests.burst.kills import Killer, emulator_of
from tests.burst.records import FINAL, Records
from tests.burst.verdict import ACCEPTED, Outcome

if TYPE_CHECKING:
    from deployer.domain.round import Round
    from local.run import LocalCloud
    from operate.places import Home, Ports
    from operate.progress import Progress
    from tests.burst.kills import Kill, Orders
    from tests.burst.load import Posted

WORKER_SECONDS = 60
"""The worker's timeout. A killed run's message returns fifteen seconds after it; in AWS, with 300
seconds for a real model, that is five minutes."""
VISIBILITY_SECONDS = WORKER_SECONDS + 15
"""The queue's own, for a run that was killed before it could shorten it. AWS recommends six times
the timeout, because its poller also waits while Lambda throttles; the emulator does not."""
WORKERS = 4
NO_WRITE_LIMITS = "4000/1"
STALLED_SECONDS = 6 * VISIBILITY_SECONDS
"""Nothing that is alive stays silent for so long."""
REST_SECONDS = 2 * VISIBILITY_SECONDS
SPARED = 1.5
"""The age at which a process may be killed, in terms of what a first deployment took, with a cold
start of each function in it: machines differ."""
LOST_RUN = f"ESM: Lambda {STACK}-worker failed processing SQS batch"
"""The emulator's log line of a run that did not end by itself."""
POLL_SECONDS = 2.0
TELL_SECONDS = 10.0


@dataclass(frozen=True)
class Plan:
    """A burst as the command line asks for it."""

    deployments: int
    seconds: float
    callers: int
    orders: Orders
    github_limits: bool = False
    """True if GitHub's limits are in force, which make 300 repositories a matter of an hour."""


def burst(plan: Plan, ports: Ports, home: Home, say: Progress) -> int:
    """Run it on a local cloud of its own; the exit code.

    Raises:
        CommandError: the local cloud did not start, or stopped.
    """
    say("model and GitHub are stand-ins here, whatever .env says")
    parameters = {"WorkerTimeout": str(WORKER_SECONDS), "WorkerConcurrency": str(WORKERS)}
    if not plan.github_limits:
        parameters["GithubWriteLimits"] = NO_WRITE_LIMITS
        say("GitHub's write limits are lifted (GITHUB_LIMITS=1 keeps them)")
    with running(ports, home, say, only_stand_ins(ports, **parameters)) as local_cloud:
        return _Burst(plan, local_cloud, home, say).play()


class _Burst:
    def __init__(self, plan: Plan, local_cloud: LocalCloud, home: Home, say: Progress) -> None:
        self._plan = plan
        self._cloud = local_cloud
        self._home = home
        self._say = say
        self._records = Records(local_cloud.endpoints)
        self._kills: list[Kill] = []

    def play(self) -> int:
        self._records.shorten_visibility(VISIBILITY_SECONDS)
        if self._plan.github_limits:
            other_side.limit_writes(self._cloud.endpoints)
        first, *others = load.first_rounds(
            self._plan.deployments, self._plan.callers, self._cloud.endpoints, STUDENT_SECRET
        )
        posted, cold_seconds = self._post_and_follow([first], 0)
        self._say(
            f"{len(others)} POSTs of {self._plan.callers} callers within {self._plan.seconds:g} s, "
            f"and up to {self._plan.orders.most} kills; seed {self._plan.orders.seed}"
        )
        emulator = emulator_of(RunningFile(self._home.running))
        killer = Killer(emulator, self._plan.orders, age=SPARED * cold_seconds)
        self._kills = killer.kills
        killer.start()
        try:
            sent, seconds = self._post_and_follow(others, self._plan.seconds)
        finally:
            killer.stop()
        self._rest()
        return self._report([*posted, *sent], seconds)

    def _report(self, posted: list[Posted], seconds: float) -> int:
        log = self._home.logs / "functions.log"
        log.write_text("\n".join(FunctionLogs(self._cloud.endpoints).new_lines()) + "\n")
        outcome = Outcome(
            posted=posted,
            records=self._records.deployments(),
            other_side=other_side.read(self._cloud.endpoints, self._home.data / "github"),
            dead_letters=self._records.dead_letters(),
            dead_letter_ids=self._records.dead_letter_ids(),
            lost_runs=(self._home.logs / "cloud.log").read_text().count(LOST_RUN),
        )
        return report.report(outcome, self._kills, seconds, log)

    def _post_and_follow(
        self, bodies: list[dict[str, Any]], within: float
    ) -> tuple[list[Posted], float]:
        """The answers, and after how many seconds all were done."""
        began, stopped = time.monotonic(), threading.Event()
        api_url = self._cloud.endpoints["api_url"]
        with ThreadPoolExecutor(1) as poster:
            posting = poster.submit(load.post, api_url, bodies, within, stopped)
            try:
                self._follow(posting)
            finally:
                stopped.set()
            return posting.result(), time.monotonic() - began

    def _follow(self, posting: Future[list[Posted]]) -> None:
        """Until every accepted one is final, or nothing moves any more."""
        changed = told = time.monotonic()
        seen = -1
        while True:
            self._cloud.check()
            records = self._records.deployments()
            now, versions = time.monotonic(), sum(one.version for one in records.values())
            if versions != seen:
                seen, changed = versions, now
            if now - told >= TELL_SECONDS:
                told = now
                self._say(self._state_of(records))
            if posting.done() and _all_final(posting.result(), records):
                self._say(self._state_of(records))
                return
            if now - changed > STALLED_SECONDS:
                self._say(f"nothing has moved for {STALLED_SECONDS} s: {self._state_of(records)}")
                return
            time.sleep(POLL_SECONDS)

    def _state_of(self, records: dict[tuple[str, str], Round]) -> str:
        states = Counter(one.state.value for one in records.values())
        counted = ", ".join(f"{state} {count}" for state, count in sorted(states.items()))
        return f"{len(records)} recorded: {counted or 'none'}; {len(self._kills)} kills"

    def _rest(self) -> None:
        """Until messages that came back have found nothing to do, and nobody is told twice."""
        self._say("waiting until the queue is empty and no notification is under way")
        until = time.monotonic() + REST_SECONDS
        while not self._records.at_rest() and time.monotonic() < until:
            self._cloud.check()
            time.sleep(POLL_SECONDS)


def _all_final(posted: list[Posted], records: dict[tuple[str, str], Round]) -> bool:
    accepted = [(one.email, one.task) for one in posted if one.status == ACCEPTED]
    return all(key in records and records[key].state in FINAL for key in accepted)
