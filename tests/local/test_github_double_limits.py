"""GitHub's rate limits on a clock that the test sets."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests
from github import GithubException
from github import RateLimitExceededException as RateLimitExceeded

from local.github.faults import FaultRule
from local.github.limits import LimitRules

if TYPE_CHECKING:
    from local.github import RunningGitHub
    from tests.local.conftest import Client

NOON = 1_800_000_000.0
SITE = {"index.html": b"<h1>Round one</h1>", ".nojekyll": b"", "LICENSE": b"MIT License"}


def test_the_81st_write_in_a_minute_is_refused_until_the_first_has_aged(
    hub: RunningGitHub, client: Client
) -> None:
    hub.double.clock.stop(NOON)
    hub.double.limits.reset(LimitRules(enabled=True, writes_per_minute=3))
    for number in range(3):
        client.create_repository(f"app-{number}")
        hub.double.clock.advance(10)

    with pytest.raises(RateLimitExceeded, match="secondary rate limit") as refused:
        client.create_repository("one-too-many")

    assert refused.value.status == 403
    assert (refused.value.headers or {})["retry-after"] == "30"
    hub.double.clock.advance(29)
    with pytest.raises(RateLimitExceeded):
        client.create_repository("still-too-early")
    hub.double.clock.advance(1)
    client.create_repository("in-time")
    log = [(one.status, one.counted, one.inside_window) for one in hub.requests()][3:]
    assert log == [(403, False, False), (403, False, True), (201, True, False)]


def test_the_hourly_budget_counts_writes_only(hub: RunningGitHub, client: Client) -> None:
    hub.double.clock.stop(NOON)
    hub.double.limits.reset(LimitRules(enabled=True, writes_per_hour=2))
    repository, commit = client.publish()
    client.push("todo-app", {"index.html": b"2"}, parent=commit)
    client.latest_build(repository)

    with pytest.raises(RateLimitExceeded) as refused:
        client.create_repository("second")

    assert (refused.value.headers or {})["retry-after"] == "3600"
    counted = [(one.method, one.path) for one in hub.requests() if one.counted]
    assert counted == [("POST", "/user/repos"), ("POST", "/repos/local-student/todo-app/pages")]


def test_a_second_try_inside_the_window_is_told_what_is_left_of_it(
    hub: RunningGitHub, client: Client
) -> None:
    hub.double.clock.stop(NOON)
    hub.double.limits.reset(LimitRules(enabled=True, writes_per_minute=1, retry_after=90))
    client.create_repository("first")

    waits = []
    for _ in range(2):
        with pytest.raises(RateLimitExceeded) as refused:
            client.create_repository("second")
        waits.append((refused.value.headers or {})["retry-after"])
        hub.double.clock.advance(30)

    assert waits == ["90", "60"]


def test_a_minute_has_points_for_so_many_reads_and_a_fifth_of_that_in_writes(
    hub: RunningGitHub, client: Client
) -> None:
    hub.double.clock.stop(NOON)
    hub.double.limits.reset(LimitRules(enabled=True, points_per_minute=6))
    repository = client.create_repository()
    client.api.get_repo(repository.id)

    with pytest.raises(RateLimitExceeded):
        client.api.get_repo(repository.id)

    hub.double.clock.advance(60)
    assert client.api.get_repo(repository.id).name == "todo-app"


@pytest.mark.parametrize(
    ("rules", "status", "headers"),
    [
        (
            {"refusal": "primary"},
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOON) + 60)},
        ),
        ({"refusal": "too many requests", "retry_after": 90}, 429, {"retry-after": "90"}),
        ({"retry_after": "absent"}, 403, {}),
    ],
)
def test_a_refusal_takes_each_of_githubs_forms(
    hub: RunningGitHub,
    client: Client,
    rules: dict[str, Any],
    status: int,
    headers: dict[str, str],
) -> None:
    hub.double.clock.stop(NOON)
    hub.double.limits.reset(LimitRules(enabled=True, writes_per_minute=1, **rules))
    client.create_repository("first")

    with pytest.raises(GithubException) as refused:
        client.create_repository("second")

    assert refused.value.status == status
    answered = refused.value.headers or {}
    assert {name: answered[name] for name in headers} == headers
    assert ("retry-after" in answered) == ("retry-after" in headers)


def test_the_primary_limit_also_refuses_reads_but_not_the_question_how_much_is_left(
    hub: RunningGitHub, client: Client
) -> None:
    hub.double.clock.stop(NOON)
    hub.double.limits.reset(LimitRules(enabled=True, requests_per_hour=1))
    assert client.api.get_user().login == "local-student"

    with pytest.raises(RateLimitExceeded, match="API rate limit exceeded"):
        client.api.get_repo("local-student/todo-app")

    left = client.api.get_rate_limit().rate
    assert (left.limit, left.remaining) == (1, 0)
    assert left.reset.timestamp() == NOON + 3600


def test_more_requests_at_once_than_allowed_are_refused(hub: RunningGitHub, client: Client) -> None:
    hub.double.limits.reset(LimitRules(enabled=True, concurrent_requests=2))
    hub.double.faults.replace(FaultRule("/users/slow", "hang", seconds=5, times=None))
    address = f"{hub.url}/users/slow"

    with ThreadPoolExecutor(2) as pool:
        slow = [pool.submit(requests.get, address, timeout=0.5) for _ in range(2)]
        while hub.double.limits.at_once < 2:
            time.sleep(0.01)
        with pytest.raises(RateLimitExceeded) as refused:
            client.create_repository()
        assert all(isinstance(one.exception(), requests.RequestException) for one in slow)

    assert (refused.value.headers or {})["retry-after"] == "60"


def test_who_goes_on_inside_a_window_is_banned(hub: RunningGitHub, client: Client) -> None:
    hub.double.clock.stop(NOON)
    hub.double.limits.reset(LimitRules(enabled=True, writes_per_minute=1, ban_after=10))
    client.create_repository("first")
    for _ in range(11):
        with pytest.raises(RateLimitExceeded):
            client.create_repository("second")

    with pytest.raises(GithubException, match="suspended"):
        client.create_repository("second")

    hub.double.clock.advance(3600)
    with pytest.raises(GithubException, match="suspended"):
        client.api.get_user("local-student")
