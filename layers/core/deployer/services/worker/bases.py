"""The publication that a round builds on, and the sites that were stored for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.computed import ComputedFile
from deployer.domain.errors import Postponed, RejectedError
from deployer.domain.generation_report import StoredSite
from deployer.domain.ports import Clock, GitRemote, Rounds, SiteStore
from deployer.domain.publication import Publication
from deployer.domain.round import BEFORE_PUBLICATION, Round, State
from deployer.domain.site import Site

PREDECESSOR_POLL = timedelta(seconds=10)


@dataclass(frozen=True)
class Published:
    """A site as it was published, with what its report says for later rounds."""

    site: Site | None = None
    verdicts: tuple[CheckVerdict, ...] = ()
    computed: tuple[ComputedFile, ...] = ()


@dataclass(frozen=True)
class Bases:
    """Finds what was published or stored before."""

    rounds: Rounds
    sites: SiteStore
    git: GitRemote
    clock: Clock

    def base_of(self, record: Round) -> Publication | None:
        """The publication that this build is put on: the round's earlier one, or the round before.

        Raises:
            RejectedError: the round before failed, or is not there.
            Postponed: it is still in work.
        """
        if record.publication or record.round == 1:
            return record.publication
        previous = self.rounds.find(record.key.previous())
        if previous is None:
            raise RejectedError(f"round {record.round - 1} is gone")
        if previous.state is State.FAILED:
            raise RejectedError(
                f"round {previous.round} failed; send it again, then round {record.round}"
            )
        if previous.publication is None or previous.state in BEFORE_PUBLICATION:
            raise Postponed(
                f"round {previous.round} is still in work", self.clock() + PREDECESSOR_POLL
            )
        return previous.publication

    def as_published(self, base: Publication) -> Published:
        """The site as it was published, with its verdicts.

        If the stored one has expired, it is read from the repository and has none of the rest.
        """
        stored = self.sites.load(base.site_ref)
        if stored is None:
            return Published(self.git.read(base.repository, base.commit_sha))
        return Published(stored.site, stored.report.verdicts, stored.report.computed)

    def site_before(self, record: Round, repository: str) -> Site | None:
        """The site that ours was built on, which another build may have replaced since."""
        if record.base_sha is None:
            return None
        base = self.base_of(record)
        if base and base.commit_sha == record.base_sha:
            return self.as_published(base).site
        return self.git.read(repository, record.base_sha)

    def stored_site(self, record: Round) -> StoredSite:
        """
        Raises:
            RejectedError: it has expired.
        """
        stored = self.sites.load(record.site_ref) if record.site_ref else None
        if stored is None:
            raise RejectedError("the generated site has expired; send the round again")
        return stored
