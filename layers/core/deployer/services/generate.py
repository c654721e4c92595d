"""Generate a site and say what it took."""

from __future__ import annotations

from collections.abc import Callable

from deployer.domain.generation_report import GenerationReport, StoredSite
from deployer.domain.language_model import LanguageModel
from deployer.generation.build import generate
from deployer.generation.types import Assignment, Budget


def generate_site(
    assignment: Assignment,
    model: LanguageModel,
    *,
    nonce: str,
    seconds_left: Callable[[], float],
    budget: Budget,
) -> StoredSite:
    """
    Raises:
        ModelUnavailableError, ModelRefusedError: see `generation.build.generate`.
    """
    made = generate(assignment, model, nonce=nonce, seconds_left=seconds_left, budget=budget)
    report = GenerationReport(
        model=made.model,
        calls=made.calls,
        usage=made.usage,
        prompt_digest=made.prompt_digest,
        unmet=made.unmet,
        notes=made.notes,
        cost_usd=round(budget.prices.cost(made.usage), 6) if budget.prices else None,
    )
    return StoredSite(made.site, report)
