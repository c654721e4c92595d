"""A run that must wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deployer.domain.errors import (
    HostUnavailableError,
    ModelUnavailableError,
    Postponed,
    QueueUnavailableError,
    RateLimitedError,
)
from deployer.domain.round import State
from deployer.domain.write_budget import WriteLedger, Writer
from tests.support.builders import START, a_request
from tests.unit.services.world import REPOSITORY, World, failing


def test_round_2_waits_while_round_1_is_in_work(world: World) -> None:
    first = world.accept(a_request())
    second = world.accept(a_request(round=2, nonce="nonce-2"))

    world.work(second)
    ((copy, delay),) = world.queue.sent
    assert (copy, delay) == (second, 10)
    waiting = world.record(2).waiting
    assert waiting is not None
    assert waiting.reason == "round 1 is still in work"

    world.work(first)
    world.work(copy)
    assert world.record(2).state is State.PUBLISHED
    assert world.record(2).waiting is None


def test_a_wait_has_an_end(world: World) -> None:
    world.accept(a_request())
    second = world.accept(a_request(round=2, nonce="nonce-2"))
    world.work(second)
    world.clock.advance(timedelta(hours=25).total_seconds())
    world.work(second)
    failure = world.record(2).failure
    assert failure is not None
    assert "waited too long" in failure.reason


def test_a_deployment_that_is_redriven_days_later_may_wait_as_long_as_any_other(
    world: World,
) -> None:
    # GIVEN a deployment that waited, was given up, and is redriven three days later
    message = world.accept(a_request())
    create = world.github.create
    until = START + timedelta(seconds=30)
    world.github.create = failing(Postponed("GitHub's rate limit", until))  # type: ignore[method-assign]
    world.work(message)
    world.github.create = failing(HostUnavailableError("GitHub answered 502"))  # type: ignore[method-assign]
    with pytest.raises(HostUnavailableError):
        world.work(message, receives=5)
    assert world.record().state is State.FAILED
    world.clock.advance(timedelta(days=3).total_seconds())

    # WHEN it has to wait once more
    until = world.clock() + timedelta(minutes=10)
    world.github.create = failing(Postponed("GitHub's rate limit", until))  # type: ignore[method-assign]
    world.work(message)
    world.clock.advance(timedelta(minutes=10).total_seconds())
    world.github.create = create  # type: ignore[method-assign]

    # THEN it is published after that
    world.work(message)
    assert world.record().state is State.PUBLISHED


def test_a_rate_limit_is_a_delay_and_the_site_is_kept(world: World) -> None:
    message = world.accept(a_request())
    until = START + timedelta(minutes=40)
    world.github.create = failing(Postponed("GitHub's rate limit", until))  # type: ignore[method-assign]
    world.work(message)

    ((_, delay),) = world.queue.sent
    assert delay == 900
    assert (world.record().state, world.record().lease) == (State.GENERATED, None)
    assert world.record().waiting.until == until  # type: ignore[union-attr]


def test_nobody_writes_while_the_host_wants_silence_and_who_waits_comes_back_once(
    world: World,
) -> None:
    # GIVEN a silence that one worker was told of
    first = world.accept(a_request())
    create = world.github.create
    until = START + timedelta(seconds=90)
    world.github.create = failing(RateLimitedError("GitHub's rate limit", until))  # type: ignore[method-assign]
    world.work(first)
    world.github.create = create  # type: ignore[method-assign]

    # WHEN another deployment comes within it
    second = world.accept(a_request(task="another-task"))
    world.queue.sent.clear()
    world.work(second, owner="worker-2")

    # THEN it sends nothing, and is published when the silence is over
    assert world.github.repositories == {}
    ((copy, delay),) = world.queue.sent
    assert delay == 90
    world.clock.advance(delay)
    world.work(copy)
    assert list(world.github.repositories) == ["octocat/another-task"]


def test_a_deployment_above_the_budget_comes_back_when_it_is_its_turn(world: World) -> None:
    full, _ = WriteLedger().turn(Writer("d-other", "other", 80), START)
    world.ledgers.save("octocat", full)
    message = world.accept(a_request())
    world.work(message)
    ((copy, delay),) = world.queue.sent
    assert (delay, world.github.repositories) == (90, {})
    assert world.record().waiting.reason == "GitHub's write budget"  # type: ignore[union-attr]

    world.clock.advance(delay)
    world.work(copy)
    assert list(world.github.repositories) == [REPOSITORY]
    assert world.ledgers.load("octocat").waiting == ()


def test_a_revision_takes_nothing_of_the_budget(world: World) -> None:
    world.work(world.accept(a_request()))
    before = world.ledgers.load("octocat")
    full, _ = before.turn(Writer("d-other", "other", 78), world.clock())
    world.ledgers.save("octocat", full)
    world.work(world.accept(a_request(round=2, nonce="nonce-2")))
    assert len(world.commits()) == 2


def test_a_model_that_asks_for_time_is_asked_again_after_it(world: World) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelUnavailableError("429", retry_after=33)]
    world.work(message)
    assert world.queue.sent == [(message, 33)]


def test_a_lease_is_given_back_when_the_wait_cannot_be_queued(world: World) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelUnavailableError("429", retry_after=33)]
    world.queue.broken = True
    with pytest.raises(QueueUnavailableError):
        world.work(message)
    assert world.record().lease is None


def test_a_run_without_time_leaves_publishing_to_the_next(world: World) -> None:
    message = world.accept(a_request())
    world.work(message, seconds_left=49)
    assert (world.record().state, world.queue.sent) == (State.GENERATED, [(message, 1)])
    world.work(message, owner="worker-2", seconds_left=50)
    assert world.record().state is State.PUBLISHED
    assert len(world.generate.assignments) == 1
