"""The crash matrix: a deployment of two rounds, struck at each of its boundaries in turn."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from deployer.domain.round import State
from local.github.server import RunningGitHub
from tests.simulation.faults import Boundary, Fault, Faults, Kind
from tests.simulation.invariants import Violation, unfinished, violations
from tests.simulation.world import Conditions, World, a_world
from tests.support.builders import a_body

_numbers = itertools.count(1)
SINGLE = tuple(Kind)
GIVES_UP = 5
"""So often a fault of the worker strikes that its message is given up."""
PAIRED = (Kind.KILLED_BEFORE, Kind.KILLED_AFTER, Kind.LOST)


@dataclass(frozen=True)
class Outcome:
    """One run's end: its violations, and the slowest round's virtual seconds."""

    faults: tuple[Fault, ...]
    struck: int
    violations: tuple[Violation, ...]
    seconds: float


def two_rounds() -> tuple[dict[str, Any], dict[str, Any]]:
    """The requests of a task that no other run has."""
    number = next(_numbers)
    first = a_body(task=f"matrix-{number}", nonce=f"nonce-{number}-1")
    second = first | {"round": 2, "nonce": f"nonce-{number}-2", "brief": "Show a table too."}
    return first, second


def boundaries(github: RunningGitHub) -> list[Boundary]:
    """Every boundary that two rounds pass when nothing goes wrong."""
    with a_world(github) as world:
        play(world)
        assert not violations(world)
        assert all(request.accepted for request in world.callers.requests)
        return list(world.faults.passed)


def play(world: World) -> None:
    """Both rounds, the second when the first is done."""
    first, second = two_rounds()
    world.callers.post(first)
    world.run()
    world.callers.post(second)
    world.run()


def singles(passed: list[Boundary]) -> Iterator[tuple[Fault]]:
    for boundary in passed:
        lasting = (GIVES_UP,) if boundary.name.startswith("worker") else ()
        for kind in SINGLE:
            for count in (1, 2, 3, *lasting):
                yield (Fault(boundary, kind, count),)


def pairs(passed: list[Boundary]) -> Iterator[tuple[Fault, Fault]]:
    for one, other in itertools.combinations(passed, 2):
        for first, second in itertools.product(PAIRED, PAIRED):
            yield Fault(one, first), Fault(other, second)


def struck_by(github: RunningGitHub, faults: tuple[Fault, ...]) -> Outcome:
    """Play two rounds with these faults, mend what is left, and look at everything."""
    with a_world(github, faults=Faults(faults)) as world:
        play(world)
        found = violations(world)
        heal(world)
        found += [*violations(world), *unfinished(world)]
        return Outcome(faults, len(world.faults.struck), tuple(found), world.slowest())


def heal(world: World) -> None:
    """All is well again; the dead letters are redriven, and callers send again what failed."""
    world.faults.planned = ()
    world.faults.chance = lambda _: None
    world.conditions = replace(world.conditions, model_seconds=Conditions().model_seconds)
    world.queue.redrive()
    world.run()
    for record in sorted(world.records.records.values(), key=lambda one: one.round):
        if record.state is State.FAILED:
            world.callers.post_again(record)
            world.run()
