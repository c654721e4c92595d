"""Everything that can be said about a build without a browser, worst first."""

from __future__ import annotations

from deployer.domain.site import Site
from deployer.generation import gates
from deployer.generation.lint import check_rules, continuity_rules, page_rules, site_rules
from deployer.generation.lint.findings import Finding
from deployer.generation.lint.subject import Subject
from deployer.generation.types import Assignment

INSPECTIONS = (
    gates.inspect,
    site_rules.inspect,
    check_rules.inspect,
    continuity_rules.inspect,
    page_rules.inspect,
)


def inspect(site: Site, assignment: Assignment) -> tuple[Finding, ...]:
    """Every finding once, worst first."""
    subject = Subject(site, assignment)
    found = {
        finding.identity: finding for inspection in INSPECTIONS for finding in inspection(subject)
    }
    return tuple(sorted(found.values(), key=lambda finding: finding.severity))
