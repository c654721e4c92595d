"""Everything that can be said about a candidate without a browser, worst first."""

from __future__ import annotations

from deployer.domain.site import Site
from deployer.generation.assignment import Assignment
from deployer.generation.judging import continuity, gates
from deployer.generation.judging.findings import Finding
from deployer.generation.judging.lint import check_rules, page_rules, site_rules
from deployer.generation.judging.policy import asked
from deployer.generation.judging.subject import Subject

INSPECTIONS = (
    gates.inspect,
    site_rules.inspect,
    check_rules.inspect,
    continuity.inspect,
    page_rules.inspect,
    asked.inspect,
)


def inspect(site: Site, assignment: Assignment) -> tuple[Finding, ...]:
    """Every finding once, worst first."""
    subject = Subject(site, assignment)
    found = {
        finding.identity: finding for inspection in INSPECTIONS for finding in inspection(subject)
    }
    return tuple(sorted(found.values(), key=lambda finding: finding.severity))
