"""What a generation took: kept with the site, in the record, and told in the status."""

from __future__ import annotations

from dataclasses import dataclass

from deployer.domain.language_model import Usage
from deployer.domain.site import Site


@dataclass(frozen=True)
class Prices:
    """US dollars for a million tokens of one model, as its provider publishes them."""

    input: float
    cached: float
    output: float

    def cost(self, usage: Usage) -> float:
        """What `usage` costs, in US dollars; cached tokens are part of the input's."""
        fresh = usage.input_tokens - usage.cached_tokens
        total = (
            fresh * self.input
            + usage.cached_tokens * self.cached
            + usage.output_tokens * self.output
        )
        return total / 1_000_000


@dataclass(frozen=True)
class GenerationReport:
    """Who wrote a site, from which instructions, and at what cost."""

    model: str
    """`provider/model`."""
    calls: int
    usage: Usage
    prompt_digest: str
    """SHA-256 of the instructions that every request begins with."""
    unmet: tuple[str, ...] = ()
    """What the site is known to lack, in words for a person."""
    notes: tuple[str, ...] = ()
    """What was out of the ordinary."""
    cost_usd: float | None = None
    """An estimate; None if no prices were configured."""


@dataclass(frozen=True)
class StoredSite:
    """A generated site with its report: what was paid for once."""

    site: Site
    report: GenerationReport
