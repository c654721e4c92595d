"""Judge a candidate: by its files, and by a browser that opens it as it would be published."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from deployer.domain.ports import Browser
from deployer.domain.site import Site
from deployer.generation.answers.draft import Trials
from deployer.generation.assignment import Assignment
from deployer.generation.judging.inspected import Inspected
from deployer.generation.judging.inspection import inspect
from deployer.generation.judging.policy.csp import with_policy
from deployer.generation.judging.policy.hosts import policy_for
from deployer.generation.judging.superseding import without
from deployer.generation.judging.trying import trials_of
from deployer.generation.judging.verdicts import findings_of, joined, verdicts_of, visit_of

LONGEST_VISIT_SECONDS = 60.0
RESERVE_SECONDS = 30.0
"""Kept for what follows a generation."""


@dataclass(frozen=True)
class Inspector:
    """The rules that read files, and a browser; without one, the rules alone."""

    browser: Browser | None = None

    def __call__(
        self, site: Site, trials: Trials, assignment: Assignment, seconds: float
    ) -> Inspected:
        read = Inspected(inspect(site, without(assignment, trials.superseded)))
        # What may not be published is not worth a visit: it is repaired first, or refused.
        if self.browser is None or read.forbidden:
            return read
        policy = policy_for(assignment, site)
        published = with_policy(site, policy)
        tried = trials_of(assignment, trials.steps, trials.superseded)
        time_for_it = min(LONGEST_VISIT_SECONDS, max(0.0, seconds - RESERVE_SECONDS))
        visit = visit_of(tried, policy, _name(published), time_for_it)
        report = self.browser.visit(published, visit)
        verdicts = verdicts_of(tried, report)
        found = joined(read.findings, verdicts, findings_of(tried, verdicts, report))
        taken_back = tuple(one for one in assignment.verdicts if one.superseded_by)
        return Inspected(found, (*verdicts, *taken_back), report.pictures, report.seconds)


READ_ONLY = Inspector()


def _name(site: Site) -> str:
    """A name for what is kept of a candidate: the same site has the same."""
    digest = hashlib.sha256()
    for path, content in sorted(site.items()):
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:32]
