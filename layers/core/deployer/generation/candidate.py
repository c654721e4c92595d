"""A candidate: one complete site, how its checks are tried, and what was found."""

from __future__ import annotations

from dataclasses import dataclass

from deployer.domain.site import Site
from deployer.generation.answers.draft import Trials
from deployer.generation.judging.inspected import Inspected


@dataclass(frozen=True)
class Candidate:
    """A site that could be published."""

    site: Site
    trials: Trials
    inspected: Inspected
    left_out: tuple[str, ...] = ()
    """What the model sent and we did not take, with the reasons."""
