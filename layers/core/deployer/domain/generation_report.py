"""The report of a generation, kept with the site and in the record, and shown in the status."""

from __future__ import annotations

from dataclasses import dataclass, replace

from deployer.domain.bounded_text import fitted
from deployer.domain.check_verdict import CheckVerdict, verdicts_for_a_record
from deployer.domain.computed import ComputedFile
from deployer.domain.language_model import Usage
from deployer.domain.site import Site
from deployer.domain.visit import Picture, Verdict

_MOST_TEXTS = 30
_LARGEST_TEXT = 600
"""Of each list of a record, and bytes of each text."""


@dataclass(frozen=True)
class Prices:
    """US dollars for a million tokens of one model, as its provider publishes them."""

    input: float
    cached: float
    output: float

    def cost(self, usage: Usage) -> float:
        """The price of `usage` in US dollars; cached tokens are part of the input's."""
        fresh = usage.input_tokens - usage.cached_tokens
        total = (
            fresh * self.input
            + usage.cached_tokens * self.cached
            + usage.output_tokens * self.output
        )
        return total / 1_000_000


@dataclass(frozen=True)
class GenerationReport:
    """The model that wrote a site, its instructions, and the cost."""

    model: str
    """`provider/model`."""
    calls: int
    usage: Usage
    prompt_digest: str
    """SHA-256 of the instructions that every request begins with."""
    unmet: tuple[str, ...] = ()
    """Faults that were seen in the site, in words for a person."""
    notes: tuple[str, ...] = ()
    """Events out of the ordinary."""
    unproven: tuple[str, ...] = ()
    """Checks of which nobody could tell whether they hold, each with the reason."""
    repaired: tuple[str, ...] = ()
    """Faults of an earlier candidate that this site no longer has."""
    verdicts: tuple[CheckVerdict, ...] = ()
    pictures: tuple[Picture, ...] = ()
    """Screenshots of the site as it was published."""
    computed: tuple[ComputedFile, ...] = ()
    """Files of the site that scripts made."""
    browser_seconds: float = 0.0
    """Of all that the browser did for all candidates."""
    cost_usd: float | None = None
    """An estimate; None if no prices were configured."""

    def count(self, verdict: Verdict) -> int:
        """The checks that still count and came to `verdict`."""
        counting = (one for one in self.verdicts if not one.superseded_by)
        return sum(one.verdict is verdict for one in counting)


def for_a_record(report: GenerationReport) -> GenerationReport:
    """The report with its lists cut short: the whole of it is stored with the site."""
    return replace(
        report,
        unmet=_cut(report.unmet),
        unproven=_cut(report.unproven),
        repaired=_cut(report.repaired),
        notes=_cut(report.notes),
        verdicts=verdicts_for_a_record(report.verdicts),
        computed=tuple(replace(one, script="") for one in report.computed),
    )


def _cut(texts: tuple[str, ...]) -> tuple[str, ...]:
    kept = tuple(fitted(text, _LARGEST_TEXT) for text in texts[:_MOST_TEXTS])
    more = len(texts) - len(kept)
    return (*kept, f"and {more} more") if more else kept


@dataclass(frozen=True)
class StoredSite:
    """A generated site with its report: what was paid for once."""

    site: Site
    report: GenerationReport
