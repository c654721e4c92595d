"""Commits over git's smart HTTP, with dulwich and without a work tree.

A push is not one of the requests that GitHub counts as content creation, and it carries any
number of files in one commit.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import urllib3
from dulwich.client import HTTPUnauthorized, Urllib3HttpGitClient
from dulwich.errors import GitProtocolError, NotGitRepository, SendPackError
from dulwich.index import commit_tree
from dulwich.object_store import BaseObjectStore, MemoryObjectStore, iter_tree_contents
from dulwich.objects import ZERO_SHA, Blob, ObjectID, ShaFile
from dulwich.objects import Commit as GitCommit
from dulwich.pack import pack_objects_to_data
from dulwich.refs import Ref
from dulwich.repo import MemoryRepo

from deployer.adapters.github.answers import error_for
from deployer.domain.errors import (
    DeployerError,
    HeadMovedError,
    HostUnavailableError,
    RejectedError,
    RepositoryConflictError,
    RepositoryNotFoundError,
)
from deployer.domain.ports import Clock, Commit
from deployer.domain.site import Site
from deployer.domain.site_path import InvalidPathError

AUTHOR = b"LLM Code Deployer <llm-code-deployer@users.noreply.github.com>"
REGULAR_FILE = 0o100644
TIMEOUT_SECONDS = 30


class DulwichRemote:
    """`GitRemote` for the repositories under `base_url` (`https://github.com`).

    `token` answers the token of the moment; `token_refused` is told when GitHub does not take it.
    """

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str],
        clock: Clock,
        *,
        token_refused: Callable[[], None] = lambda: None,
    ) -> None:
        self._base_url = base_url
        self._token = token
        self._token_refused = token_refused
        self._clock = clock
        self._pool = _AnswerReadingPool(clock)

    def push(self, repository: str, branch: str, commit: Commit) -> str:
        objects = commit_objects(commit)
        reason = self._send(repository, branch, objects, commit.parent)
        if reason and not isinstance(_refusal(reason), RejectedError):
            # Another push came between the advertised head and ours. If it was of the same
            # commit, which another worker made of the same record, the head is ours by now.
            reason = self._send(repository, branch, objects, commit.parent)
        if reason:
            raise _refusal(reason)
        return objects[-1].id.decode()

    def _send(
        self, repository: str, branch: str, objects: list[ShaFile], parent: str | None
    ) -> str | None:
        """Push the last of `objects`, a commit on `parent`. Return GitHub's reason for not moving
        the branch, or None."""
        ours = objects[-1].id
        ref = Ref(f"refs/heads/{branch}".encode())
        expected = parent.encode() if parent else ZERO_SHA

        def update(refs: dict[Ref, ObjectID]) -> dict[Ref, ObjectID]:
            head = refs.get(ref, ZERO_SHA)
            if head not in (ours, expected):
                raise HeadMovedError(repository, None if head == ZERO_SHA else head.decode())
            return {ref: ours}

        def pack(have: Any, want: Any, **options: Any) -> Any:
            del have, want
            return pack_objects_to_data(objects, ofs_delta=bool(options.get("ofs_delta")))

        with self._errors(repository):
            result = self._client().send_pack(f"{repository}.git", update, pack)
        return (result.ref_status or {}).get(ref)

    def find_commit(self, repository: str, head: str, commit: Commit) -> str | None:
        ours = commit_objects(commit)[-1].id
        fetched = self._fetched(repository, head)
        walked = fetched.get_walker(include=[ObjectID(head.encode())])
        return ours.decode() if any(entry.commit.id == ours for entry in walked) else None

    def read(self, repository: str, commit_sha: str) -> Site:
        target = self._fetched(repository, commit_sha, depth=1)
        wanted = ObjectID(commit_sha.encode())
        made = target[wanted]
        if not isinstance(made, GitCommit):
            raise RepositoryConflictError(f"{commit_sha} is not a commit")
        try:
            return Site(dict(_files(target.object_store, made.tree)))
        except InvalidPathError as exc:
            raise RepositoryConflictError(f"the repository holds a file that {exc}") from exc

    def _fetched(self, repository: str, head: str, depth: int | None = None) -> MemoryRepo:
        target, wanted = MemoryRepo(), ObjectID(head.encode())
        with self._errors(repository):
            self._client().fetch(
                f"{repository}.git",
                target,
                determine_wants=lambda *_, **__: [wanted],
                depth=depth,
            )
        return target

    def _client(self) -> Urllib3HttpGitClient:
        # The user name is anything: GitHub reads the token from the password.
        return Urllib3HttpGitClient(
            self._base_url,
            pool_manager=self._pool,
            username="x-access-token",
            password=self._token(),
            timeout=TIMEOUT_SECONDS,
            quiet=True,
        )

    @contextmanager
    def _errors(self, repository: str) -> Iterator[None]:
        try:
            yield
        except NotGitRepository as exc:
            raise RepositoryNotFoundError(f"{repository} is not to be found") from exc
        except HTTPUnauthorized as exc:
            self._token_refused()
            raise error_for(401, {}, "git", self._clock) from exc
        except (GitProtocolError, SendPackError, urllib3.exceptions.HTTPError, OSError) as exc:
            raise HostUnavailableError(f"git over HTTP: {type(exc).__name__}") from exc


class _AnswerReadingPool(urllib3.PoolManager):
    """Reads GitHub's limits from an answer before dulwich drops its headers."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(retries=False, headers={"User-Agent": "git/llm-code-deployer"})
        self._clock = clock

    def request(self, method: str, url: str, **options: Any) -> Any:  # type: ignore[override]
        response = super().request(method, url, **options)
        if response.status in (301, 302, 307, 308):
            # GitHub sends the old name of a renamed repository on; we go by its id instead.
            raise NotGitRepository
        if response.status in (403, 429) or response.status >= 500:
            message = response.read(2000).decode("utf-8", "replace")
            raise error_for(response.status, response.headers, message, self._clock)
        return response


def _refusal(reason: str) -> DeployerError:
    """Our error for a branch that GitHub did not move, in GitHub's words."""
    if "workflow" in reason:
        return RejectedError(
            f"GitHub refused the push: {reason}; give the token the Workflows permission "
            "(classic: the workflow scope), or set ALLOW_WORKFLOWS=false"
        )
    if "rule violations" in reason or "push declined" in reason:
        return RejectedError(f"GitHub refused the push: {reason}")
    return HostUnavailableError(f"git refused the push: {reason}")


def commit_objects(commit: Commit) -> list[ShaFile]:
    """Every git object of the commit, the commit itself last. Same values, same SHAs."""
    store = MemoryObjectStore()
    entries = []
    for path, content in commit.files.items():
        blob = Blob.from_string(content)
        store.add_object(blob)
        entries.append((path.encode(), blob.id, REGULAR_FILE))
    made = GitCommit()
    made.tree = commit_tree(store, entries)
    made.parents = [ObjectID(commit.parent.encode())] if commit.parent else []
    made.author = made.committer = AUTHOR
    made.author_time = made.commit_time = int(commit.authored_at.timestamp())
    made.author_timezone = made.commit_timezone = 0
    made.encoding = b"UTF-8"
    made.message = commit.message.encode()
    return [*(store[sha] for sha in store), made]


def _files(store: BaseObjectStore, tree: ObjectID) -> Iterator[tuple[str, bytes]]:
    for entry in iter_tree_contents(store, tree):
        path = entry.path.decode("utf-8", "replace")
        if not stat.S_ISREG(entry.mode):
            raise RepositoryConflictError(f"the repository holds {path}, which is not a file")
        yield path, store[entry.sha].as_raw_string()
