"""Boundaries, which are found by running, and the faults that strike there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"
    LOST = "applied, answer lost"
    REFUSED = "refused, not applied"
    REPEATED = "applied, and repeated by the SDK"


KILLS = (Kind.KILLED_BEFORE, Kind.KILLED_AFTER)


@dataclass(frozen=True)
class Boundary:
    """One passing of the process's edge: `worker: records.save 3` is the worker's third save."""

    name: str
    occurrence: int

    def __str__(self) -> str:
        return f"{self.name} {self.occurrence}"


@dataclass(frozen=True)
class Fault:
    """Strikes the boundary, and its next passings if `times` is above 1."""

    boundary: Boundary
    kind: Kind
    times: int = 1

    def __str__(self) -> str:
        return f"{self.boundary}, {self.kind}, {self.times}x"

    def strikes(self, boundary: Boundary) -> bool:
        late = boundary.occurrence - self.boundary.occurrence
        return boundary.name == self.boundary.name and 0 <= late < self.times


@dataclass
class Faults:
    """Decides what happens at each boundary, and keeps what was passed and what struck."""

    planned: tuple[Fault, ...] = ()
    chance: Callable[[Boundary], Kind | None] = lambda _: None
    passed: list[Boundary] = field(default_factory=list)
    struck: list[tuple[Boundary, Kind]] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)

    def reach(self, name: str, kinds: tuple[Kind, ...]) -> Kind | None:
        """The fault that strikes at this passing, of the `kinds` that can strike there."""
        self._seen[name] += 1
        boundary = Boundary(name, self._seen[name])
        self.passed.append(boundary)
        kind = next((f.kind for f in self.planned if f.strikes(boundary)), None)
        kind = kind or self.chance(boundary)
        if kind is None or kind not in kinds:
            return None
        self.struck.append((boundary, kind))
        return kind

    def kills(self) -> int:
        return sum(kind in KILLS for _, kind in self.struck)


def random_faults(random: Random, rate: float, most: int) -> Faults:
    """Faults anywhere, each passing struck with the probability `rate`, at `most` so many."""
    faults = Faults()

    def chance(_: Boundary) -> Kind | None:
        if len(faults.struck) >= most or random.random() >= rate:
            return None
        return random.choice(list(Kind))

    faults.chance = chance
    return faults
