"""Did a revision lose what the site had?"""

from __future__ import annotations

from collections.abc import Iterator

from deployer.generation.continuity import dropped
from deployer.generation.lint.findings import Finding, Severity
from deployer.generation.lint.subject import Subject
from deployer.generation.page import page_of


def inspect(subject: Subject) -> Iterator[Finding]:
    current = subject.assignment.current
    if current is None or "index.html" not in current:
        return
    if not subject.changed:
        yield Finding(Severity.CHECK, "unchanged", "site", "nothing was changed in this revision")
    for feature in dropped(page_of(current), subject.page, subject.assignment.brief):
        problem = f"the page had {feature} before this revision, and the brief does not remove it"
        yield Finding(Severity.REGRESSION, "dropped", str(feature), problem)
