"""Publish a site: its repository, one commit, Pages. Every step may be done again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from deployer.domain.deployment import Deployment, Publication
from deployer.domain.errors import RepositoryConflictError
from deployer.domain.ports import Commit, GitRemote, Repository, RepositoryHost, RepositoryNames
from deployer.domain.repository import candidate_names, description
from deployer.domain.site import Site

BRANCH = "main"


@dataclass(frozen=True)
class Publisher:
    """Puts sites where people can see them."""

    host: RepositoryHost
    git: GitRemote
    names: RepositoryNames

    def publish(self, deployment: Deployment, site: Site, base: Publication | None) -> Publication:
        """Publish `site` as one commit on top of `deployment.base_sha`.

        A first round creates the repository and enables Pages; a revision only pushes, for the
        expected head proves that the repository is the one of `base`.

        Raises:
            HeadMovedError: the branch has a commit that we do not know.
            RepositoryConflictError: every name for the repository is somebody else's.
        """
        if base is None:
            repository = self._own_repository(deployment)
            name, repository_id = repository.full_name, repository.id
            repo_url = repository.html_url
        else:
            name, repository_id, repo_url = base.repository, base.repository_id, base.repo_url
        commit_sha = self.git.push(name, BRANCH, commit_of(deployment, site))
        if base is None:
            self.host.enable_pages(name, BRANCH)
        return Publication(
            repository=name,
            repository_id=repository_id,
            repo_url=repo_url,
            commit_sha=commit_sha,
            pages_url=self.host.pages_url(name),
            site_ref=deployment.site_ref or "",
            page_digest=hashlib.sha256(site.get("index.html", b"")).hexdigest(),
        )

    def _own_repository(self, deployment: Deployment) -> Repository:
        email, task = deployment.email, deployment.task
        mark = description(email, task)
        for name in candidate_names(email, task):
            full_name = f"{self.host.owner}/{name}"
            if not self.names.bind(full_name, email, task):
                continue
            repository = self.host.create(name, mark) or self.host.find(full_name)
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
