"""The assignment of one generation."""

from __future__ import annotations

from dataclasses import dataclass

from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.computed import ComputedFile
from deployer.domain.request import Attachment, Check
from deployer.domain.site import Site


@dataclass(frozen=True)
class NamedData:
    """A data file that the brief or a check names by its URL, as our code found it."""

    url: str
    file: Attachment | None = None
    """None if it could not be read."""
    problem: str = ""
    """The reason for that; it follows on the URL."""
    is_attached: bool = False
    """The file is among the attachments, too, since the brief wants a copy."""


@dataclass(frozen=True)
class Assignment:
    """The site to build, or to change, in one round."""

    task: str
    round: int
    brief: str
    checks: tuple[Check, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    named_data: tuple[NamedData, ...] = ()
    current: Site | None = None
    """The site as it stands, for a revision; None for a first build."""
    earlier_attachments: tuple[str, ...] = ()
    """Names of files in `current` that came as attachments of earlier rounds."""
    earlier_briefs: tuple[str, ...] = ()
    earlier_checks: tuple[Check, ...] = ()
    """The checks of earlier rounds, which this one must still pass."""
    verdicts: tuple[CheckVerdict, ...] = ()
    """Those of `current`, when it was published."""
    computed: tuple[ComputedFile, ...] = ()
    """The files of `current` that scripts made."""
    read_by_scripts: frozenset[str] = frozenset()
    """The inputs of the scripts that make files of the candidate that is judged."""
    licence_holder: str = ""
    licence_year: int | None = None
    allow_workflows: bool = False
    """A workflow file that the brief names by its path may be written."""
    known_secrets: tuple[str, ...] = ()
    """Our own keys: a file that holds one is never published. They are in no prompt."""
