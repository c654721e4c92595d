"""GitHub's REST API: repositories and Pages, with PyGithub."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import quote

import requests
from github import Auth, Github, GithubException, UnknownObjectException
from github.Repository import Repository as GithubRepository

from deployer.adapters.github.answers import error_for
from deployer.domain.errors import HostUnavailableError, RepositoryNotFoundError
from deployer.domain.ports import Clock, Repository
from deployer.domain.publication import PagesBuildType, Publication

TIMEOUT_SECONDS = 15
UNAUTHORIZED = 401
INVALID = 422
PAGES_EXIST = 409
NOT_FOUND = 404


def github_client(token: str, base_url: str) -> Github:
    """A client with this token; see `client_as`."""
    return client_as(Auth.Token(token), base_url)


def client_as(identity: Auth.Auth, base_url: str) -> Github:
    """A client that never repeats a request by itself.

    PyGithub's own retry repeats POSTs that may have been applied, and its throttle knows only
    this process.
    """
    return Github(
        auth=identity,
        base_url=base_url.rstrip("/"),
        timeout=TIMEOUT_SECONDS,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        user_agent="llm-code-deployer",
    )


@contextmanager
def asking_github(clock: Clock, token_refused: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Turn PyGithub's errors in this block into ours."""
    try:
        yield
    except GithubException as exc:
        if exc.status == UNAUTHORIZED:
            token_refused()
        raise error_for(exc.status, exc.headers or {}, str(exc.data or exc.message), clock) from exc
    except requests.RequestException as exc:
        raise HostUnavailableError(f"GitHub: {type(exc).__name__}") from exc


class GitHubHost:
    """`RepositoryHost` for the repositories of one account, a person's or an organisation's.

    `connect` makes a client with the token of the moment, and `token_refused` is told when GitHub
    does not take it; `pages_base_url` is where sites are served when that is not
    `https://OWNER.github.io`.
    """

    def __init__(
        self,
        connect: Callable[[], Github],
        owner: str,
        pages_base_url: str,
        clock: Clock,
        *,
        is_organization: bool = False,
        token_refused: Callable[[], None] = lambda: None,
    ) -> None:
        self._connect = connect
        self._owner = owner
        self._repositories = f"/orgs/{quote(owner)}/repos" if is_organization else "/user/repos"
        self._pages_base_url = pages_base_url.rstrip("/")
        self._clock = clock
        self._token_refused = token_refused

    @property
    def owner(self) -> str:
        return self._owner

    def create(self, name: str, description: str) -> Repository | None:
        with self._errors():
            requester = self._connect().requester
            try:
                _, created = requester.requestJsonAndCheck(
                    "POST",
                    self._repositories,
                    input={
                        "name": name,
                        "description": description,
                        "private": False,
                        "auto_init": False,
                        "has_wiki": False,
                        "has_projects": False,
                    },
                )
            except GithubException as exc:
                if exc.status == INVALID and _name_exists(exc):
                    return None
                raise
        return _repository(GithubRepository(requester, {}, created, completed=True))

    def find(self, full_name: str) -> Repository | None:
        with self._errors():
            try:
                return _repository(self._connect().get_repo(full_name))
            except UnknownObjectException:
                return None

    def find_by_id(self, repository_id: int) -> Repository | None:
        with self._errors():
            try:
                return _repository(self._connect().get_repo(repository_id))
            except UnknownObjectException:
                return None

    def enable_pages(self, full_name: str, branch: str, build_type: PagesBuildType) -> None:
        with self._errors():
            try:
                self._send_pages("POST", full_name, branch, build_type)
                return
            except GithubException as exc:
                if exc.status == INVALID and "must exist" in str(exc.data):
                    # Just after the push GitHub may not see the branch yet.
                    raise HostUnavailableError(f"GitHub Pages: {branch} is not there yet") from exc
                if exc.status != PAGES_EXIST:
                    raise
        self.switch_pages(full_name, branch, build_type)

    def switch_pages(self, full_name: str, branch: str, build_type: PagesBuildType) -> None:
        site = self._get(f"/repos/{full_name}/pages")
        if site is not None and site.get("build_type") == build_type:
            return
        with self._errors():
            try:
                # The owner may have switched Pages off.
                self._send_pages("PUT" if site else "POST", full_name, branch, build_type)
            except GithubException as exc:
                if exc.status == NOT_FOUND:
                    raise RepositoryNotFoundError(f"{full_name} is not to be found") from exc
                raise

    def _send_pages(
        self, method: str, full_name: str, branch: str, build_type: PagesBuildType
    ) -> None:
        wanted: dict[str, Any] = {"build_type": build_type.value}
        if build_type is PagesBuildType.BRANCH:
            wanted["source"] = {"branch": branch, "path": "/"}
        headers, site = self._connect().requester.requestJsonAndCheck(
            method, f"/repos/{full_name}/pages", input=wanted
        )
        if "location" in headers and "build_type" not in (site or {}):
            # PyGithub takes the 307 of a renamed repository for a success.
            raise RepositoryNotFoundError(f"{full_name} has another name now")

    def serves(self, publication: Publication) -> bool:
        """The latest build, else a deployment of the commit, else the page itself, if it is new."""
        return (
            self._built(publication)
            or self._deployed(publication)
            or (publication.page_is_new and self._shown(publication))
        )

    def _built(self, publication: Publication) -> bool:
        build = self._get(f"/repos/{publication.repository}/pages/builds/latest")
        return (
            isinstance(build, dict)
            and build.get("status") == "built"
            and build.get("commit") == publication.commit_sha
        )

    def _deployed(self, publication: Publication) -> bool:
        path = f"/repos/{publication.repository}/deployments"
        query = f"?environment=github-pages&sha={publication.commit_sha}"
        deployments = self._get(path + query)
        if not isinstance(deployments, list) or not deployments:
            return False
        statuses = self._get(f"{path}/{deployments[0]['id']}/statuses")
        return isinstance(statuses, list) and any(s["state"] == "success" for s in statuses)

    def _shown(self, publication: Publication) -> bool:
        # The query is new for every commit: a 404 from before may be kept by a cache.
        url = f"{publication.pages_url}?v={publication.commit_sha}"
        try:
            page = requests.get(url, timeout=TIMEOUT_SECONDS)
        except requests.RequestException:
            return False
        return page.ok and hashlib.sha256(page.content).hexdigest() == publication.page_digest

    def _get(self, path: str) -> Any:
        """The JSON at `path`; None if GitHub has nothing there."""
        with self._errors():
            try:
                return self._connect().requester.requestJsonAndCheck("GET", path)[1]
            except UnknownObjectException:
                return None

    def pages_url(self, full_name: str) -> str:
        owner, name = full_name.split("/", 1)
        if self._pages_base_url:
            return f"{self._pages_base_url}/{quote(owner)}/{quote(name)}/"
        return f"https://{owner.lower()}.github.io/{quote(name)}/"

    def _errors(self) -> AbstractContextManager[None]:
        return asking_github(self._clock, self._token_refused)


def _name_exists(exc: GithubException) -> bool:
    errors = exc.data.get("errors", []) if isinstance(exc.data, dict) else []
    return any(isinstance(error, dict) and error.get("field") == "name" for error in errors)


def _repository(found: GithubRepository) -> Repository:
    return Repository(found.id, found.full_name, found.html_url, found.description or "")
