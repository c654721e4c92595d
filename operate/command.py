"""A command that a person runs: its options, how it is stopped, its exit code."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from operate.errors import CommandError
from operate.places import INSTALLED, Home

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended, as shells have it."""


class Stopped(BaseException):
    """Ctrl-C, `make down`, or a closed terminal."""


def parser(program: str, description: str | None) -> argparse.ArgumentParser:
    """A parser that knows `--home`, the folder of one running local cloud."""
    made = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    made.add_argument(
        "--home",
        type=lambda given: Home(Path(given).resolve()),
        default=Home(INSTALLED),
        help="folder for what a run writes (endpoints.json, logs, data); default .local",
    )
    return made


def given(arguments: Sequence[str]) -> list[str]:
    """`arguments` without those of the form `--name=`: what make passes for an unset variable."""
    return [one for one in arguments if not (one.startswith("--") and one.endswith("="))]


def run(command: Callable[[], int]) -> int:
    """Run `command` to its end or to a signal; the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        return command()
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except Stopped:
        return INTERRUPTED


def _stop(_: int, __: FrameType | None) -> NoReturn:
    # Once is enough: what follows is the tidying up, which must not be cut short.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped
