"""One virtual clock, and processes that take turns on it.

A process is a greenlet: it runs until it sleeps, and then the earliest one of all goes on. So two
runs with the same seed do the same things in the same order.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent, greenlet


class Killed(BaseException):
    """The process is dead: nothing of it runs any more, as after SIGKILL."""


class Process:
    """Something that runs, and dies at its deadline (in seconds) if it still does."""

    def __init__(self, name: str, deadline: float = float("inf")) -> None:
        self.name = name
        self.deadline = deadline


class Scheduler:
    """`now` is in seconds since the epoch."""

    def __init__(self, start: float, on_time: Callable[[float], None]) -> None:
        self.now = start
        self._on_time = on_time
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._hub = getcurrent()
        self._processes: dict[greenlet, Process] = {}

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Do `action` at `time`, outside every process."""
        heapq.heappush(self._due, (time, next(self._order), action))

    def spawn(self, process: Process, work: Callable[[], object]) -> None:
        """Begin a process now."""
        made = greenlet(lambda: self._live(work), parent=self._hub)
        self._processes[made] = process
        self.at(self.now, made.switch)

    @property
    def process(self) -> Process | None:
        """The process that runs now; None outside of them."""
        return self._processes.get(getcurrent())

    def sleep(self, seconds: float) -> None:
        """Let the others go on for so long.

        Raises:
            Killed: the process has reached its deadline.
        """
        me = getcurrent()
        process = self._processes[me]
        self.at(min(self.now + seconds, process.deadline), me.switch)
        self._hub.switch()
        if self.now >= process.deadline:
            raise Killed

    def wait(self) -> None:
        """Let the others go on until the waker of this process is called."""
        self._hub.switch()

    def waker(self) -> Callable[[], None]:
        """The call that ends the wait of the process that runs now."""
        me = getcurrent()
        return lambda: self.at(self.now, me.switch)

    def run(self, until: float = float("inf")) -> None:
        """Go on until nothing is due, or the time has come."""
        while self._due and self._due[0][0] <= until:
            time, _, action = heapq.heappop(self._due)
            self.now = max(self.now, time)
            self._on_time(self.now)
            action()

    def _live(self, work: Callable[[], Any]) -> None:
        try:
            work()
        except Killed:
            return
        finally:
            self._processes.pop(getcurrent(), None)
