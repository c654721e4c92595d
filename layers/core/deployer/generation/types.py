"""What goes into a generation and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

from deployer.domain.generation_report import Prices
from deployer.domain.language_model import Usage
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
    earlier_checks: tuple[Check, ...] = ()
    """What earlier rounds promised and this one must keep."""
    licence_holder: str = ""
    licence_year: int | None = None
    allow_workflows: bool = False
    """Whether a workflow file that the brief names by its path may be written."""
    known_secrets: tuple[str, ...] = ()
    """Our own keys: a file that holds one is never published. They are in no prompt."""


@dataclass(frozen=True)
class Budget:
    """The most that one deployment may cost."""

    calls: int = 7
    """The first answer, two repairs, and what completes a cut or failed answer."""
    repairs: int = 2
    output_tokens: int = 64_000
    """Of all calls together; no further call is made beyond it."""
    prices: Prices | None = None
    """What tokens cost; None if nobody said."""
    cost_usd: float | None = None
    """Of all calls together; no further call is made beyond it. Needs `prices`."""
    call_seconds: float = 150
    """One call's time limit."""
    reserve_seconds: float = 5
    """A call is not begun when less time is left."""

    def spent_by(self, usage: Usage) -> bool:
        """Whether `usage` leaves nothing for another call."""
        if usage.output_tokens >= self.output_tokens:
            return True
        if self.prices is None or self.cost_usd is None:
            return False
        return self.prices.cost(usage) >= self.cost_usd


@dataclass(frozen=True)
class Generated:
    """The best site that could be had, and what it took."""

    site: Site
    model: str
    usage: Usage
    calls: int
    unmet: tuple[str, ...] = ()
    """What the site is still known to lack, in words for a person."""
    notes: tuple[str, ...] = ()
    """What was out of the ordinary: a recovered format, an edit that had to be asked for twice."""
    prompt_digest: str = ""
    """SHA-256 of the instructions that every request begins with."""
