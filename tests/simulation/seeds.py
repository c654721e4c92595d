"""One seed, one story: callers, re-sends, strangers, slow evaluators, and faults anywhere."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from deployer.adapters.github.git import DulwichRemote
from deployer.domain.ports import Commit
from local.github.repositories import Repository
from local.github.server import RunningGitHub
from tests.simulation.faults import random_faults
from tests.simulation.invariants import Violation, branch, unfinished, violations
from tests.simulation.matrix import heal
from tests.simulation.world import Conditions, World, a_world
from tests.support.builders import START, a_body

_runs = itertools.count(1)
FAULT_RATE, MOST_FAULTS = 0.02, 8
BRIEFS = ("Show a table.", "Show a chart.", "Show the regions.")


@dataclass(frozen=True)
class Story:
    """The end of a seed's run."""

    seed: int
    violations: tuple[Violation, ...]
    requests: int
    boundaries: int
    faults: int
    kills: int


def told(github: RunningGitHub, seed: int, tell: Callable[[str], None] | None = None) -> Story:
    """Play the story of `seed`, heal what it left, and look at everything.

    `tell` gets a line for every boundary, fault and fact.
    """
    random = Random(seed)
    faults = random_faults(random, FAULT_RATE, MOST_FAULTS)
    conditions = Conditions(
        workers=random.randint(1, 4),
        duplicate_rate=random.choice((0.0, 0.1, 0.5)),
        model_seconds=random.choice(((1, 10), (5, 90), (60, 200))),
        pages_delay=random.choice((0, 0, 20, 300)),
        jitter=True,
        github_limits=random.random() < 0.5,
    )
    with a_world(github, seed=seed, faults=faults, conditions=conditions) as world:
        world.tell = tell
        run = next(_runs)
        for number in range(random.choice((1, 1, 2))):
            _task(world, random, f"{run}-{number}")
        world.run()
        found = violations(world)
        heal(world)
        found += [*violations(world), *unfinished(world)]
        return Story(
            seed=seed,
            violations=tuple(found),
            requests=len(world.callers.requests),
            boundaries=len(world.faults.passed),
            faults=len(world.faults.struck),
            kills=world.faults.kills(),
        )


def _task(world: World, random: Random, name: str) -> None:
    """One caller's task: rounds one after the other or close together, some of them sent again."""
    task = f"seed-{name}"
    if random.random() < 0.15:
        stranger_has_the_name(world, task)
    first = a_body(
        email=f"student-{random.randint(1, 2)}@example.com",
        task=task,
        nonce=f"{name}-1",
        evaluation_url=_evaluation_url(random, name),
    )
    world.callers.post(first, after=random.uniform(0, 30), tries=random.choice((1, 7, 7, 7)))
    if random.random() < 0.3:
        world.callers.post(first, after=random.uniform(0, 400))
    if random.random() < 0.25:
        again = first | {"nonce": f"{name}-1b", "brief": random.choice((first["brief"], BRIEFS[0]))}
        world.callers.post(again, after=random.uniform(0, 900))
    for number in range(2, random.randint(1, 3) + 1):
        later = first | {
            "round": number,
            "nonce": f"{name}-{number}",
            "brief": BRIEFS[number - 1],
        }
        _later_round(world, random, later)
    if random.random() < 0.15:
        _at(world, random.uniform(100, 900), lambda: _stranger_commits(world, task))


def _later_round(world: World, random: Random, body: dict[str, Any]) -> None:
    """It is sent when the round before was accepted, which the caller knows from its answer."""
    before = world.callers.requests[-1]
    world.callers.post(body, after=random.uniform(0, 300), behind=before)
    if random.random() < 0.2:
        twice = body | {"nonce": body["nonce"] + "b", "brief": body["brief"] + " And more."}
        world.callers.post(twice, after=random.uniform(0, 300), behind=before)


def _evaluation_url(random: Random, name: str) -> str:
    url = f"https://evaluator.example.com/{name}"
    if random.random() < 0.7:
        return url
    status = random.choice((500, 429, 404, 302, 410))
    return f"{url}?fail={random.randint(1, 6)}&status={status}"


def _at(world: World, seconds: float, action: Callable[[], None]) -> None:
    world.scheduler.at(START.timestamp() + seconds, action)


def stranger_has_the_name(world: World, task: str) -> None:
    since = START.timestamp()
    theirs = Repository(0, world.github.owner, task, created_at=since, pushed_at=since)
    world.github.double.repositories.create(theirs)
    world.taken_names += 1


def _stranger_commits(world: World, task: str) -> None:
    """Somebody edits the repository by hand, if it is there."""
    found = world.github.double.repositories.find(world.github.owner, task)
    commits = branch(world, found.full_name) if found else []
    if not found or not commits:
        return
    remote = DulwichRemote(world.github.git_url, lambda: world.github.token, lambda: START)
    head = commits[-1].id.decode()
    files = remote.read(found.full_name, head).with_files({"theirs.txt": b"kept\n"})
    remote.push(found.full_name, "main", Commit(files, head, "Edit by hand", START))
