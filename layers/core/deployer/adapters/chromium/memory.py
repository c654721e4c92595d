"""A limit on the memory of a browser's processes."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

INTERVAL_SECONDS = 0.05
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class MemoryWatch(Thread):
    """Kills a process group that grows beyond `limit_bytes`.

    A page can take 1.5 GB within a second, and no flag of the browser's bounds all of it. Reads
    `/proc`; where there is none (not Linux) it watches nothing.
    """

    def __init__(self, group: int, limit_bytes: int) -> None:
        super().__init__(name="memory", daemon=True)
        self._group = group
        self._limit = limit_bytes
        self._stopped = Event()
        self.peak_bytes = 0
        self.exceeded = False

    def run(self) -> None:
        while not self._stopped.wait(INTERVAL_SECONDS):
            self.peak_bytes = max(self.peak_bytes, resident_bytes(self._group))
            if self.peak_bytes > self._limit:
                self.exceeded = True
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._group, signal.SIGKILL)
                return

    def stop(self) -> None:
        """Watch no longer; once this has returned, nothing is killed."""
        self._stopped.set()
        if self.is_alive():
            self.join()


def resident_bytes(group: int) -> int:
    """The bytes that the processes of a group keep in memory, added up."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == group:
                total += int((folder / "statm").read_text().split()[1]) * _PAGE_BYTES
        except (OSError, ValueError):
            continue
    return total
