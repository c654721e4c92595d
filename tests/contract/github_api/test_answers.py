"""The local GitHub answers as GitHub's published description says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from deployer.adapters.github.git import DulwichRemote
from deployer.domain.ports import Commit
from deployer.domain.site import Site
from local.github.faults import FaultRule
from local.github.limits import LimitRules
from local.github.server import RunningGitHub, serve
from tests.contract.github_api.description import operation_id, operations, violations
from tests.contract.github_api.recorder import Recorder
from tests.support.builders import START, SettableClock
from tests.support.github_app import a_token, with_app

PAGES = {"build_type": "legacy", "source": {"branch": "main", "path": "/"}}


class Caller:
    """Sends one REST request at a time, and knows what was wrong with an exchange."""

    def __init__(self, github: RunningGitHub) -> None:
        self.github = github
        self._recorder = Recorder(github)

    def __call__(
        self, method: str, path: str, body: Any = None, *, token: str | None = None
    ) -> requests.Response:
        token = self.github.token if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.request(
            method, self.github.url + path, json=body, headers=headers,
            timeout=10, allow_redirects=False,
        )  # fmt: skip

    def push(self, repository: str) -> str:
        git = DulwichRemote(self.github.git_url, lambda: self.github.token, SettableClock())
        site = Site({"index.html": b"<title>A page</title>"})
        return git.push(repository, "main", Commit(site, None, "Publish", START))

    def wrong(self) -> list[str]:
        """Exchanges so far that GitHub's description contradicts, and where."""
        return [one for exchange in self._recorder.exchanges for one in violations(exchange)]

    def called(self) -> set[str | None]:
        return {operation_id(exchange) for exchange in self._recorder.exchanges}


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Caller]:
    with serve(tmp_path, **with_app()) as github:
        yield Caller(github)


def call_every_operation(call: Caller) -> None:
    """With success, for a person's and for an organisation's repository."""
    for path in ("/user", "/users/local-student", "/users/acme", "/orgs/acme", "/rate_limit"):
        assert call("GET", path).status_code == 200, path
    for create, full_name in (("/user", "local-student/todo"), ("/orgs/acme", "acme/todo")):
        made = call("POST", f"{create}/repos", {"name": "todo", "description": "To do"})
        assert made.status_code == 201
        commit = call.push(full_name)
        call.github.double.pages_delay = 30
        assert call("POST", f"/repos/{full_name}/pages", PAGES).status_code == 201
        for _ in range(2):
            read_every_address(call, full_name, made.json()["id"], commit)
            call.github.double.pages_delay = 0
        assert (
            call("PUT", f"/repos/{full_name}/pages", {"build_type": "workflow"}).status_code == 204
        )
        assert call("PATCH", f"/repos/{full_name}", {"description": "Done"}).status_code == 200
        assert call("DELETE", f"/repos/{full_name}").status_code == 204


def read_every_address(call: Caller, full_name: str, repository_id: int, commit: str) -> None:
    repository = f"/repos/{full_name}"
    deployments = f"{repository}/deployments?environment=github-pages&sha={commit}"
    listed = call("GET", deployments).json()
    assert [one["sha"] for one in listed] == [commit]
    owner = full_name.split("/")[0]
    for path in (
        repository, f"/repositories/{repository_id}", f"{repository}/pages",
        f"{repository}/pages/builds/latest", f"{repository}/deployments/{listed[0]['id']}/statuses",
        f"/users/{owner}/repos?per_page=1",
        "/user/repos" if owner == call.github.owner else f"/orgs/{owner}/repos",
    ):  # fmt: skip
        assert call("GET", path).status_code == 200, path


def test_every_operation_answers_as_described(call: Caller) -> None:
    call_every_operation(call)
    assert call.wrong() == []
    assert {*call.called(), "apps/create-installation-access-token"} == operations()


def test_an_apps_token_and_what_it_may_not(call: Caller) -> None:
    token = a_token(call.github, lambda: datetime.now(UTC))()
    call("POST", "/orgs/acme/repos", {"name": "todo"}, token=token)
    for method, path, body in (
        ("GET", "/user", None),
        ("GET", "/user/repos", None),
        ("POST", "/user/repos", {"name": "todo"}),
    ):
        assert call(method, path, body, token=token).status_code == 403, path
    app = call.github.double.accounts.installation
    assert app is not None
    for path, status in (
        (f"/app/installations/{app.id}/access_tokens", 401),
        ("/app/installations/1/access_tokens", 401),
    ):
        assert call("POST", path, {}, token="no.jwt").status_code == status
    assert call.wrong() == []
    assert "apps/create-installation-access-token" in call.called()


