"""A candidate: one complete site, the ways to try its checks, and the findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deployer.domain.computed import Computation, ComputedFile
from deployer.domain.site import Site
from deployer.generation.answers.draft import Trials
from deployer.generation.judging.inspected import Inspected


@dataclass(frozen=True)
class Candidate:
    """A site that could be published."""

    site: Site
    trials: Trials
    inspected: Inspected
    computations: Mapping[str, Computation]
    computed: tuple[ComputedFile, ...] = ()
    left_out: tuple[str, ...] = ()
    """Parts of the model's answers that we did not take, with the reasons."""
