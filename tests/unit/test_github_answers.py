from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deployer.adapters.github.answers import error_for
from deployer.domain.errors import HostUnavailableError, Postponed, RejectedError
from tests.support.builders import START, SettableClock


def wait_for(status: int, headers: dict[str, str], message: str = "") -> timedelta:
    error = error_for(status, headers, message, SettableClock())
    assert isinstance(error, Postponed)
    return error.until - START


@pytest.mark.parametrize("status", [403, 429])
def test_retry_after_is_kept_to_the_second(status: int) -> None:
    assert wait_for(status, {"Retry-After": "37"}) == timedelta(seconds=37)


@pytest.mark.parametrize("status", [403, 429])
def test_a_used_up_primary_limit_waits_until_its_reset(status: int) -> None:
    reset = int(datetime(2026, 1, 5, 12, 40, tzinfo=UTC).timestamp())
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    assert wait_for(status, headers) == timedelta(minutes=40, seconds=1)


def test_a_secondary_limit_without_headers_waits_a_minute() -> None:
    text = "You have exceeded a secondary rate limit."
    assert wait_for(403, {"x-ratelimit-remaining": "4000"}, text) == timedelta(seconds=60)
    assert wait_for(429, {}) == timedelta(seconds=60)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_for_a_person_to_mend(status: int) -> None:
    error = error_for(status, {}, "Bad credentials", SettableClock())
    assert isinstance(error, HostUnavailableError)
    assert "GITHUB_TOKEN" in str(error)


@pytest.mark.parametrize("status", [404, 409, 500, 502, 503])
def test_what_may_pass_by_itself_is_tried_again(status: int) -> None:
    assert isinstance(error_for(status, {}, "", SettableClock()), HostUnavailableError)


def test_what_github_finds_invalid_is_final() -> None:
    error = error_for(422, {}, "Validation Failed", SettableClock())
    assert isinstance(error, RejectedError)
    assert "Validation Failed" in str(error)
