"""The quick set of seeds; `make simulate SEEDS=10000` is the long one."""

from __future__ import annotations

import pytest

from local.github.server import RunningGitHub
from tests.simulation.seeds import told

QUICK, BLOCK = 200, 20


@pytest.mark.parametrize("first", range(0, QUICK, BLOCK))
def test_every_promise_holds_whatever_the_seed_brings(github: RunningGitHub, first: int) -> None:
    for seed in range(first, first + BLOCK):
        story = told(github, seed)
        assert story.violations == (), f"make simulate SEED={seed} plays it again"


def test_a_seed_tells_the_same_story_each_time(github: RunningGitHub) -> None:
    one, other = told(github, 3), told(github, 3)
    assert (one.boundaries, one.faults, one.kills) == (other.boundaries, other.faults, other.kills)
    assert one.faults > 0
