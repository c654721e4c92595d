"""Publishing as a GitHub App: one token an hour, for REST and for git."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployer.adapters.github.token import StoredToken
from deployer.domain.errors import HostUnavailableError, RejectedError
from deployer.domain.ports import Commit
from deployer.domain.publication import PagesBuildType
from deployer.domain.site import Site
from local.github import RunningGitHub, serve
from tests.publishing.line import as_the_user
from tests.support.builders import START, SettableClock
from tests.support.github_app import a_token, as_the_app, with_app

FIRST = Commit(Site({"index.html": b"<title>A page</title>"}), None, "Round 1", START)
WORKFLOW = Commit(Site({".github/workflows/ci.yml": b"on: push\n"}), None, "Round 1", START)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def github(tmp_path: Path, clock: SettableClock) -> Iterator[RunningGitHub]:
    with serve(tmp_path, **with_app()) as running:
        running.double.clock.stop(START.timestamp())
        yield running


def tokens_fetched(github: RunningGitHub) -> int:
    return sum(entry.path.endswith("/access_tokens") for entry in github.requests())


def test_a_first_round_takes_one_request_more_and_the_next_ones_none(
    github: RunningGitHub, clock: SettableClock
) -> None:
    host, git = as_the_app(github, clock)
    for name in ("first", "second"):
        made = host.create(name, "")
        assert made is not None
        assert made.full_name == f"acme/{name}"
        git.push(made.full_name, "main", FIRST)
        host.enable_pages(made.full_name, "main", PagesBuildType.BRANCH)
    paths = [entry.path.split("?")[0] for entry in github.requests()]
    assert paths[0] == "/app/installations/4711/access_tokens"
    assert len(paths) == 1 + 2 * 4
    assert sum(entry.counted for entry in github.requests()) == 2 * 2


def test_a_token_is_renewed_before_it_expires(github: RunningGitHub, clock: SettableClock) -> None:
    token = a_token(github, clock)
    first = token()
    pass_time(github, clock, minutes=53)
    assert token() == first
    pass_time(github, clock, minutes=2)
    assert token() != first
    assert tokens_fetched(github) == 2


def test_a_token_that_github_refuses_is_fetched_anew_next_time(
    github: RunningGitHub, clock: SettableClock
) -> None:
    host, git = as_the_app(github, clock)
    host.create("site", "")
    for ask in (lambda: host.find("acme/site"), lambda: git.push("acme/site", "main", FIRST)):
        assert github.double.accounts.installation is not None
        github.double.accounts.installation.revoke_all()
        with pytest.raises(HostUnavailableError, match="401"):
            ask()
        assert ask()
    assert tokens_fetched(github) == 3


def test_a_key_that_is_none_or_another_apps_is_named(
    github: RunningGitHub, clock: SettableClock
) -> None:
    with pytest.raises(HostUnavailableError, match="GITHUB_APP_PRIVATE_KEY is not"):
        a_token(github, clock, private_key=lambda: "-----BEGIN NOTHING-----")()
    with pytest.raises(HostUnavailableError, match=r"401.*GITHUB_APP_PRIVATE_KEY"):
        a_token(github, clock, app_id="another")()


def test_a_workflow_without_the_permission_is_refused_for_good(
    github: RunningGitHub, clock: SettableClock
) -> None:
    host, git = as_the_app(github, clock)
    host.create("site", "")
    with pytest.raises(RejectedError, match=r"a GitHub App .*`\.github/workflows/ci\.yml`"):
        git.push("acme/site", "main", WORKFLOW)


def test_an_app_does_not_write_to_another_account(
    github: RunningGitHub, clock: SettableClock
) -> None:
    host, git = as_the_app(github, clock)
    as_the_user(github, clock)[0].create("site", "")
    with pytest.raises(HostUnavailableError, match="403"):
        host.enable_pages(f"{github.owner}/site", "main", PagesBuildType.BRANCH)
    with pytest.raises(HostUnavailableError, match="403"):
        git.push(f"{github.owner}/site", "main", FIRST)


def test_a_stored_token_is_read_each_time() -> None:
    values = iter(("old", "new"))
    token = StoredToken(lambda: next(values))
    assert [token(), token()] == ["old", "new"]


def pass_time(github: RunningGitHub, clock: SettableClock, minutes: int) -> None:
    clock.advance(minutes * 60)
    github.double.clock.advance(minutes * 60)
