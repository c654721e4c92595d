from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from deployer.domain.errors import (
    ConflictError,
    QueueUnavailableError,
    QuotaExceededError,
)
from deployer.domain.request import DeploymentRequest
from deployer.domain.round import Failure, Round, State
from deployer.domain.round_key import RoundKey
from deployer.services.accept import accept
from tests.support.builders import SettableClock, a_request
from tests.support.fakes import (
    InMemoryQueue,
    InMemoryRequests,
    InMemoryRounds,
    RecordingTelemetry,
    without_quota,
)

NOW = SettableClock()()
KEY = RoundKey("student@example.com", "sum-of-sales", 1)


@dataclass
class Door:
    rounds: InMemoryRounds = field(default_factory=InMemoryRounds)
    requests: InMemoryRequests = field(default_factory=InMemoryRequests)
    queue: InMemoryQueue = field(default_factory=InMemoryQueue)
    charge: Callable[[str, datetime], None] = without_quota

    def accept(self, request: DeploymentRequest) -> Round:
        return accept(
            request,
            rounds=self.rounds,
            requests=self.requests,
            queue=self.queue,
            charge=self.charge,
            telemetry=RecordingTelemetry(),
            clock=SettableClock(),
        )

    @property
    def queued(self) -> list[str]:
        return [message.deployment_id for message, _ in self.queue.sent]


def test_a_request_is_recorded_stored_and_queued() -> None:
    door = Door()
    request = a_request()
    door.accept(request)
    record = door.rounds.find(KEY)
    assert record is not None
    assert record.state is State.QUEUED
    assert door.requests.load(request.deployment_id) == request
    assert door.queued == [request.deployment_id]


def test_the_same_request_again_gives_the_same_deployment_and_one_record() -> None:
    door = Door()
    assert door.accept(a_request()) == door.accept(a_request())
    assert door.queued == [a_request().deployment_id]


def test_the_same_request_resumes_what_failed_and_can_be_resumed() -> None:
    door = Door()
    record = door.accept(a_request())
    door.rounds.records[KEY] = record.failed(Failure("GitHub was down", resumable=True), NOW)
    door.accept(a_request())
    door.rounds.records[KEY] = record.failed(Failure("refused", resumable=False), NOW)
    door.accept(a_request())
    assert door.queued == [a_request().deployment_id] * 2


def test_the_same_request_after_it_was_notified_is_not_queued_again() -> None:
    door = Door()
    record = door.accept(a_request())
    done = record.notified(record.latest.deployment_id, 1, "HTTP 200", SettableClock()())
    door.rounds.records[KEY] = replace(done, state=State.NOTIFIED)
    door.queue.sent.clear()
    door.accept(a_request())
    assert door.queued == []


def test_a_later_round_needs_the_round_before() -> None:
    door = Door()
    with pytest.raises(ConflictError, match="round 1"):
        door.accept(a_request(round=2))
    assert (door.rounds.records, door.queued) == ({}, [])
    door.accept(a_request())
    door.accept(a_request(round=2))
    assert len(door.queued) == 2


def test_when_it_cannot_be_queued_nothing_is_recorded_so_that_a_retry_is_safe() -> None:
    door = Door()
    door.queue.broken = True
    with pytest.raises(QueueUnavailableError):
        door.accept(a_request())
    assert door.rounds.records == {}
    door.queue.broken = False
    door.accept(a_request())
    assert door.queued == [a_request().deployment_id]


def test_when_a_second_send_cannot_be_queued_the_first_record_stands() -> None:
    door = Door()
    first = door.accept(a_request())
    door.queue.broken = True
    with pytest.raises(QueueUnavailableError):
        door.accept(a_request(nonce="nonce-2", brief="another"))
    assert door.rounds.find(KEY) == first


def test_what_is_recorded_was_queued_and_stored_before() -> None:
    class Watching(InMemoryRounds):
        def save(self, record: Round) -> Round:
            assert door.queued == [request.deployment_id]
            assert door.requests.load(request.deployment_id) == request
            return super().save(record)

    door, request = Door(rounds=Watching()), a_request()
    door.accept(request)
    assert door.rounds.find(KEY) is not None


def test_two_requests_for_one_record_at_once_are_both_kept() -> None:
    class Racing(InMemoryRounds):
        raced = False

        def save(self, record: Round) -> Round:
            if not self.raced:
                self.raced = True
                super().save(Round.accepted(a_request(nonce="other"), SettableClock()()))
            return super().save(record)

    door = Door(rounds=Racing())
    door.accept(a_request(nonce="mine"))
    record = door.rounds.find(KEY)
    assert record is not None
    assert [n.nonce for n in record.notifications] == ["other", "mine"]
    assert door.queued == [a_request(nonce="mine").deployment_id]


def test_only_what_is_new_is_charged_and_what_is_refused_leaves_nothing() -> None:
    charged: list[str] = []

    def charge_twice(email: str, now: datetime) -> None:
        if len(charged) == 2:
            raise QuotaExceededError("that was all", 60)
        charged.append(email)

    door = Door(charge=charge_twice)
    door.accept(a_request())
    door.accept(a_request())
    with pytest.raises(ConflictError):
        door.accept(a_request(round=3))
    door.accept(a_request(nonce="nonce-2"))
    assert charged == ["student@example.com"] * 2
    queued = list(door.queued)
    with pytest.raises(QuotaExceededError):
        door.accept(a_request(nonce="nonce-3"))
    assert door.queued == queued
    record = door.rounds.find(KEY)
    assert record is not None
    assert [one.nonce for one in record.notifications] == ["nonce-1", "nonce-2"]
