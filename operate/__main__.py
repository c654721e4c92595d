"""The commands for a stack, behind the Makefile: `python -m operate --help` lists them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from operate import callers, configuration, deploy, doctor
from operate.command import Stopped, parser, run
from operate.invoke import invoke
from operate.logs import FunctionLogs
from operate.notify_again import notify_again
from operate.progress import Progress
from operate.redrive import redrive
from operate.stacks import LOCAL, endpoints_of, open_stack

if TYPE_CHECKING:
    from collections.abc import Callable

Options = argparse.Namespace


def _logs(options: Options) -> int:
    """Follow the functions' logs."""
    try:
        for line in FunctionLogs(endpoints_of(options.home), options.deployment).follow():
            print(line, flush=True)
        print("the local cloud has ended")
    except Stopped:
        return 0
    return 0


def _redrive(options: Options) -> int:
    """Move the dead letters back to the queue."""
    return redrive(open_stack(options.env, options.home))


def _notify(options: Options) -> int:
    """Tell an evaluation URL again, with the nonce it was promised."""
    return notify_again(options.deployment, open_stack(options.env, options.home))


def _invoke(options: Options) -> int:
    """Run one function of the running local cloud with an event file."""
    return invoke(options.function_name, options.event, open_stack(LOCAL, options.home))


def _doctor(_: Options) -> int:
    """Say what is missing or wrong."""
    return 0 if doctor.report() else 1


def _configuration(_: Options) -> int:
    """Write the tables of docs/configuration.md."""
    configuration.write()
    return 0


def _deploy(options: Options) -> int:
    """Build and deploy to AWS, and put the secrets there."""
    deploy.deploy(options.env, Progress())
    return 0


def _caller(options: Options) -> int:
    """Make a caller's own secret, or take it away."""
    callers.command(options.email, options.env, options.home, remove=options.remove)
    return 0


def _arguments() -> Options:
    made = parser("operate", __doc__)
    commands = made.add_subparsers(required=True)

    def command(name: str, function: Callable[[Options], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=function.__doc__)
        added.set_defaults(function=function)
        return added

    command("doctor", _doctor)
    command("configuration", _configuration)
    logs = command("logs", _logs)
    logs.add_argument("--deployment", default="", help="only this deployment id's")
    invoked = command("invoke", _invoke)
    invoked.add_argument("function_name", metavar="function", help="validator, worker, status, ...")
    invoked.add_argument("event", help="a file of JSON, as in events/")
    moved, told = command("redrive", _redrive), command("notify", _notify)
    told.add_argument("deployment", help="the whole id, d-...")
    for one in (moved, told):
        one.add_argument("--env", default=LOCAL, help="section of samconfig.toml")
    deployed, caller = command("deploy", _deploy), command("caller", _caller)
    for one in (deployed, caller):
        one.add_argument("--env", default="dev", help="section of samconfig.toml")
    caller.add_argument("email", help="whose; --env local is what `make run` started")
    caller.add_argument("--remove", action="store_true", help="take the secrets away")
    return made.parse_args()


if __name__ == "__main__":
    options = _arguments()
    sys.exit(run(lambda: options.function(options)))
