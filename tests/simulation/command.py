"""The simulation at length, with figures and progress."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random

from local.github.server import RunningGitHub, serve
from operate.command import given
from tests.simulation.fairness import two_callers
from tests.simulation.matrix import Outcome, boundaries, pairs, singles, struck_by
from tests.simulation.parallel import in_parallel
from tests.simulation.seeds import told

SEEDS = 10_000
"""The number that is played unless told otherwise."""
EVERY = 100
"""Runs between two lines of progress."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--seeds", type=_some, default=SEEDS, help="so many seeds, from --first on")
    what.add_argument("--seed", type=int, help="one seed, with everything that happened")
    what.add_argument("--matrix", type=int, default=0, help="1: one fault at every boundary")
    what.add_argument("--pairs", type=int, help="so many pairs of faults, 0 for all")
    what.add_argument("--fairness", type=_some, help="so many deployments of one caller against 10")
    parser.add_argument("--first", type=int, default=0)
    chosen = parser.parse_args(given(sys.argv[1:]))
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as github:
        sys.exit(_play(github, chosen))


def _play(github: RunningGitHub, chosen: argparse.Namespace) -> int:
    if chosen.seed is not None:
        story = told(github, chosen.seed, tell=print)
        print(story, *story.violations, sep="\n")
        return int(bool(story.violations))
    if chosen.fairness is not None:
        found = two_callers(github, chosen.fairness)
        print(found)
        return int(found.refused > 0 or found.few_done_minutes > found.many_done_minutes)
    if not chosen.matrix and chosen.pairs is None:
        return _seeds(range(chosen.first, chosen.first + chosen.seeds))
    passed = boundaries(github)
    print(f"{len(passed)} boundaries in two rounds")
    every = list(singles(passed)) if chosen.matrix else list(pairs(passed))
    if chosen.pairs:
        every = Random(chosen.first).sample(every, chosen.pairs)
    return _matrix(in_parallel(struck_by, every))


def _some(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)


def _seeds(seeds: range) -> int:
    began, broken = time.monotonic(), 0
    requests = passed = faults = kills = 0
    for number, story in enumerate(in_parallel(told, seeds), 1):
        requests, passed = requests + story.requests, passed + story.boundaries
        faults, kills = faults + story.faults, kills + story.kills
        for violation in story.violations:
            print(f"{violation} (make simulate SEED={story.seed} plays it again)")
        broken += bool(story.violations)
        if number % EVERY == 0 or number == len(seeds):
            print(
                f"{number} seeds, {requests} requests, {passed} boundaries, {faults} faults, "
                f"{kills} of them kills: violations in {broken}, {time.monotonic() - began:.0f} s",
                flush=True,
            )
    return int(bool(broken))


def _matrix(outcomes: Iterable[Outcome]) -> int:
    began, broken, runs, slowest = time.monotonic(), 0, 0, 0.0
    for outcome in outcomes:
        runs += 1
        slowest = max(slowest, outcome.seconds)
        for violation in outcome.violations:
            print(*outcome.faults, violation, sep="; ")
        broken += bool(outcome.violations)
        if runs % EVERY == 0:
            print(f"{runs} runs, violations in {broken}", flush=True)
    print(
        f"{runs} runs: violations in {broken}; the slowest round took {slowest:.0f} s of virtual "
        f"time; {time.monotonic() - began:.0f} s"
    )
    return int(bool(broken))
