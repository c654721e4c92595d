"""Faults by rule: what a client sees, and what has happened all the same."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from dulwich.client import HTTPUnauthorized
from dulwich.errors import GitProtocolError, NotGitRepository
from github import BadCredentialsException, GithubException, UnknownObjectException
from github import RateLimitExceededException as RateLimitExceeded

from local.github.faults import FaultRule

if TYPE_CHECKING:
    from local.github import RunningGitHub
    from tests.local.conftest import Client

NOON = 1_800_000_000.0
SITE = {"index.html": b"<h1>Round one</h1>", ".nojekyll": b"", "LICENSE": b"MIT License"}


def fail(hub: RunningGitHub, path: str, **rule: Any) -> None:
    hub.double.faults.replace(FaultRule(path=path, **rule))


def names_on_disk(hub: RunningGitHub) -> list[str]:
    return sorted(one.name for one in hub.double.repositories.folder.glob("*/*.git"))


def test_a_502_before_applying_leaves_nothing_and_the_next_try_works(
    hub: RunningGitHub, client: Client
) -> None:
    fail(hub, "/user/repos", method="POST", answer=502)

    with pytest.raises(GithubException) as failed:
        client.create_repository()

    assert failed.value.status == 502
    assert names_on_disk(hub) == []
    assert client.create_repository().name == "todo-app"


def test_a_502_after_applying_leaves_the_repository(hub: RunningGitHub, client: Client) -> None:
    fail(hub, "/user/repos", answer=502, when="after")

    with pytest.raises(GithubException):
        client.create_repository()

    assert names_on_disk(hub) == ["todo-app.git"]
    assert [(one.status, one.counted, one.fault) for one in hub.requests()] == [
        (502, True, "502 after applying")
    ]


def test_a_lost_answer_closes_the_connection_and_keeps_what_was_done(
    hub: RunningGitHub, client: Client
) -> None:
    client.create_repository()
    fail(hub, "/git/*/git-receive-pack", answer="lost", when="after")

    with pytest.raises(Exception, match=r"Connection aborted|closed connection|Max retries"):
        client.push("todo-app", SITE)

    # Pushing the very same commit again is a no-op: the branch is there already.
    commit, result = client.push("todo-app", SITE)
    assert result.ref_status == {}
    assert client.git.get_refs("local-student/todo-app.git").refs == {
        b"HEAD": commit.encode(),
        b"refs/heads/main": commit.encode(),
    }
    assert hub.requests("git")[1].status is None


def test_only_the_named_occurrence_is_struck(hub: RunningGitHub) -> None:
    fail(hub, "/user", method="GET", nth=2, times=2, answer=500)

    url, headers = f"{hub.url}/user", {"Authorization": f"Bearer {hub.token}"}
    statuses = [requests.get(url, headers=headers, timeout=10).status_code for _ in range(4)]

    assert statuses == [200, 500, 500, 200]


def test_a_403_with_retry_after_opens_a_window_that_the_log_knows_of(
    hub: RunningGitHub, client: Client
) -> None:
    hub.double.clock.stop(NOON)
    fail(hub, "/user/repos", answer=403, retry_after=30)

    with pytest.raises(RateLimitExceeded) as refused:
        client.create_repository()
    client.create_repository("too-early")
    hub.double.clock.advance(30)
    client.create_repository("in-time")

    assert (refused.value.headers or {})["retry-after"] == "30"
    assert [one.inside_window for one in hub.requests()] == [False, True, False]


def test_a_token_may_be_revoked_in_the_middle_for_rest_and_for_git(
    hub: RunningGitHub, client: Client
) -> None:
    client.create_repository()
    fail(hub, "*", answer=401, times=None)

    with pytest.raises(BadCredentialsException):
        client.create_repository("another")
    with pytest.raises(HTTPUnauthorized):
        client.push("todo-app", SITE)


def test_a_new_repository_may_stay_unknown_for_some_seconds(
    hub: RunningGitHub, client: Client
) -> None:
    hub.double.clock.stop(NOON)
    fail(hub, "*", answer="not found", seconds=5)
    client.create_repository()

    with pytest.raises(NotGitRepository):
        client.push("todo-app", SITE)
    with pytest.raises(UnknownObjectException):
        client.api.get_repo("local-student/todo-app")
    hub.double.clock.advance(5)
    client.push("todo-app", SITE)


def test_a_hanging_request_says_nothing_for_the_set_time(
    hub: RunningGitHub, client: Client
) -> None:
    fail(hub, "/user/repos", answer="hang", seconds=0.3)

    began = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        client.create_repository()

    assert time.monotonic() - began >= 0.3
    assert names_on_disk(hub) == []


def test_a_fault_in_the_middle_of_a_push_is_seen_by_dulwich(
    hub: RunningGitHub, client: Client
) -> None:
    client.create_repository()
    fail(hub, "/git/*/git-receive-pack", method="POST", answer=503)

    with pytest.raises(GitProtocolError, match="503"):
        client.push("todo-app", {"big.bin": os.urandom(2_000_000)})


def test_everything_can_be_set_over_http(hub: RunningGitHub) -> None:
    wanted = {
        "clock": {"stop": NOON, "advance": 5},
        "limits": {"enabled": True, "writes_per_minute": 1},
        "faults": [{"path": "/user/repos", "answer": 502, "when": "after", "nth": 2}],
        "pages_delay": 30,
    }

    state = requests.post(f"{hub.url}/_control", json=wanted, timeout=10).json()

    assert state["clock"] == NOON + 5
    assert state["limits"]["writes_per_minute"] == 1
    assert hub.double.faults.rules() == [
        FaultRule(path="/user/repos", answer=502, when="after", nth=2)
    ]
    assert hub.double.pages_delay == 30
    assert requests.get(f"{hub.url}/_control/requests", timeout=10).json() == []
    state = requests.delete(f"{hub.url}/_control", timeout=10).json()
    assert (state["faults"], state["pages_delay"]) == ([], 0)
    assert abs(state["clock"] - time.time()) < 60


@pytest.mark.parametrize(
    "wanted",
    [
        {"fault": []},
        {"faults": [{"path": "/user", "answer": "explode"}]},
        {"faults": [{"answer": 502}]},
        {"faults": [{"path": "*", "answer": "hang"}]},
        {"limits": {"per_minute": 1}},
        {"clock": {"forward": 1}},
    ],
)
def test_a_setting_that_is_not_understood_is_refused_whole(
    hub: RunningGitHub, wanted: dict[str, Any]
) -> None:
    answer = requests.post(f"{hub.url}/_control", json=wanted | {"pages_delay": 9}, timeout=10)

    assert answer.status_code == 400
    assert hub.double.pages_delay == 0
    assert hub.double.faults.rules() == []
