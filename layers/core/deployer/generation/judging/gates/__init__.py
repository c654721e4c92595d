"""What may be published at all. A site that fails here is repaired once, or not published."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.generation.judging.findings import Finding
from deployer.generation.judging.gates import contents, keys, sizes, workflows
from deployer.generation.judging.subject import Subject

GATES = (sizes.inspect, keys.inspect, contents.inspect, workflows.inspect)


def inspect(subject: Subject) -> Iterator[Finding]:
    """A FORBIDDEN finding for everything that bars the site from publication."""
    for gate in GATES:
        yield from gate(subject)
