"""Two callers at once, one with many deployments and one with few."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from deployer.domain.round import State
from local.github.server import RunningGitHub
from tests.simulation.world import Conditions, World, a_world
from tests.support.builders import START, a_body

FEW = 10
WORKERS = 40
"""With a fast model they would write more than GitHub lets them: the ledger decides who does."""
_runs = itertools.count(1)


@dataclass(frozen=True)
class Fairness:
    """Virtual minutes from the first POST until the last of each caller was told."""

    many: int
    few: int
    many_done_minutes: float
    few_done_minutes: float
    many_before_the_last_of_few: int
    """The number of the other caller's that were told before the last of the few."""
    refused: int
    """Requests that GitHub refused for a limit."""


def two_callers(github: RunningGitHub, many: int) -> Fairness:
    """The many are sent within 30 s, the few in their midst, under GitHub's own limits."""
    conditions = Conditions(
        workers=WORKERS, model_seconds=(1, 3), github_limits=True, writes_per_minute=80
    )
    with a_world(github, conditions=conditions) as world:
        run = next(_runs)
        for number in range(many + FEW):
            caller = "many" if number < many else "few"
            body = a_body(
                email=f"{caller}@example.com", task=f"fair-{run}-{number}", nonce=f"nonce-{number}"
            )
            world.callers.post(body, after=30 * number / many if caller == "many" else 15)
        world.run()
        done = {caller: _minutes(world, caller) for caller in ("many", "few")}
        return Fairness(
            many=many,
            few=FEW,
            many_done_minutes=round(max(done["many"]), 1),
            few_done_minutes=round(max(done["few"]), 1),
            many_before_the_last_of_few=sum(one <= max(done["few"]) for one in done["many"]),
            refused=sum(entry.status in (403, 429) for entry in world.github.requests()),
        )


def _minutes(world: World, caller: str) -> list[float]:
    records = [r for r in world.records.records.values() if r.email.startswith(caller)]
    assert {record.state for record in records} == {State.NOTIFIED}
    return [(record.updated_at - START).total_seconds() / 60 for record in records]
