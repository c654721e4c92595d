"""The git side of the double of GitHub, seen by the real git and dulwich."""

from __future__ import annotations

import gzip
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
import requests
from dulwich.client import HTTPUnauthorized
from dulwich.errors import NotGitRepository
from github import BadCredentialsException, UnknownObjectException

from local.github.git_commands import run_git

if TYPE_CHECKING:
    from pathlib import Path

    from local.github import RunningGitHub
    from tests.local.conftest import Client

NOON = 1_800_000_000.0
SITE = {"index.html": b"<h1>Round one</h1>", ".nojekyll": b"", "LICENSE": b"MIT License"}


def git(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the git of this machine as a client that cannot ask for a password."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run(
        ["git", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_a_clone_holds_the_pushed_bytes_and_the_one_commit(client: Client, tmp_path: Path) -> None:
    picture = os.urandom(3_000_000)  # big enough for dulwich to send it chunked
    repository = client.create_repository()
    commit, _ = client.push("todo-app", {**SITE, "logo.png": picture})

    assert git("clone", repository.clone_url, "copy", cwd=tmp_path).returncode == 0

    copy = tmp_path / "copy"
    assert (copy / "logo.png").read_bytes() == picture
    assert (copy / "index.html").read_bytes() == SITE["index.html"]
    assert git("log", "--format=%H", cwd=copy).stdout.split() == [commit]
    assert git("fsck", "--strict", cwd=copy).returncode == 0
    assert git("branch", "--show-current", cwd=copy).stdout == "main\n"


def test_a_second_commit_goes_on_top_of_the_first(client: Client, tmp_path: Path) -> None:
    repository = client.create_repository()
    first, _ = client.push("todo-app", SITE)
    second, _ = client.push("todo-app", {**SITE, "app.js": b"1"}, parent=first)

    git("clone", repository.html_url, "copy", cwd=tmp_path)

    assert git("log", "--format=%H", cwd=tmp_path / "copy").stdout.split() == [second, first]


def test_a_push_that_would_rewrite_history_is_refused_like_on_a_protected_branch(
    hub: RunningGitHub, client: Client
) -> None:
    client.create_repository()
    first, _ = client.push("todo-app", SITE)

    _, result = client.push("todo-app", {"index.html": b"other"}, message="Start again")

    assert result.ref_status == {b"refs/heads/main": "non-fast-forward"}
    directory = hub.double.repositories.folder / "local-student/todo-app.git"
    assert run_git(directory, "rev-parse", "main").decode().strip() == first


def test_the_git_command_pushes_with_the_token_and_may_not_delete_the_branch(
    hub: RunningGitHub, client: Client, tmp_path: Path
) -> None:
    repository = client.create_repository()
    remote = repository.clone_url.replace("://", f"://x-access-token:{hub.token}@")
    git("init", "-b", "main", cwd=tmp_path)
    (tmp_path / "index.html").write_text("hello")
    git("add", "index.html", cwd=tmp_path)
    git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-m", "one", cwd=tmp_path)

    assert git("push", remote, "main", cwd=tmp_path).returncode == 0
    assert git("push", remote, "main:main", cwd=tmp_path).returncode == 0
    assert "deletion prohibited" in git("push", remote, ":main", cwd=tmp_path).stderr


def test_a_compressed_request_is_understood(hub: RunningGitHub, client: Client) -> None:
    client.create_repository()
    commit, _ = client.push("todo-app", SITE)

    answer = requests.post(
        f"{hub.git_url}/local-student/todo-app.git/git-upload-pack",
        data=gzip.compress(b"0014command=ls-refs\n0000"),
        headers={
            "Content-Encoding": "gzip",
            "Content-Type": "application/x-git-upload-pack-request",
            "Git-Protocol": "version=2",
        },
        timeout=10,
    )

    assert f"{commit} refs/heads/main" in answer.text


def test_a_wrong_token_may_neither_push_nor_call_the_api(client: Client, stranger: Client) -> None:
    client.create_repository()

    with pytest.raises(HTTPUnauthorized):
        stranger.push("todo-app", SITE)
    with pytest.raises(BadCredentialsException, match="Bad credentials") as refused:
        stranger.create_repository("another")
    assert refused.value.status == 401


def test_without_a_token_nothing_is_pushed_and_nothing_is_said_of_what_exists(
    hub: RunningGitHub, client: Client
) -> None:
    client.create_repository()

    for name, service in (
        ("todo-app", "receive"),
        ("unknown", "receive"),
        ("unknown", "upload"),
    ):
        url = f"{hub.git_url}/local-student/{name}.git/info/refs?service=git-{service}-pack"
        assert requests.get(url, timeout=10).status_code == 401


def test_an_unknown_repository_is_not_found(client: Client) -> None:
    with pytest.raises(NotGitRepository):
        client.push("unknown", SITE)
    with pytest.raises(UnknownObjectException):
        client.api.get_repo("local-student/unknown")
