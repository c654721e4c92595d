"""The gates of publication. A site that fails one is repaired once, or not published."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.generation.judging.findings import Finding
from deployer.generation.judging.gates import (
    channels,
    contents,
    drawings,
    frames,
    keys,
    leaving,
    sizes,
    workers,
    workflows,
)
from deployer.generation.judging.gates.acting import Scene
from deployer.generation.judging.subject import Subject

GATES = (sizes.inspect, keys.inspect, workflows.inspect)
ACTING_GATES = (
    contents.inspect,
    leaving.inspect,
    channels.inspect,
    frames.inspect,
    workers.inspect,
    drawings.inspect,
)


def inspect(subject: Subject) -> Iterator[Finding]:
    """A FORBIDDEN finding for everything that bars the site from publication."""
    for gate in GATES:
        yield from gate(subject)
    scene = Scene(subject)
    for acting_gate in ACTING_GATES:
        yield from acting_gate(scene)
