"""Pages of the double of GitHub: what is served, and from when on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from github import GithubException

if TYPE_CHECKING:
    from local.github import RunningGitHub
    from tests.local.conftest import Client

NOON = 1_800_000_000.0
SITE = {"index.html": b"<h1>Round one</h1>", ".nojekyll": b"", "LICENSE": b"MIT License"}


def test_the_pushed_files_are_served_with_their_types(hub: RunningGitHub, client: Client) -> None:
    client.create_repository()
    files = {**SITE, "app.js": b"1", "data.csv": b"a,b", "404.html": b"lost?", "_x.css": b"p{}"}
    client.push("todo-app", files)
    client.enable_pages(client.api.get_repo("local-student/todo-app"))

    def get(path: str) -> tuple[int, str, bytes]:
        answer = requests.get(f"{hub.pages_url}/local-student/todo-app{path}", timeout=10)
        return answer.status_code, answer.headers["Content-Type"], answer.content

    assert get("/") == (200, "text/html; charset=utf-8", b"<h1>Round one</h1>")
    assert get("") == get("/index.html") == get("/index") == get("/")
    assert get("/app.js") == (200, "application/javascript; charset=utf-8", b"1")
    assert get("/data.csv") == (200, "text/csv; charset=utf-8", b"a,b")
    assert get("/_x.css") == (200, "text/css; charset=utf-8", b"p{}")
    assert get("/nowhere") == (404, "text/html; charset=utf-8", b"lost?")


def test_without_nojekyll_a_file_with_a_leading_underscore_is_left_out(
    hub: RunningGitHub, client: Client
) -> None:
    repository = client.create_repository()
    client.push("todo-app", {"index.html": b"x", "_x.css": b"p{}"})
    client.enable_pages(repository)

    url = f"{hub.pages_url}/local-student/todo-app/_x.css"
    assert requests.get(url, timeout=10).status_code == 404


def test_pages_refuse_a_repository_without_the_branch(client: Client) -> None:
    repository = client.create_repository()

    with pytest.raises(GithubException, match="main branch must exist") as refused:
        client.enable_pages(repository)
    assert refused.value.status == 422


def test_pages_that_are_enabled_already_answer_409(client: Client) -> None:
    repository, _ = client.publish()

    with pytest.raises(GithubException, match="already enabled") as refused:
        client.enable_pages(repository)
    assert refused.value.status == 409
    assert client.api.get_repo(repository.id).has_pages is True


def test_the_site_follows_the_branch_after_the_lag(hub: RunningGitHub, client: Client) -> None:
    hub.double.clock.stop(NOON)
    hub.double.pages_delay = 40
    page = f"{hub.pages_url}/local-student/todo-app/"

    # GIVEN a first commit whose build has finished
    repository, first = client.publish()
    assert requests.get(page, timeout=10).status_code == 404
    hub.double.clock.advance(40)
    assert requests.get(page, timeout=10).content == SITE["index.html"]

    # WHEN a second one is pushed THEN the old site stays up until the build is done
    second, _ = client.push("todo-app", {"index.html": b"Round two"}, parent=first)
    build = client.latest_build(repository)
    assert (build["status"], build["commit"]) == ("building", second)
    assert requests.get(page, timeout=10).content == SITE["index.html"]
    hub.double.clock.advance(40)
    build = client.latest_build(repository)
    assert (build["status"], build["commit"], build["duration"]) == ("built", second, 40_000)
    assert requests.get(page, timeout=10).content == b"Round two"
