"""Runs that fail, are killed, come twice or too early."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deployer.domain.errors import (
    HostUnavailableError,
    ModelRefusedError,
    ModelUnavailableError,
    NotRecordedError,
    ReceivedTooOftenError,
    UnavailableError,
)
from deployer.domain.ports import Message
from deployer.domain.round import Round, State
from deployer.domain.round_key import RoundKey
from tests.support.builders import START, a_request
from tests.support.fakes import ScriptedGenerator
from tests.unit.services.world import MAX_RECEIVES, World, failing


def test_a_message_that_is_delivered_twice_changes_nothing(world: World) -> None:
    message = world.accept(a_request())
    world.work(message)
    world.work(message, owner="worker-2")
    assert len(world.commits()) == 1
    assert len(world.generate.assignments) == 1
    assert len(world.workflow.started) == 1


def test_a_worker_that_finds_a_lease_waits_for_its_end_without_spending_a_receive(
    world: World,
) -> None:
    message = world.accept(a_request())
    world.generate.failures = [KeyboardInterrupt()]  # killed: nothing is tidied up
    with pytest.raises(KeyboardInterrupt):
        world.work(message)

    world.work(message, owner="worker-2")
    ((copy, delay),) = world.queue.sent
    assert (copy, delay, world.record().state) == (message, 20, State.GENERATING)

    world.clock.advance(310)
    world.work(message, owner="worker-2")
    assert world.record().state is State.PUBLISHED


def test_a_generated_site_is_never_paid_for_twice(world: World) -> None:
    message = world.accept(a_request())
    world.github.push = failing(HostUnavailableError("GitHub answered 502"))  # type: ignore[method-assign]
    with pytest.raises(HostUnavailableError):
        world.work(message)
    assert (world.record().state, world.record().lease) == (State.GENERATED, None)

    del world.github.push  # type: ignore[method-assign]
    world.work(message, owner="worker-2")
    assert world.record().state is State.PUBLISHED
    assert len(world.generate.assignments) == 1


def test_a_refusal_fails_at_once_with_its_reason(world: World) -> None:
    world.generate.failures = [ModelRefusedError("the model declined")]
    world.work(world.accept(a_request()))
    assert world.record().state is State.FAILED
    assert world.record().failure.reason == "the model declined"  # type: ignore[union-attr]


def test_what_the_status_says_of_an_error_that_nobody_foresaw_is_short_and_holds_no_key(
    world: World,
) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ZeroDivisionError(f"ghp_{'k' * 36} {'x' * 1000}")]
    with pytest.raises(ZeroDivisionError):
        world.work(message)
    waiting = world.record().waiting
    assert waiting is not None
    assert waiting.reason.startswith("ZeroDivisionError: [secret] xxx")
    assert len(waiting.reason) == 500


def test_an_outage_gives_the_record_back_and_the_last_receive_fails_it(world: World) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelUnavailableError("503"), ModelUnavailableError("503")]
    with pytest.raises(ModelUnavailableError):
        world.work(message)
    assert (world.record().state, world.record().lease) == (State.GENERATING, None)
    waiting = world.record().waiting
    assert waiting is not None
    assert (waiting.reason, waiting.until) == (
        "ModelUnavailableError: 503",
        START + timedelta(seconds=1),
    )

    with pytest.raises(ModelUnavailableError):
        world.work(message, receives=MAX_RECEIVES)
    assert world.record().state is State.FAILED
    assert world.record().failure.resumable  # type: ignore[union-attr]


def test_a_redriven_message_goes_on_after_the_fix(world: World) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelUnavailableError("401")]
    with pytest.raises(ModelUnavailableError):
        world.work(message, receives=MAX_RECEIVES)
    world.work(message)
    assert world.record().state is State.PUBLISHED


def test_other_content_takes_the_record_over_and_the_old_worker_stops(world: World) -> None:
    message = world.accept(a_request())
    copies: list[Message] = []

    def meanwhile(assignment: object, seconds_left: object) -> object:
        copies.append(world.accept(a_request(nonce="nonce-2", brief="Another.")))
        return ScriptedGenerator.__call__(world.generate, assignment, seconds_left)  # type: ignore[arg-type]

    worker = World(**{**world.__dict__, "generate": meanwhile})
    worker.work(message)
    assert "superseded" in world.telemetry.names
    assert world.github.repositories == {}

    world.work(copies[0], owner="worker-2")
    (commit,) = world.commits()
    assert b"Another." in commit.files["index.html"]
    assert {d.payload.nonce for d in world.workflow.started.values()} == {"nonce-1", "nonce-2"}


def test_a_message_without_a_record_is_looked_at_again_and_dropped_in_the_end(
    world: World,
) -> None:
    message = Message("d-0", RoundKey("nobody@example.com", "t", 1))
    with pytest.raises(NotRecordedError):
        world.work(message)
    world.work(message, receives=MAX_RECEIVES)
    assert world.telemetry.names == ["never_accepted"]


def test_a_message_that_comes_before_its_nonce_is_recorded_is_not_dropped(world: World) -> None:
    world.work(world.accept(a_request()))
    early = a_request(nonce="nonce-2")
    with pytest.raises(NotRecordedError):
        world.work(Message(early.deployment_id, early.key))
    world.work(world.accept(early), owner="worker-2")
    assert [d.payload.nonce for d in world.workflow.started.values()] == ["nonce-1", "nonce-2"]


def test_a_claim_whose_answer_is_lost_is_given_back(world: World) -> None:
    message = world.accept(a_request())
    save = world.rounds.save

    def lost(record: Round) -> Round:
        world.rounds.save = save  # type: ignore[method-assign]
        save(record)
        raise UnavailableError("DynamoDB: no answer")

    world.rounds.save = lost  # type: ignore[method-assign]
    with pytest.raises(UnavailableError):
        world.work(message)
    assert world.record().lease is None


def test_a_claim_that_was_repeated_by_the_sdk_is_given_back(world: World) -> None:
    message = world.accept(a_request())
    save = world.rounds.save

    def repeated(record: Round) -> Round:
        world.rounds.save = save  # type: ignore[method-assign]
        save(record)
        return save(record)

    world.rounds.save = repeated  # type: ignore[method-assign]
    world.work(message)
    assert world.record().lease is None
    assert world.queue.sent == [(message, 5)]


def test_a_failure_whose_writing_was_repeated_by_the_sdk_is_told(world: World) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelRefusedError("the model declined")]
    save = world.rounds.save

    def repeated(record: Round) -> Round:
        saved = save(record)
        return save(record) if record.state is State.FAILED else saved

    world.rounds.save = repeated  # type: ignore[method-assign]
    world.work(message)
    assert "failed" in world.telemetry.names


def test_a_message_whose_runs_were_all_killed_ends_as_a_failure_with_a_reason(
    world: World,
) -> None:
    message = world.accept(a_request())
    with pytest.raises(ReceivedTooOftenError):
        world.work(message, receives=MAX_RECEIVES + 1)
    assert world.record().state is State.FAILED
    assert "killed" in world.record().failure.reason  # type: ignore[union-attr]
    assert world.generate.assignments == []


def test_a_message_that_was_given_up_goes_to_the_dead_letters_with_its_first_reason(
    world: World,
) -> None:
    message = world.accept(a_request())
    world.generate.failures = [ModelUnavailableError("401: check the key")]
    with pytest.raises(ModelUnavailableError):
        world.work(message, receives=MAX_RECEIVES)
    with pytest.raises(ReceivedTooOftenError):
        world.work(message, receives=MAX_RECEIVES + 1)
    assert "401" in world.record().failure.reason  # type: ignore[union-attr]
