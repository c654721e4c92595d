"""SIGKILL for function processes of one emulator, at random times, and for nothing else."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass

import psutil

from local.processes import RunningFile
from local.stack import STACK
from operate.errors import CommandError

FUNCTIONS = ("worker", "notifier", "pages-checker")


@dataclass(frozen=True)
class Kill:
    at: float
    """As `time.time` says it."""
    function: str
    pid: int


def emulator_of(running: RunningFile) -> psutil.Process:
    """
    Raises:
        CommandError: no local cloud runs there.
    """
    _, children = running.read()
    for child in children:
        if child.name == "cloud":
            return psutil.Process(child.pid)
    raise CommandError("the local cloud is not running: start it with `make run`")


def function_processes(emulator: psutil.Process) -> list[tuple[str, psutil.Process]]:
    """The emulator's children that run a function of the stack, with the function's name."""
    found = []
    for child in emulator.children():
        try:
            name = child.environ().get("AWS_LAMBDA_FUNCTION_NAME", "")
        except psutil.Error:
            continue  # it has ended since
        if name.startswith(f"{STACK}-"):
            found.append((name.removeprefix(f"{STACK}-"), child))
    return found


@dataclass(frozen=True)
class Orders:
    """Whom to kill, and how often."""

    functions: tuple[str, ...]
    every: float
    """Seconds on average."""
    most: int
    """So many and no more: a deployment whose run is killed five times fails, as it should."""
    seed: int


class Killer(threading.Thread):
    """Kills processes until it is stopped, or has done what was ordered.

    Those younger than `age` seconds are spared: when one dies while it starts, the emulator ends
    all processes of its function and forgets their files, which Lambda does not.
    """

    def __init__(self, emulator: psutil.Process, orders: Orders, age: float) -> None:
        super().__init__(name="killer", daemon=True)
        self.kills: list[Kill] = []
        self._emulator = emulator
        self._orders = orders
        self._age = age
        self._chance = random.Random(orders.seed)  # noqa: S311 - repeatable on purpose
        self._stopped = threading.Event()

    def run(self) -> None:
        while len(self.kills) < self._orders.most:
            if self._stopped.wait(self._chance.uniform(0.5, 1.5) * self._orders.every):
                return
            self._kill_one()

    def stop(self) -> None:
        self._stopped.set()
        if self.is_alive():
            self.join()

    def _kill_one(self) -> None:
        born_before = time.time() - self._age
        candidates = [
            (function, process)
            for function, process in function_processes(self._emulator)
            if function in self._orders.functions and process.create_time() < born_before
        ]
        if not candidates:
            return
        function, process = self._chance.choice(candidates)
        try:
            # psutil looks at the birth again: a later process with the same id is left alone.
            process.kill()
        except psutil.NoSuchProcess:
            return
        self.kills.append(Kill(time.time(), function, process.pid))
