"""Without any one of its guards the service breaks a promise, and the simulation sees it."""

from __future__ import annotations

import pytest

from local.github.server import RunningGitHub
from tests.simulation.guards import GUARDS, rough_run

SEEDS = range(8)


@pytest.mark.parametrize("name", GUARDS)
def test_nothing_is_violated_with_the_guard(github: RunningGitHub, name: str) -> None:
    assert rough_run(github, GUARDS[name], seed=0) == []


@pytest.mark.parametrize("name", GUARDS)
def test_something_is_violated_without_the_guard(github: RunningGitHub, name: str) -> None:
    with GUARDS[name].remove():
        runs = (rough_run(github, GUARDS[name], seed) for seed in SEEDS)
        broken = (violation.invariant for run in runs for violation in run)
        assert GUARDS[name].breaks in broken
