from __future__ import annotations

import json
from datetime import timedelta

import pytest

from deployer.domain.round import Failure, Round
from deployer.services.status import status
from tests.support.builders import START, a_publication, a_request, a_round
from tests.support.fakes import InMemoryRounds


def test_an_unknown_task_has_no_status() -> None:
    assert status("student@example.com", "sum-of-sales", rounds=InMemoryRounds()) is None


@pytest.mark.parametrize(
    ("email", "task"),
    [
        ("a" * 5000, "t"),  # longer than a key of DynamoDB may be
        ("ada@example.com", "t" * 101),
        ("", "t"),
        ("ada@example.com\ud800", "t"),
        ("ada@example.com", "b#sum-of-sales"),  # with the record of another e-mail's, ada@...#b
    ],
)
def test_the_store_is_not_asked_for_what_no_request_can_have_had(email: str, task: str) -> None:
    class Unasked(InMemoryRounds):
        def of_task(self, email: str, task: str) -> list[Round]:
            raise AssertionError(f"asked for {email} {task}")

    assert status(email, task, rounds=Unasked()) is None


def test_every_round_tells_where_it_is_and_how_its_notification_went() -> None:
    rounds = InMemoryRounds()
    first = a_round().published(a_publication(), START)
    rounds.save(first.notified(first.deployment_id, 2, "HTTP 200", START))
    rounds.save(
        a_round(round=2, nonce="nonce-2").waits(
            "GitHub's rate limit", START + timedelta(minutes=1), START
        )
    )
    answer = status("student@example.com", "sum-of-sales", rounds=rounds)
    assert answer is not None
    assert answer["task_id"] == "sum-of-sales"
    assert answer["round1"]["state"] == "NOTIFIED"
    assert answer["round1"]["commit_sha"] == a_publication().commit_sha
    assert answer["round1"]["notification"]["attempts"] == 2
    assert answer["round2"]["state"] == "QUEUED"
    assert answer["round2"]["waiting"] == {
        "for": "GitHub's rate limit",
        "until": "2026-01-05T12:01:00+00:00",
    }


def test_a_failure_says_why() -> None:
    rounds = InMemoryRounds()
    rounds.save(a_round().failed(Failure("the model declined", resumable=False), START))
    answer = status("student@example.com", "sum-of-sales", rounds=rounds)
    assert answer is not None
    assert answer["round1"]["error"] == "the model declined"


def test_it_never_holds_the_nonce_the_brief_or_the_evaluation_url() -> None:
    rounds = InMemoryRounds()
    rounds.save(a_round())
    text = json.dumps(status("student@example.com", "sum-of-sales", rounds=rounds))
    request = a_request()
    for private in (request.nonce, request.brief, request.evaluation_url):
        assert private not in text
