"""`python -m tests.burst`: post many first rounds while functions are killed, and judge each."""

from __future__ import annotations

import argparse
import sys

from operate import command
from operate.places import Ports
from operate.progress import Progress
from tests.burst.kills import FUNCTIONS, Orders
from tests.burst.run import Plan, burst


def play(options: argparse.Namespace) -> int:
    """Post many first rounds while functions are killed, and check each one's end."""
    plan = Plan(
        deployments=options.deployments,
        seconds=options.seconds,
        callers=options.callers,
        orders=Orders(
            functions=options.functions,
            every=options.kill,
            most=options.deployments // 4 if options.kill else 0,
            seed=options.seed,
        ),
        github_limits=bool(options.github_limits),
    )
    return burst(plan, Ports(options.port), options.home, Progress())


def _arguments() -> argparse.Namespace:
    parser = command.parser("tests.burst", __doc__)
    parser.add_argument("--port", type=int, default=7960, help="the first of five")
    parser.add_argument("--deployments", type=_count, default=300)
    parser.add_argument("--seconds", type=float, default=30, help="within which they are posted")
    parser.add_argument("--callers", type=_count, default=20)
    parser.add_argument("--kill", type=float, default=3, help="seconds between kills; 0: none")
    parser.add_argument(
        "--functions", type=_functions, default=FUNCTIONS, help="whose processes are killed"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--github-limits", type=int, default=0, help="1: 80 writes a minute, 500 an hour"
    )
    return parser.parse_args(command.given(sys.argv[1:]))


def _count(given: str) -> int:
    if not given.isdigit() or int(given) < 1:
        raise argparse.ArgumentTypeError("a number from 1 on")
    return int(given)


def _functions(given: str) -> tuple[str, ...]:
    names = tuple(given.split(","))
    if not set(names) <= set(FUNCTIONS):
        raise argparse.ArgumentTypeError(f"some of {','.join(FUNCTIONS)}")
    return names


if __name__ == "__main__":
    options = _arguments()
    sys.exit(command.run(lambda: play(options)))
