"""The REST side of the double of GitHub, seen by the real PyGithub."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests
from github import GithubException, UnknownObjectException

from local import github

if TYPE_CHECKING:
    from pathlib import Path

    from local.github import RunningGitHub
    from tests.local.conftest import Client, SignIn

NOON = 1_800_000_000.0
SITE = {"index.html": b"<h1>Round one</h1>", ".nojekyll": b"", "LICENSE": b"MIT License"}


def test_a_site_takes_four_requests_of_which_two_are_counted_writes(
    hub: RunningGitHub, client: Client
) -> None:
    client.publish()

    git_path = "/git/local-student/todo-app.git"
    assert [(one.method, one.path, one.status, one.counted) for one in hub.requests()] == [
        ("POST", "/user/repos", 201, True),
        ("GET", f"{git_path}/info/refs?service=git-receive-pack", 200, False),
        ("POST", f"{git_path}/git-receive-pack", 200, False),
        ("POST", "/repos/local-student/todo-app/pages", 201, True),
    ]


def test_a_new_repository_is_public_empty_and_says_where_everything_is(
    hub: RunningGitHub, client: Client
) -> None:
    repository = client.create_repository(description="A to-do list", homepage="https://x.test")

    assert repository.full_name == "local-student/todo-app"
    assert repository.owner.login == "local-student"
    assert (repository.private, repository.has_pages, repository.default_branch) == (
        False,
        False,
        "main",
    )
    assert repository.description == "A to-do list"
    assert repository.url == f"{hub.url}/repos/local-student/todo-app"
    assert repository.clone_url == f"{repository.html_url}.git"
    assert client.api.get_repo(repository.id).node_id == repository.node_id
    assert (
        hub.double.repositories.head(hub.double.repositories.owned_by(hub.owner)[0], "main") is None
    )


def test_an_organisation_owns_what_is_created_in_it(client: Client) -> None:
    repository = client.api.get_organization("acme").create_repo("shared")

    assert repository.full_name == "acme/shared"
    assert repository.organization.login == "acme"
    with pytest.raises(UnknownObjectException):
        client.api.get_organization("nobody")


@pytest.mark.parametrize("name", ["todo-app", "Todo-App"])
def test_a_name_that_exists_in_whatever_case_is_refused_with_422(client: Client, name: str) -> None:
    client.create_repository("todo-app")

    with pytest.raises(GithubException) as refused:
        client.create_repository(name)

    assert refused.value.status == 422
    assert refused.value.data["message"] == "Repository creation failed."
    assert refused.value.data["errors"][0]["message"] == ("name already exists on this account")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"name": "x" * 101}, "name is too long"),
        ({"name": "a", "description": "two\nlines"}, "control characters are not allowed"),
        ({"name": "a", "description": "x" * 351}, "description is too long"),
    ],
)
def test_what_github_would_not_take_is_refused_with_the_reason(
    client: Client, options: dict[str, str], reason: str
) -> None:
    with pytest.raises(GithubException, match=reason) as refused:
        client.create_repository(**options)
    assert refused.value.status == 422


def test_unusable_characters_in_a_name_become_hyphens(client: Client) -> None:
    assert client.create_repository("sum of sales!").name == "sum-of-sales-"


def test_of_many_that_do_the_same_at_once_exactly_one_succeeds(
    hub: RunningGitHub, client: Client
) -> None:
    def post(path: str, body: dict[str, Any]) -> int:
        headers = {"Authorization": f"Bearer {hub.token}"}
        return requests.post(f"{hub.url}{path}", json=body, headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(6) as pool:
        created = list(pool.map(post, ["/user/repos"] * 6, [{"name": "todo-app"}] * 6))
        client.push("todo-app", SITE)
        path, source = "/repos/local-student/todo-app/pages", {"source": {"branch": "main"}}
        enabled = list(pool.map(post, [path] * 6, [source] * 6))
        pushed = list(pool.map(lambda _: client.push("todo-app", SITE), range(2)))

    assert sorted(created) == [201] + [422] * 5
    assert sorted(enabled) == [201] + [409] * 5
    assert pushed[0][0] == pushed[1][0]


def test_everything_survives_a_restart(tmp_path: Path, sign_in: SignIn) -> None:
    with github.serve(tmp_path) as hub:
        client = sign_in(hub, hub.token)
        repository, commit = client.publish()
    with github.serve(tmp_path) as hub:
        client = sign_in(hub, hub.token)
        again = client.api.get_repo(repository.id)
        assert (again.full_name, again.created_at) == (
            repository.full_name,
            repository.created_at,
        )
        assert client.latest_build(again)["commit"] == commit
        assert client.create_repository("next").id > repository.id


def test_a_renamed_repository_is_found_under_both_names_with_the_same_id(client: Client) -> None:
    repository, commit = client.publish()
    repository_id = repository.id

    repository.edit(name="renamed")

    assert client.api.get_repo("local-student/todo-app").id == repository_id
    assert client.api.get_repo(repository_id).name == "renamed"
    assert client.git.get_refs("local-student/todo-app.git").refs == {
        b"HEAD": commit.encode(),
        b"refs/heads/main": commit.encode(),
    }


def test_a_name_used_again_after_a_deletion_has_another_id(client: Client) -> None:
    first = client.create_repository()
    first_id = first.id
    first.delete()

    assert client.create_repository().id != first_id


def test_a_long_list_comes_in_pages_with_link_headers(client: Client) -> None:
    created = [client.create_repository(f"app-{number}").id for number in range(5)]

    client.api.per_page = 2

    assert [one.id for one in client.api.get_user("local-student").get_repos()] == created


def test_an_unchanged_answer_is_not_sent_twice(client: Client) -> None:
    url = client.create_repository().url
    first = requests.get(url, timeout=10)

    again = requests.get(url, headers={"If-None-Match": first.headers["ETag"]}, timeout=10)

    assert (again.status_code, again.content) == (304, b"")


def test_a_repositorys_link_opens_a_page_with_its_commits_files_and_site(
    hub: RunningGitHub, client: Client
) -> None:
    repository = client.create_repository(description="<b>To do</b>")
    commit, _ = client.push("todo-app", SITE)
    client.enable_pages(repository)

    page = requests.get(repository.html_url, timeout=10).text

    assert commit[:10] in page
    assert "Publish the site" in page
    assert "<li>index.html</li>" in page
    assert f'href="{hub.pages_url}/local-student/todo-app/"' in page
    assert "&lt;b&gt;To do&lt;/b&gt;" in page
    assert "todo-app" in requests.get(f"{hub.git_url}/{hub.owner}", timeout=10).text
