"""The place of a published round, and the sight of it there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PagesState(StrEnum):
    LIVE = "live"
    PENDING = "pending"
    """Not seen within the time that was allowed."""


class PagesBuildType(StrEnum):
    """The process that makes a Pages site of a commit, in GitHub's words."""

    BRANCH = "legacy"
    """GitHub's own build of the branch's root."""
    WORKFLOW = "workflow"
    """A workflow of the repository, with `actions/deploy-pages`."""


PAGES_DELAYS = (1, 1, 2, 3, 5, 8)
"""Seconds before the second look, the third, ...: most sites are there within 20 s."""
LONGEST_PAGES_DELAY = 10


def pages_delay(looks: int) -> int:
    """The seconds until Pages is looked at again after so many looks (one or more)."""
    return PAGES_DELAYS[looks - 1] if looks <= len(PAGES_DELAYS) else LONGEST_PAGES_DELAY


@dataclass(frozen=True)
class Publication:
    """The repository, commit and URL of a published round."""

    repository: str
    """`owner/name`."""
    repository_id: int
    repo_url: str
    commit_sha: str
    pages_url: str
    site_ref: str
    """The published site's place in the bucket."""
    page_digest: str
    """SHA-256 of index.html as it was committed, hex."""
    page_is_new: bool = True
    """No earlier commit had this index.html: only then does seeing it tell the commit."""
    build_type: PagesBuildType = PagesBuildType.BRANCH
