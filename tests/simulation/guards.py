"""The guards that the promises rest on, each with a way to take it away.

A test takes each away in turn and wants to see a violation: it shows that the simulation would
find the guard missing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from deployer.domain.errors import NotRecordedError
from deployer.domain.round import Lease, Round
from deployer.services import accept
from deployer.services.github import repositories
from deployer.services.github.write_turns import WriteTurns
from deployer.services.worker import claim
from deployer.services.worker.bases import Bases
from deployer.services.worker.generate import GenerateStep
from local.github.server import RunningGitHub
from tests.simulation import aws
from tests.simulation.faults import Boundary, Fault, Faults, Kind
from tests.simulation.invariants import Violation, unfinished, violations
from tests.simulation.matrix import two_rounds
from tests.simulation.seeds import stranger_has_the_name
from tests.simulation.world import Conditions, a_world
from tests.support import fakes

Removal = Callable[[], AbstractContextManager[Any]]


def _lease() -> AbstractContextManager[Any]:
    return patch.object(Lease, "held_against", lambda *_: False)


def _conditional_write() -> AbstractContextManager[Any]:
    return patch.object(fakes.InMemoryRounds, "_check_version", lambda *_: None)


def _site_read_back() -> AbstractContextManager[Any]:
    """A site that was generated is generated anew by the next run."""
    take = GenerateStep.take

    def anew(step: Any, record: Any) -> Any:
        with patch.object(step.ports.sites, "load", lambda _: None):
            return take(step, record)

    return patch.object(GenerateStep, "take", anew)


def _execution_name() -> AbstractContextManager[Any]:
    """Every start is a further execution."""
    start = aws.StateMachine.start_execution

    def unnamed(machine: Any, **named: Any) -> None:
        named["name"] = f"{named['name']}-{len(machine.inputs)}"
        start(machine, **named)

    return patch.object(aws.StateMachine, "start_execution", unnamed)


def _note_of_delivery() -> AbstractContextManager[Any]:
    return patch.object(Round, "has_told", lambda *_: False)


def _mark() -> AbstractContextManager[Any]:
    """Any repository of the name is taken for ours."""
    own = repositories.Publisher._own_repository

    def unmarked(publisher: Any, record: Any) -> Any:
        find = publisher.host.find
        mark = repositories.description(record.email, record.task)

        def found(full_name: str) -> Any:
            repository = find(full_name)
            return replace(repository, description=mark) if repository else None

        with patch.object(publisher.host, "find", found):
            return own(publisher, record)

    return patch.object(repositories.Publisher, "_own_repository", unmarked)


def _queue_before_record() -> AbstractContextManager[Any]:
    """The record is written first, so that a crash can leave it without a message."""
    whole = accept.accept

    def record_first(request: Any, *, rounds: Any, queue: Any, **ports: Any) -> Any:
        later: list[Any] = []

        class Later:
            def send(self, message: Any) -> None:
                later.append(message)

        saved = whole(request, rounds=rounds, queue=Later(), **ports)
        for message in later:
            queue.send(message)
        return saved

    return patch.object(accept, "accept", record_first)


def _wait_for_the_record() -> AbstractContextManager[Any]:
    """A message that comes before its record is dropped at once."""
    take = claim.Claim.take

    def dropped(one: Any, seconds: float) -> Any:
        try:
            return take(one, seconds)
        except NotRecordedError:
            return None

    return patch.object(claim.Claim, "take", dropped)


def _deterministic_commit() -> AbstractContextManager[Any]:
    """A commit is dated when it is made, so each try has a SHA of its own."""
    made = repositories.commit_of

    def dated(record: Any, site: Any) -> Any:
        return replace(made(record, site), authored_at=record.updated_at)

    return patch.object(repositories, "commit_of", dated)


def _order_of_rounds() -> AbstractContextManager[Any]:
    """A round is built on whatever there is, also on a predecessor that is still in work."""
    base_of = Bases.base_of

    def unordered(bases: Any, record: Any) -> Any:
        previous = bases.rounds.find(record.key.previous())
        in_work = previous is not None and previous.publication is None
        return None if in_work else base_of(bases, record)

    return patch.object(Bases, "base_of", unordered)


def _write_ledger() -> AbstractContextManager[Any]:
    """Whoever wants to write does."""
    return patch.multiple(WriteTurns, take=lambda turns, _: turns.clock(), keep=lambda *_: None)


CALM = Conditions()
TWICE = Conditions(duplicate_rate=1.0, jitter=True)


@dataclass(frozen=True)
class Guard:
    """A guard, the way to take it away, and the run that must then go wrong."""

    remove: Removal
    breaks: int
    """The number of the promise that does not hold without it."""
    fault: Fault | None = None
    conditions: Conditions = CALM
    tries: int = 7
    """The number of times that a caller sends a request that gets no answer."""
    sent_twice: bool = False
    """True if two requests for the first round come at once, with a nonce each."""


def _at(name: str, kind: Kind, occurrence: int = 1) -> Fault:
    return Fault(Boundary(name, occurrence), kind)


GUARDS = {
    "lease": Guard(_lease, 5, conditions=TWICE),
    "conditional write": Guard(_conditional_write, 1, sent_twice=True),
    "checkpoint read-back": Guard(
        _site_read_back, 5, _at("worker: records.save GENERATED", Kind.KILLED_BEFORE)
    ),
    "execution name": Guard(
        _execution_name,
        5,
        _at("worker: stepfunctions.start_execution", Kind.LOST),
        Conditions(pages_delay=30),
    ),
    "note of delivery": Guard(
        _note_of_delivery, 3, _at("notifier: records.save NOTIFIED", Kind.KILLED_AFTER)
    ),
    "mark of a repository": Guard(_mark, 2),
    "queue before record": Guard(
        _queue_before_record, 1, _at("validator: sqs.send_message", Kind.KILLED_BEFORE), tries=1
    ),
    "wait for the record": Guard(_wait_for_the_record, 1, conditions=Conditions(jitter=True)),
    "deterministic commit": Guard(
        _deterministic_commit, 2, _at("worker: GitHub POST /git/*/git-receive-pack", Kind.LOST)
    ),
    "write ledger": Guard(
        _write_ledger, 7, conditions=Conditions(github_limits=True, writes_per_minute=2)
    ),
    "order of rounds": Guard(_order_of_rounds, 4),
}


def rough_run(github: RunningGitHub, guard: Guard, seed: int) -> list[Violation]:
    """Two rounds close together, with the guard's fault; a stranger has the repository's name."""
    faults = Faults((guard.fault,) if guard.fault else ())
    with a_world(github, seed=seed, faults=faults, conditions=guard.conditions) as world:
        first, second = two_rounds()
        stranger_has_the_name(world, first["task"])
        before = world.callers.post(first, tries=guard.tries)
        if guard.sent_twice:
            world.callers.post(first | {"nonce": first["nonce"] + "b"}, tries=guard.tries)
        world.callers.post(second, behind=before, tries=guard.tries)
        world.run()
        return [*violations(world), *unfinished(world)]
