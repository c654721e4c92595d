"""The task of one generation: what is to be built or changed."""

from __future__ import annotations

from dataclasses import dataclass

from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.request import Attachment, Check
from deployer.domain.site import Site


@dataclass(frozen=True)
class Assignment:
    """What is to be built, or changed, in one round."""

    task: str
    round: int
    brief: str
    checks: tuple[Check, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    current: Site | None = None
    """The site as it stands, for a revision; None for a first build."""
    earlier_attachments: tuple[str, ...] = ()
    """Names of files in `current` that came as attachments of earlier rounds."""
    earlier_briefs: tuple[str, ...] = ()
    earlier_checks: tuple[Check, ...] = ()
    """What earlier rounds promised and this one must keep."""
    verdicts: tuple[CheckVerdict, ...] = ()
    """Those of `current`, when it was published."""
    licence_holder: str = ""
    licence_year: int | None = None
    allow_workflows: bool = False
    """Whether a workflow file that the brief names by its path may be written."""
    known_secrets: tuple[str, ...] = ()
    """Our own keys: a file that holds one is never published. They are in no prompt."""
