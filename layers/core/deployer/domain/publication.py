"""Where a round was published, and whether it was seen there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PagesState(StrEnum):
    LIVE = "live"
    PENDING = "pending"
    """Not seen within the time that was allowed."""


@dataclass(frozen=True)
class Publication:
    """Where a round was published."""

    repository: str
    """`owner/name`."""
    repository_id: int
    repo_url: str
    commit_sha: str
    pages_url: str
    site_ref: str
    """Where the published site is stored."""
    page_digest: str
    """SHA-256 of index.html as it was committed, hex."""
    page_is_new: bool = True
    """Whether no earlier commit had this index.html: only then does seeing it tell the commit."""
