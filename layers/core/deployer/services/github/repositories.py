"""Publish a site: its repository, one commit, Pages. Every step may be done again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

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
from deployer.domain.publication import PagesBuildType, Publication
from deployer.domain.repository import candidate_names, description, name_with
from deployer.domain.round import Round
from deployer.domain.site import Site
from deployer.domain.write_budget import Writer
from deployer.generation.reading.workflows import pages_build_type
from deployer.services.github.write_turns import WriteTurns

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

    def publish(self, record: Round, site: Site, base: Publication | None) -> Publication:
        """Publish `site` as one commit on top of `record.base_sha`.

        A first round creates the repository and enables Pages; a revision only pushes, for the
        expected head proves that the repository is the one of `base`. If the site publishes Pages
        itself, and did not before, or the other way round, it switches Pages first.

        Raises:
            Postponed: its turn to write is later.
            HeadMovedError: the branch has a commit that we do not know.
            RepositoryConflictError: every name for the repository is somebody else's.
            RepositoryGoneError: the repository of `base` was deleted.
        """
        commit = commit_of(record, site)
        build_type = pages_build_type(site)
        if base is None:
            repository, commit_sha = self._first(record, commit, build_type)
        else:
            self.turns.take(_writer(record, 0 if build_type is base.build_type else 1))
            repository, commit_sha = self._revised(base, commit, build_type)
        page_digest = hashlib.sha256(site.get("index.html", b"")).hexdigest()
        return Publication(
            repository=repository.full_name,
            repository_id=repository.id,
            repo_url=repository.html_url,
            commit_sha=commit_sha,
            pages_url=self.host.pages_url(repository.full_name),
            site_ref=record.site_ref or "",
            page_digest=page_digest,
            page_is_new=_is_new(page_digest, record, base),
            build_type=build_type,
        )

    def _first(
        self, record: Round, commit: Commit, build_type: PagesBuildType
    ) -> tuple[Repository, str]:
        """The new repository with its first commit, served by Pages."""
        turn = self.turns.take(_writer(record, WRITES_OF_A_FIRST_ROUND))
        repository = self._own_repository(record)
        commit_sha = self._first_push(repository, commit)
        self.turns.keep(turn, _writer(record, 1))
        self.host.enable_pages(repository.full_name, BRANCH, build_type)
        return repository, commit_sha

    def _revised(
        self, base: Publication, commit: Commit, build_type: PagesBuildType
    ) -> tuple[Repository, str]:
        """The repository of `base`, by the name that it has now, with one more commit."""

        def with_commit(repository: Repository) -> tuple[Repository, str]:
            if build_type is not base.build_type:
                # Before the push, which starts the build or the workflow.
                self.host.switch_pages(repository.full_name, BRANCH, build_type)
            return repository, self._pushed(repository.full_name, commit)

        try:
            return with_commit(Repository(base.repository_id, base.repository, base.repo_url, ""))
        except (RepositoryNotFoundError, HeadMovedError) as surprise:
            repository = self.host.find_by_id(base.repository_id)
            if repository is None:
                raise RepositoryGoneError(f"{base.repository} was deleted at GitHub") from surprise
            if repository.full_name == base.repository:
                raise
            # It was renamed; another one may have its old name.
            return with_commit(repository)

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

    def _own_repository(self, record: Round) -> Repository:
        email, task = record.email, record.task
        mark = description(email, task)
        for name in self._names(email, task):
            full_name = f"{self.host.owner}/{name}"
            binding = self.names.bind(full_name, email, task)
            if binding is Binding.TAKEN:
                continue
            # Looking costs none of the write budget, so only a first try creates unseen.
            found = self.host.find(full_name) if binding is Binding.OURS else None
            repository = found or self._created(name, mark)
            if repository.description == mark:
                return repository
        raise RepositoryConflictError(
            f"every repository name for {task!r} is taken at {self.host.owner}; "
            "delete or rename the repository that is in the way, then send the round again"
        )

    def _names(self, email: str, task: str) -> Iterator[str]:
        yield from candidate_names(email, task)
        yield name_with(self.names.suffix(email, task), task)

    def _created(self, name: str, mark: str) -> Repository:
        """
        Raises:
            Postponed: the name is taken. The next run sees whose repository it is; another name
                needs a turn of its own, since a refused creation counts as a write.
        """
        full_name = f"{self.host.owner}/{name}"
        repository = self.host.create(name, mark) or self.host.find(full_name)
        if repository is None or repository.description != mark:
            raise Postponed(f"{full_name} exists already", self.clock() + NOT_THERE_YET)
        return repository


def _writer(record: Round, writes: int) -> Writer:
    return Writer(record.build_id, record.key.caller, writes)


def _is_new(page_digest: str, record: Round, base: Publication | None) -> bool:
    """True unless the page is known to be the one that was there before."""
    if base is None:
        return record.base_sha is None
    return record.base_sha == base.commit_sha and page_digest != base.page_digest


def commit_of(record: Round, site: Site) -> Commit:
    """The one commit of a round. All of it comes from the record, so its SHA never varies."""
    return Commit(
        files=site,
        parent=record.base_sha,
        message=(f"Round {record.round} of {record.task}\n\nDeployment-Id: {record.build_id}\n"),
        authored_at=record.accepted_at,
    )
