"""Many runs, on every processor."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from local.github.server import RunningGitHub, serve

Item = TypeVar("Item")
Result = TypeVar("Result")
BLOCK = 20
"""Runs that share a GitHub, one after the other."""


def in_parallel(
    play: Callable[[RunningGitHub, Item], Result], items: Sequence[Item]
) -> Iterator[Result]:
    """The results of `play` for each item, in order; every process has a GitHub of its own."""
    blocks = [items[first : first + BLOCK] for first in range(0, len(items), BLOCK)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for results in pool.map(partial(_block, play), blocks):
            yield from results


def _block(play: Callable[[RunningGitHub, Item], Result], items: Sequence[Item]) -> list[Result]:
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as github:
        return [play(github, item) for item in items]
