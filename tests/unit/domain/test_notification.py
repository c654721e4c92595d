import json

import pytest

from deployer.domain.notification import Answer, Delivered, GaveUp, TryAgain, decide
from tests.support.builders import a_publication, a_round

DELAYS = (1, 2, 4, 8, 16)


@pytest.mark.parametrize("status", [200, 201, 204])
def test_any_2xx_is_delivered(status: int) -> None:
    assert decide(Answer(status, ""), 1, DELAYS) == Delivered()


@pytest.mark.parametrize("status", [None, 301, 400, 404, 429, 500, 503])
def test_anything_else_is_tried_again_on_schedule(status: int | None) -> None:
    outcomes = [decide(Answer(status, "no"), attempt, DELAYS) for attempt in range(1, 6)]
    assert outcomes == [TryAgain(1), TryAgain(2), TryAgain(4), TryAgain(8), TryAgain(16)]


def test_after_the_last_delay_it_is_given_up_with_the_last_answer() -> None:
    assert decide(Answer(500, "HTTP 500"), 6, DELAYS) == GaveUp(
        "no success in 6 attempts; the last: HTTP 500"
    )


def test_410_gone_stops_at_once() -> None:
    assert isinstance(decide(Answer(410, "HTTP 410"), 1, DELAYS), GaveUp)


def test_retry_after_lengthens_a_delay_and_never_shortens_it() -> None:
    assert decide(Answer(429, "", retry_after=30), 1, DELAYS) == TryAgain(30)
    assert decide(Answer(429, "", retry_after=0), 5, DELAYS) == TryAgain(16)


def test_a_retry_after_of_years_is_bounded_to_a_day() -> None:
    assert decide(Answer(503, "", retry_after=1e9), 1, DELAYS) == TryAgain(24 * 3600)


def test_the_payload_is_exactly_the_seven_fields_and_always_the_same_bytes() -> None:
    record = a_round().published(a_publication(), a_round().accepted_at)
    delivery = record.delivery(record.notifications[0])
    assert json.loads(delivery.payload.to_bytes()) == {
        "email": "student@example.com",
        "task": "sum-of-sales",
        "round": 1,
        "nonce": "nonce-1",
        "repo_url": "https://github.com/octocat/sum-of-sales",
        "commit_sha": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
        "pages_url": "https://octocat.github.io/sum-of-sales/",
    }
    again = record.delivery(record.notifications[0])
    assert again.payload.to_bytes() == delivery.payload.to_bytes()
