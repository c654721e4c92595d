"""The doubles on free ports, and the clients that the product uses against them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from dulwich.client import HttpGitClient
from dulwich.objects import Blob, Commit, ObjectID, Tree
from dulwich.pack import pack_objects_to_data
from dulwich.refs import Ref
from github import Auth, Github

from local import evaluator, github

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dulwich.client import SendPackResult
    from github.Repository import Repository

MAIN = Ref(b"refs/heads/main")
SITE = {"index.html": b"<h1>Round one</h1>", ".nojekyll": b"", "LICENSE": b"MIT License"}


@dataclass
class Client:
    """PyGithub and dulwich, used the way the product uses them: no retry, no throttle."""

    api: Github
    git: HttpGitClient
    owner: str

    def create_repository(self, name: str = "todo-app", **options: Any) -> Repository:
        """Create an empty repository of the token's user."""
        return self.api.get_user().create_repo(name, **options)

    def enable_pages(self, repository: Repository) -> dict[str, Any]:
        """Publish the main branch."""
        source = {"branch": "main", "path": "/"}
        answer: dict[str, Any]
        _, answer = repository.requester.requestJsonAndCheck(
            "POST",
            f"{repository.url}/pages",
            input={"build_type": "legacy", "source": source},
        )
        return answer

    def publish(
        self, name: str = "todo-app", files: dict[str, bytes] = SITE
    ) -> tuple[Repository, str]:
        """Create a repository, push its first commit and enable Pages."""
        repository = self.create_repository(name)
        commit, _ = self.push(name, files)
        self.enable_pages(repository)
        return repository, commit

    def latest_build(self, repository: Repository) -> dict[str, Any]:
        """Ask how far Pages is."""
        url = f"{repository.url}/pages/builds/latest"
        build: dict[str, Any]
        _, build = repository.requester.requestJsonAndCheck("GET", url)
        return build

    def push(
        self,
        repository: str,
        files: dict[str, bytes],
        parent: str | None = None,
        message: str = "Publish the site",
    ) -> tuple[str, SendPackResult]:
        """Push one commit of a flat folder to main, from memory; return its SHA, too."""
        blobs = {name: Blob.from_string(content) for name, content in files.items()}
        tree = Tree()
        for name, blob in blobs.items():
            tree.add(name.encode(), 0o100644, blob.id)
        commit = Commit()
        commit.tree = tree.id
        commit.parents = [ObjectID(parent.encode())] if parent else []
        commit.author = commit.committer = b"LLM Code Deployer <deployer@example.com>"
        commit.author_time = commit.commit_time = 1_700_000_000
        commit.author_timezone = commit.commit_timezone = 0
        commit.message = message.encode()
        objects = [(one, None) for one in (*blobs.values(), tree, commit)]
        result = self.git.send_pack(
            f"{self.owner}/{repository}.git",
            lambda _: {MAIN: commit.id},
            lambda *_, **__: pack_objects_to_data(objects),
        )
        return commit.id.decode(), result


SignIn = Callable[[github.RunningGitHub, str], Client]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[github.RunningGitHub]:
    """A double of GitHub without limits, faults or lag."""
    with github.serve(tmp_path / "github", organizations=["acme"]) as running:
        yield running


@pytest.fixture
def sign_in() -> Iterator[SignIn]:
    """Make clients for a running double, closed at the end of the test."""
    with ExitStack() as opened:

        def make(hub: github.RunningGitHub, token: str) -> Client:
            client = _client(hub, token)
            opened.callback(client.api.close)
            return client

        yield make


@pytest.fixture
def client(hub: github.RunningGitHub, sign_in: SignIn) -> Client:
    """A client that is signed in."""
    return sign_in(hub, hub.token)


@pytest.fixture
def stranger(hub: github.RunningGitHub, sign_in: SignIn) -> Client:
    """A client with a wrong token."""
    return sign_in(hub, "not-the-token")


@pytest.fixture
def evaluation(tmp_path: Path) -> Iterator[evaluator.RunningEvaluator]:
    """An evaluator that has heard nothing yet."""
    with evaluator.serve(tmp_path / "evaluator") as running:
        yield running


def _client(hub: github.RunningGitHub, token: str) -> Client:
    api = Github(
        base_url=hub.url,
        auth=Auth.Token(token),
        retry=None,
        timeout=10,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    git = HttpGitClient(f"{hub.git_url}/", username="x-access-token", password=token)
    return Client(api, git, hub.owner)
