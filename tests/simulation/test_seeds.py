"""The quick set of seeds; `make simulate SEEDS=10000` is the long one."""

from __future__ import annotations

import re

import pytest

from local.github.server import RunningGitHub
from tests.simulation.seeds import told

NUMBER = re.compile(r"seed-[0-9]+")
"""Of the run, in the names of its tasks."""
SEEDS, BLOCK = 60, 10


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_every_promise_holds_whatever_a_seed_brings(github: RunningGitHub, first: int) -> None:
    stories = [told(github, seed) for seed in range(first, first + BLOCK)]
    broken = {one.seed: one.violations for one in stories if one.violations}
    assert broken == {}, "make simulate SEED=... plays one again"


def test_a_seed_tells_the_same_story_each_time(github: RunningGitHub) -> None:
    one, other = list[str](), list[str]()
    told(github, 3, one.append)
    told(github, 3, other.append)
    assert [NUMBER.sub("#", line) for line in one] == [NUMBER.sub("#", line) for line in other]
    assert any("***" in line for line in one), "a fault struck"
