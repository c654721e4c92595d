from __future__ import annotations

import json
from dataclasses import replace

import pytest

from deployer.domain.errors import UnavailableError
from deployer.domain.notification import Answer, Channel, Delivered, GaveUp, TryAgain
from deployer.domain.round import Round, State
from deployer.services.notify import notify
from tests.support.builders import START, SettableClock, a_publication, a_round
from tests.support.fakes import InMemoryRounds, RecordingTelemetry, ScriptedEndpoint


def a_store() -> tuple[InMemoryRounds, Round]:
    rounds = InMemoryRounds()
    record = rounds.save(a_round().published(a_publication(), START))
    return rounds, record


def attempt(
    rounds: InMemoryRounds,
    record: Round,
    endpoint: ScriptedEndpoint,
    number: int = 1,
    fault: str | None = None,
) -> object:
    delivery = record.delivery(record.notifications[0])
    return notify(
        replace(delivery, attempt=number, fault=fault),
        senders={Channel.EVALUATION: endpoint},
        rounds=rounds,
        telemetry=RecordingTelemetry(),
        clock=SettableClock(),
        retry_delays=(1, 2),
    )


def test_an_accepted_notification_ends_the_deployment() -> None:
    rounds, record = a_store()
    endpoint = ScriptedEndpoint()
    assert attempt(rounds, record, endpoint) == Delivered()
    ((url, body),) = endpoint.received
    assert url == "https://evaluator.example.com/notify"
    assert json.loads(body)["nonce"] == "nonce-1"
    assert rounds.records[record.key].state is State.NOTIFIED


def test_a_failed_attempt_is_noted_and_the_same_bytes_are_sent_again() -> None:
    rounds, record = a_store()
    endpoint = ScriptedEndpoint(Answer(500, "HTTP 500"), Answer(None, "ConnectTimeout"))
    assert attempt(rounds, record, endpoint, 1) == TryAgain(1)
    assert attempt(rounds, record, endpoint, 2) == TryAgain(2)
    assert endpoint.received[0] == endpoint.received[1]
    stored = rounds.records[record.key]
    assert stored.state is State.PUBLISHED
    assert stored.notifications[0].attempts == 2
    assert stored.notifications[0].last_answer == "ConnectTimeout"


def test_giving_up_is_visible_in_the_record() -> None:
    rounds, record = a_store()
    outcome = attempt(rounds, record, ScriptedEndpoint(Answer(500, "HTTP 500")), 3)
    assert isinstance(outcome, GaveUp)
    stored = rounds.records[record.key]
    assert stored.state is State.NOTIFY_FAILED
    assert "3 attempts" in (stored.notifications[0].last_answer or "")


def test_a_record_that_others_keep_changing_is_an_error_so_that_the_attempt_is_made_again() -> None:
    class Busy(InMemoryRounds):
        def find(self, key):  # type: ignore[no-untyped-def, override]
            found = super().find(key)
            return found.at_version(found.version + 7) if found else None

    rounds, record = a_store()
    busy = Busy()
    busy.records = rounds.records
    with pytest.raises(UnavailableError):
        attempt(busy, record, ScriptedEndpoint())


def test_what_was_delivered_and_noted_is_not_sent_again() -> None:
    rounds, record = a_store()
    endpoint = ScriptedEndpoint()
    attempt(rounds, record, endpoint)
    assert attempt(rounds, record, endpoint) == Delivered()
    assert len(endpoint.received) == 1


def test_a_fault_of_our_own_is_noted_without_telling_anybody() -> None:
    rounds, record = a_store()
    endpoint = ScriptedEndpoint()
    outcome = attempt(rounds, record, endpoint, fault="Lambda.TooManyRequestsException")
    assert isinstance(outcome, GaveUp)
    assert endpoint.received == []
    stored = rounds.records[record.key]
    assert stored.state is State.NOTIFY_FAILED
    assert "TooManyRequests" in (stored.notifications[0].last_answer or "")
