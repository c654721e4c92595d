"""The commands behind the Makefile: `python -m local --help` lists them."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from local import aws, callers, doctor
from local.burst.kills import FUNCTIONS, Orders
from local.burst.run import Plan
from local.burst.run import burst as play_burst
from local.demo import Demo
from local.errors import LocalCloudError
from local.logs import FunctionLogs
from local.notify_again import notify_again
from local.places import INSTALLED, Home, Ports
from local.processes import GRACE_SECONDS, RunningFile, end_stale
from local.progress import Progress
from local.redrive import redrive as move_dead_letters
from local.run import running
from local.stacks import LOCAL, endpoints_of, open_stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

Options = argparse.Namespace


class Stopped(BaseException):
    """Ctrl-C, `make down`, or a closed terminal."""


def run(options: Options) -> int:
    """Start everything, play both rounds unless told not to, stay up."""
    say = Progress()
    try:
        with running(Ports(options.port), options.home, say) as local_cloud:
            if not options.quiet:
                Demo(local_cloud, say).play()
            say(f"up: {local_cloud.endpoints['api_url']} (Ctrl-C or `make down` stops it)")
            local_cloud.tell_requests()
            logs = FunctionLogs(local_cloud.endpoints)
            logs.new_lines()
            try:
                while True:
                    local_cloud.check()
                    for line in logs.new_lines():
                        print(line, flush=True)
                    time.sleep(1)
            except Stopped:
                return 0
    except Stopped:
        return 130


def demo(options: Options) -> int:
    """Start everything, play both rounds, stop."""
    say = Progress()
    try:
        with running(Ports(options.port), options.home, say) as local_cloud:
            Demo(local_cloud, say).play()
    except Stopped:
        return 130
    return 0


def burst(options: Options) -> int:
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
        github_limits=options.github_limits,
    )
    return play_burst(plan, Ports(options.port), options.home, Progress())


def down(options: Options) -> int:
    """Stop what runs, and what a killed run left."""
    file = RunningFile(options.home.running)
    starter, children = file.read()
    if starter is not None:
        os.kill(starter.pid, signal.SIGTERM)
        until = time.monotonic() + 2 * GRACE_SECONDS
        while starter.alive and time.monotonic() < until:
            time.sleep(0.1)
    end_stale([child for child in children if child.alive])
    file.remove()
    print("stopped" if starter or children else "nothing was running")
    return 0


def logs(options: Options) -> int:
    """Follow the functions' logs."""
    try:
        for line in FunctionLogs(endpoints_of(options.home), options.deployment).follow():
            print(line, flush=True)
        print("the local cloud has ended")
    except Stopped:
        return 0
    return 0


def redrive(options: Options) -> int:
    """Move the dead letters back to the queue."""
    return move_dead_letters(open_stack(options.env, options.home))


def notify(options: Options) -> int:
    """Tell an evaluation URL again, with the nonce it was promised."""
    return notify_again(options.deployment, open_stack(options.env, options.home))


def check(_: Options) -> int:
    """Say what is missing or wrong."""
    return 0 if doctor.report() else 1


def deploy(options: Options) -> int:
    """Build and deploy to AWS, and put the secrets there."""
    aws.deploy(options.env, Progress())
    return 0


def caller(options: Options) -> int:
    """Make a caller's own secret, or take it away."""
    callers.command(options.email, options.env, options.home, remove=options.remove)
    return 0


def _arguments() -> Options:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument(
        "--home",
        type=lambda given: Home(Path(given).resolve()),
        default=Home(INSTALLED),
        help="folder for what a run writes (endpoints.json, logs, data); default .local",
    )
    commands = parser.add_subparsers(required=True)
    known: dict[str, Callable[[Options], int]] = {
        "run": run, "demo": demo, "burst": burst, "down": down, "logs": logs, "redrive": redrive,
        "notify": notify, "doctor": check,
        "deploy": deploy, "caller": caller,
    }  # fmt: skip
    for name, function in known.items():
        command = commands.add_parser(name, help=function.__doc__)
        command.set_defaults(function=function)
        if name in ("run", "demo", "burst"):
            command.add_argument("--port", type=int, default=7860, help="the first of five")
        if name == "run":
            command.add_argument(
                "--quiet", action="store_true", help="do not play the sample events"
            )
        if name == "burst":
            _add_burst(command)
        if name == "logs":
            command.add_argument("--deployment", default="", help="only this deployment id's")
        if name in ("redrive", "notify"):
            command.add_argument("--env", default=LOCAL, help="section of samconfig.toml")
        if name == "notify":
            command.add_argument("deployment", help="the whole id, d-...")
        if name in ("deploy", "caller"):
            command.add_argument("--env", default="dev", help="section of samconfig.toml")
        if name == "caller":
            command.add_argument("email", help="whose; --env local is what `make run` started")
            command.add_argument("--remove", action="store_true", help="take the secrets away")
    return parser.parse_args()


def _add_burst(command: argparse.ArgumentParser) -> None:
    command.add_argument("--deployments", type=_count, default=300)
    command.add_argument("--seconds", type=float, default=30, help="within which they are posted")
    command.add_argument("--callers", type=_count, default=20)
    command.add_argument("--kill", type=float, default=3, help="seconds between kills; 0: none")
    command.add_argument(
        "--functions", type=_functions, default=FUNCTIONS, help="whose processes are killed"
    )
    command.add_argument("--seed", type=int, default=1)
    command.add_argument(
        "--github-limits", action="store_true", help="80 writes a minute, 500 an hour"
    )


def _count(given: str) -> int:
    if not given.isdigit() or int(given) < 1:
        raise argparse.ArgumentTypeError("a number from 1 on")
    return int(given)


def _functions(given: str) -> tuple[str, ...]:
    names = tuple(given.split(","))
    if not set(names) <= set(FUNCTIONS):
        raise argparse.ArgumentTypeError(f"some of {','.join(FUNCTIONS)}")
    return names


def _stop(_: int, __: FrameType | None) -> NoReturn:
    # Once is enough: what follows is the tidying up, which must not be cut short.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    options = _arguments()
    try:
        status: int = options.function(options)
    except LocalCloudError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except Stopped:
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
