"""The place of a published round, and the sight of it there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PagesState(StrEnum):
    LIVE = "live"
    PENDING = "pending"
    """Not seen within the time that was allowed."""


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
