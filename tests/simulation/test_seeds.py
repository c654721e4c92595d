"""The quick set of seeds; `make simulate SEEDS=10000` is the long one."""

from __future__ import annotations

from local.github.server import RunningGitHub
from tests.simulation.parallel import in_parallel
from tests.simulation.seeds import told

QUICK = range(200)


def test_every_promise_holds_whatever_a_seed_brings() -> None:
    broken = {one.seed: one.violations for one in in_parallel(told, QUICK) if one.violations}
    assert broken == {}, "make simulate SEED=... plays one again"


def test_a_seed_tells_the_same_story_each_time(github: RunningGitHub) -> None:
    one, other = told(github, 3), told(github, 3)
    assert (one.boundaries, one.faults, one.kills) == (other.boundaries, other.faults, other.kills)
    assert one.faults > 0