def test_what_does_not_exist(call: Caller) -> None:
    repository = "/repos/local-student/nothing"
    for method, path, body in (
        ("GET", "/users/nobody", None),
        ("GET", "/orgs/nobody", None),
        ("GET", repository, None),
        ("GET", "/repositories/1", None),
        ("PATCH", repository, {"name": "something"}),
        ("DELETE", repository, None),
        ("POST", f"{repository}/pages", PAGES),
        ("PUT", f"{repository}/pages", PAGES),
        ("GET", f"{repository}/pages", None),
        ("GET", f"{repository}/pages/builds/latest", None),
        ("GET", f"{repository}/deployments", None),
        ("GET", f"{repository}/deployments/1/statuses", None),
        ("POST", "/orgs/nobody/repos", {"name": "todo"}),
    ):
        assert call(method, path, body).status_code == 404, path
    assert call.wrong() == []


def test_a_moved_repository(call: Caller) -> None:
    made = call("POST", "/user/repos", {"name": "todo"}).json()
    call("PATCH", "/repos/local-student/todo", {"name": "done"})
    for method, body, status in (("GET", None, 301), ("PATCH", {"name": "x"}, 307)):
        moved = call(method, "/repos/local-student/todo", body)
        assert moved.status_code == status
        assert moved.headers["Location"] == f"{call.github.url}/repositories/{made['id']}"
    assert call.wrong() == []


def test_what_is_not_valid(call: Caller) -> None:
    call("POST", "/user/repos", {"name": "todo"})
    for method, path, body in (
        ("POST", "/user/repos", {"name": "todo"}),
        ("POST", "/user/repos", {"name": "x", "description": "two\nlines"}),
        ("POST", "/orgs/acme/repos", {"name": "x" * 101}),
        ("PATCH", "/repos/local-student/todo", {"name": "x" * 101}),
        ("POST", "/repos/local-student/todo/pages", PAGES),
    ):
        assert call(method, path, body).status_code == 422, path
    assert call.wrong() == []


def test_pages_that_are_there_already(call: Caller) -> None:
    call("POST", "/user/repos", {"name": "todo"})
    call.push("local-student/todo")
    path = "/repos/local-student/todo/pages"
    assert [call("POST", path, PAGES).status_code for _ in range(2)] == [201, 409]
    assert call.wrong() == []


@pytest.mark.parametrize("token", ["", "wrong"])
def test_who_may_not(call: Caller, token: str) -> None:
    repository = "/repos/local-student/todo"
    for method, path, body in (
        ("GET", "/user", None),
        ("POST", "/user/repos", {"name": "todo"}),
        ("POST", "/orgs/acme/repos", {"name": "todo"}),
        ("PATCH", repository, {"name": "x"}),
        ("DELETE", repository, None),
        ("POST", f"{repository}/pages", PAGES),
    ):
        assert call(method, path, body, token=token).status_code == 401, path
    assert call.wrong() == []


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        (LimitRules(enabled=True, writes_per_minute=1), 403),
        (LimitRules(enabled=True, writes_per_minute=1, refusal="too many requests"), 429),
        (LimitRules(enabled=True, requests_per_hour=1), 403),
    ],
    ids=["secondary", "too many requests", "primary"],
)
def test_limits(call: Caller, rules: LimitRules, status: int) -> None:
    call.github.double.limits.reset(rules)
    assert call("POST", "/user/repos", {"name": "first"}).status_code == 201
    for path, body in (("/user/repos", {"name": "x"}), ("/repos/local-student/x/pages", PAGES)):
        assert call("POST", path, body).status_code == status
    assert call.wrong() == []


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503])
def test_faults(call: Caller, status: int) -> None:
    call.github.double.faults.replace(FaultRule("/user/repos", answer=status, times=None))
    assert call("POST", "/user/repos", {"name": "x"}).status_code == status
    assert call.wrong() == []
