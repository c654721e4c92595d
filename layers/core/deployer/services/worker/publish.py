"""The worker's second step: the site as one commit, on whatever is at the host by now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from deployer.domain.errors import (
    HeadMovedError,
    Postponed,
    RepositoryConflictError,
    RepositoryGoneError,
)
from deployer.domain.publication import Publication
from deployer.domain.round import Round
from deployer.services.worker.bases import Bases
from deployer.services.worker.claim import Claim
from deployer.services.worker.invocation import Invocation
from deployer.services.worker.ports import BuildPorts

TIME_TO_PUBLISH_SECONDS = 30
"""Without so much left, publishing is for the next run."""


@dataclass(frozen=True)
class PublishStep:
    """From GENERATED to PUBLISHED."""

    ports: BuildPorts
    bases: Bases
    claim: Claim
    invocation: Invocation

    def take(self, record: Round) -> Round:
        """Publish the stored site; on an unexpected repository, once more on what is there.

        Raises:
            Postponed: there is no time left, or the turn to write is later.
            RepositoryConflictError: somebody else is changing the repository, or has its name.
        """
        if self.invocation.seconds_left() < TIME_TO_PUBLISH_SECONDS:
            raise Postponed("this run has no time left to publish", self.ports.clock())
        with self.ports.timed("published"):
            try:
                publication = self._commit(record)
            except HeadMovedError as moved:
                publication = self._commit_on_theirs(record, moved)
            except RepositoryGoneError as gone:
                publication = self._commit(self._begin_anew(record, gone))
            return self.claim.update(
                lambda record: record.published(publication, self.ports.clock())
            )

    def _commit(self, record: Round) -> Publication:
        # Without a commit to be put on, it is the first one of a repository.
        base = self.bases.base_of(record) if record.base_sha else None
        return self.ports.publisher.publish(record, self.bases.stored_site(record).site, base)

    def _commit_on_theirs(self, record: Round, moved: HeadMovedError) -> Publication:
        try:
            return self._commit(self._rebase(record, moved))
        except HeadMovedError as again:
            raise RepositoryConflictError(
                f"somebody else is changing the repository: {again}"
            ) from again

    def _begin_anew(self, record: Round, gone: RepositoryGoneError) -> Round:
        """Make the repository again, with the stored site as its first commit; checkpointed."""
        stored = self.bases.stored_site(record)
        report = replace(stored.report, notes=(*stored.report.notes, f"{gone}; it was made anew"))
        self.ports.telemetry.fact("begun_anew", reason=str(gone))
        ref = record.site_ref or ""
        return self.claim.update(
            lambda record: record.generated(ref, None, report, self.ports.clock())
        )

    def _rebase(self, record: Round, moved: HeadMovedError) -> Round:
        """Put our changes on the commit that is there now; checkpointed, so it happens once.

        Without a commit before ours, all of the site is put on it: a build that was killed after
        its push, and then replaced by another request, has left a commit that no record knows.
        """
        if moved.head is None:
            raise RepositoryConflictError(f"the repository is not as we left it: {moved}")
        stored = self.bases.stored_site(record)
        theirs = self.ports.publisher.git.read(moved.repository, moved.head)
        before = self.bases.site_before(record, moved.repository)
        ours = stored.site.changes_since(before) if before else stored.site
        ref = f"sites/{record.build_id}-on-{moved.head}.json"
        self.ports.sites.save(ref, replace(stored, site=theirs.with_files(ours)))
        self.ports.telemetry.fact("rebased", head=moved.head)
        return self.claim.update(
            lambda record: record.generated(ref, moved.head, stored.report, self.ports.clock())
        )
