"""Publish a site: its repository, one commit, Pages. Every step may be done again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from deployer.domain.deployment import Deployment, Publication
from deployer.domain.errors import (
    HeadMovedError,
    Postponed,
    RepositoryConflictError,
    RepositoryGoneError,
    RepositoryNotFoundError,
)
from deployer.domain.ports import (
    Binding,
    Clock,
    Commit,
    GitRemote,
    Repository,
    RepositoryHost,
    RepositoryNames,
)
from deployer.domain.repository import candidate_names, description
from deployer.domain.site import Site
from deployer.domain.write_budget import Writer
from deployer.services.write_turns import WriteTurns

WRITES_OF_A_FIRST_ROUND = 2
"""Creating the repository and enabling Pages; a push is not counted."""
BRANCH = "main"
NOT_THERE_YET = timedelta(seconds=5)


@dataclass(frozen=True)
class Publisher:
    """Puts sites where people can see them."""

    host: RepositoryHost
    git: GitRemote
    names: RepositoryNames
    turns: WriteTurns
    clock: Clock

    def publish(self, deployment: Deployment, site: Site, base: Publication | None) -> Publication:
        """Publish `site` as one commit on top of `deployment.base_sha`.

        A first round creates the repository and enables Pages; a revision only pushes, for the
        expected head proves that the repository is the one of `base`.

        Raises:
            Postponed: its turn to write is later.
            HeadMovedError: the branch has a commit that we do not know.
            RepositoryConflictError: every name for the repository is somebody else's.
            RepositoryGoneError: the repository of `base` was deleted.
        """
        commit = commit_of(deployment, site)
        writes = 0 if base else WRITES_OF_A_FIRST_ROUND
        self.turns.take(Writer(deployment.request_id, deployment.key.caller, writes))
        if base is None:
            repository = self._own_repository(deployment)
            commit_sha = self._first_push(repository, commit)
            self.turns.require_open()
            self.host.enable_pages(repository.full_name, BRANCH)
        else:
            repository = Repository(base.repository_id, base.repository, base.repo_url, "")
            try:
                commit_sha = self._pushed(base.repository, commit)
            except RepositoryNotFoundError:
                repository = self._renamed(base)
                commit_sha = self._pushed(repository.full_name, commit)
        return Publication(
            repository=repository.full_name,
            repository_id=repository.id,
            repo_url=repository.html_url,
            commit_sha=commit_sha,
            pages_url=self.host.pages_url(repository.full_name),
            site_ref=deployment.site_ref or "",
            page_digest=hashlib.sha256(site.get("index.html", b"")).hexdigest(),
        )

    def _first_push(self, repository: Repository, commit: Commit) -> str:
        try:
            return self._pushed(repository.full_name, commit)
        except RepositoryNotFoundError as exc:
            # Just after its creation GitHub may not find a repository for some seconds.
            raise Postponed(str(exc), self.clock() + NOT_THERE_YET) from exc

    def _pushed(self, full_name: str, commit: Commit) -> str:
        """The commit's SHA, once it is on the branch; somebody may have built upon it already."""
        try:
            return self.git.push(full_name, BRANCH, commit)
        except HeadMovedError as moved:
            ours = moved.head and self.git.find_commit(full_name, moved.head, commit)
            if not ours:
                raise
            return ours

    def _renamed(self, base: Publication) -> Repository:
        """The repository of `base` under the name that it has now."""
        repository = self.host.find_by_id(base.repository_id)
        if repository is None:
            raise RepositoryGoneError(f"{base.repository} was deleted at the host")
        return repository

    def _own_repository(self, deployment: Deployment) -> Repository:
        email, task = deployment.email, deployment.task
        mark = description(email, task)
        for name in candidate_names(email, task):
            full_name = f"{self.host.owner}/{name}"
            binding = self.names.bind(full_name, email, task)
            if binding is Binding.TAKEN:
                continue
            # Looking costs none of the write budget, so only a first try creates unseen.
            found = self.host.find(full_name) if binding is Binding.OURS else None
            repository = found or self.host.create(name, mark) or self.host.find(full_name)
            if repository is not None and repository.description == mark:
                return repository
        raise RepositoryConflictError(
            f"every repository name for {task!r} is taken at {self.host.owner}; "
            "delete or rename the repository that is in the way, then send the round again"
        )


def commit_of(deployment: Deployment, site: Site) -> Commit:
    """The one commit of a round. All of it comes from the record, so its SHA never varies."""
    return Commit(
        files=site,
        parent=deployment.base_sha,
        message=(
            f"Round {deployment.round} of {deployment.task}\n\n"
            f"Deployment-Id: {deployment.request_id}\n"
        ),
        authored_at=deployment.accepted_at,
    )
