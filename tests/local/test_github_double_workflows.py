"""Pushes with workflow files, which GitHub takes only from who may write them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from local.github import RunningGitHub
    from tests.local.conftest import Client

MAIN = b"refs/heads/main"
WORKFLOW = "on: push\n"


def push(hub: RunningGitHub, folder: Path, path: str) -> subprocess.CompletedProcess[str]:
    """Commit one file and push it with the git of this machine."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(WORKFLOW)
    remote = f"{hub.git_url}/{hub.owner}/todo-app.git".replace("://", f"://x:{hub.token}@")

    def git(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c"]
        return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)

    git("init", "-b", "main")
    git("add", "--all")
    git("commit", "-m", path)
    return git("push", remote, "main")


def test_a_workflow_is_refused_in_githubs_words_and_nothing_is_pushed(
    hub: RunningGitHub, client: Client, tmp_path: Path
) -> None:
    repository = client.create_repository()
    assert push(hub, tmp_path / "copy", "index.html").returncode == 0
    refused = push(hub, tmp_path / "copy", ".github/workflows/ci.yml")
    assert (
        "! [remote rejected] main -> main (refusing to allow a Personal Access Token to create or "
        "update workflow `.github/workflows/ci.yml` without `workflow` scope)" in refused.stderr
    )
    found = hub.double.repositories.find(hub.owner, repository.name)
    assert found is not None
    log = subprocess.run(
        ["git", "log", "--format=%s", "main"], check=True, capture_output=True, text=True,
        cwd=hub.double.repositories.git_directory(found),
    )  # fmt: skip
    assert log.stdout.split() == ["index.html"]


def test_a_first_commit_with_a_workflow_is_refused_too(
    hub: RunningGitHub, client: Client, tmp_path: Path
) -> None:
    client.create_repository()
    refused = push(hub, tmp_path / "copy", ".github/workflows/ci.yml")
    assert "without `workflow` scope" in refused.stderr


@pytest.mark.parametrize("path", [".github/dependabot.yml", "docs/.github/workflows/ci.yml"])
def test_other_files_are_no_workflows(
    hub: RunningGitHub, client: Client, tmp_path: Path, path: str
) -> None:
    client.create_repository()
    assert push(hub, tmp_path / "copy", path).returncode == 0


def test_a_token_with_the_scope_pushes_workflows(
    hub: RunningGitHub, client: Client, tmp_path: Path
) -> None:
    client.create_repository()
    hub.double.accounts.may_write_workflows = True
    assert push(hub, tmp_path / "copy", ".github/workflows/ci.yml").returncode == 0
