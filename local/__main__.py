"""The local cloud, behind the Makefile: `python -m local --help` lists the commands."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from local.demo import Demo
from local.processes import GRACE_SECONDS, RunningFile, end_stale
from local.run import running
from operate import command
from operate.command import INTERRUPTED, Stopped
from operate.logs import FunctionLogs
from operate.places import Ports
from operate.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

Options = argparse.Namespace


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
        return INTERRUPTED


def demo(options: Options) -> int:
    """Start everything, play both rounds, stop."""
    say = Progress()
    try:
        with running(Ports(options.port), options.home, say) as local_cloud:
            Demo(local_cloud, say).play()
    except Stopped:
        return INTERRUPTED
    return 0


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


def _arguments() -> Options:
    parser = command.parser("local", __doc__)
    commands = parser.add_subparsers(required=True)
    known: dict[str, Callable[[Options], int]] = {"run": run, "demo": demo, "down": down}
    for name, function in known.items():
        added = commands.add_parser(name, help=function.__doc__)
        added.set_defaults(function=function)
        if name in ("run", "demo"):
            added.add_argument("--port", type=int, default=7860, help="the first of five")
        if name == "run":
            added.add_argument("--quiet", action="store_true", help="do not play the sample events")
    return parser.parse_args()


if __name__ == "__main__":
    options = _arguments()
    sys.exit(command.run(lambda: options.function(options)))
