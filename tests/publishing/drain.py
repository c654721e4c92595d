"""The time that a burst takes under GitHub's limits, on a virtual clock.

`python -m tests.publishing.drain 1000` prints the figures of docs/github.md.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deployer.domain.round import State
from deployer.domain.write_budget import LIMITS
from local.github.limits import LimitRules
from tests.publishing.line import a_line
from tests.support.builders import START


@dataclass(frozen=True)
class Drained:
    deployments: int
    published: int
    repositories: int
    commits: int
    counted_writes: int
    refused: int
    inside_window: int
    seconds: float
    """From the first POST to the last write, virtual."""

    @property
    def required_seconds(self) -> float:
        """The time that the limits themselves require for the counted writes."""
        minute, hour = LIMITS
        hours, rest = divmod(self.counted_writes - 1, hour.writes)
        minutes = rest // minute.writes
        return hours * hour.window.total_seconds() + minutes * minute.window.total_seconds()


def drain(data: Path, deployments: int) -> Drained:
    with a_line(data) as line:
        line.github.double.limits.reset(LimitRules(enabled=True, ban_after=10))
        keys = [line.post(task=f"task-{number:04}") for number in range(deployments)]
        line.run()
        entries = line.github.requests()
        return Drained(
            deployments=deployments,
            published=sum(line.record(key).state is State.PUBLISHED for key in keys),
            repositories=len(line.repositories()),
            commits=sum(len(line.commits(name[:-4])) for name in line.repositories()),
            counted_writes=sum(entry.counted for entry in entries),
            refused=sum(entry.status in (403, 429) for entry in entries),
            inside_window=sum(entry.inside_window for entry in entries),
            seconds=max(entry.time for entry in entries) - START.timestamp(),
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        result = drain(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    taken, required = result.seconds, result.required_seconds
    print(result)
    print(f"{taken / 3600:.2f} h; the limits require {required / 3600:.2f} h", end=": ")
    print(f"{taken / required:.3f} x")


if __name__ == "__main__":
    main()
