"""The processes that one run starts, kept in a file: a later run can end what a killed one left.

Every child leads a process group of its own: Ctrl-C in the terminal reaches only us, and ending
the group ends what the child has started (the cloud runs each function as a process).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from operate.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Process:
    """A process id, and what tells that process from a later one with the same id."""

    name: str
    pid: int
    birth: str

    @property
    def alive(self) -> bool:
        return self.birth != "" and birth(self.pid) == self.birth


def birth(pid: int) -> str:
    """The time when the process began, as the system says it; empty for one that is gone."""
    if Path("/proc/self/stat").exists():
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if after_name[0] == "Z" else f"{_boot()}:{after_name[19]}"
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]


class RunningFile:
    """The file that names the process that started everything, and its children."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[Process | None, list[Process]]:
        """The starter and its children, those that are alive."""
        try:
            kept = json.loads(self._path.read_text())
            starter = Process(**kept["starter"])
            children = [Process(**child) for child in kept["children"]]
        except (OSError, ValueError, KeyError, TypeError):
            return None, []
        return (starter if starter.alive else None), [child for child in children if child.alive]

    def write(self, children: Sequence[Process]) -> None:
        me = Process("starter", os.getpid(), birth(os.getpid()))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        draft.write_text(
            json.dumps({"starter": asdict(me), "children": [asdict(child) for child in children]})
        )
        draft.replace(self._path)

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


class Children:
    """The servers of one run."""

    def __init__(self, running: RunningFile, logs: Path) -> None:
        self._running = running
        self._logs = logs
        self._started: list[tuple[Process, subprocess.Popen[bytes]]] = []

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        """Start a server; what it prints goes to its log."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("wb") as output:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )
        self._started.append((Process(name, child.pid, birth(child.pid)), child))
        self._running.write([process for process, _ in self._started])

    @property
    def any(self) -> bool:
        return bool(self._started)

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def wait_ready(self, name: str, health_url: str, seconds: float = 30.0) -> None:
        """
        Raises:
            CommandError: it stopped, or does not answer in time.
        """
        until = time.monotonic() + seconds
        with requests.Session() as session:
            session.trust_env = False
            while time.monotonic() < until:
                self.check(name)
                with contextlib.suppress(requests.RequestException):
                    if session.get(health_url, timeout=2).ok:
                        return
                time.sleep(0.05)
        raise CommandError(
            f"the local {name} did not answer within {seconds:.0f} seconds: read {self.log(name)}"
        )

    def check(self, only: str = "") -> None:
        """
        Raises:
            CommandError: a child has stopped by itself.
        """
        for process, child in self._started:
            if only in ("", process.name) and child.poll() is not None:
                lines = self.log(process.name).read_text(errors="replace").strip().splitlines()
                last = lines[-1] if lines else "it printed nothing"
                raise CommandError(
                    f"the local {process.name} stopped by itself: {last} "
                    f"(all of it: {self.log(process.name)})"
                )

    def stop(self) -> None:
        """End them all, the last started first."""
        for process, _ in reversed(self._started):
            _signal_group(process.pid, signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        for process, child in reversed(self._started):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, until - time.monotonic()))
            _signal_group(process.pid, signal.SIGKILL)
            child.wait()
        self._started.clear()
        self._running.remove()


def end_stale(children: Sequence[Process]) -> None:
    """End children whose starter is gone (they are not ours to wait for)."""
    for child in children:
        _signal_group(child.pid, signal.SIGTERM)
    until = time.monotonic() + GRACE_SECONDS
    for child in children:
        while child.alive and time.monotonic() < until:
            time.sleep(0.05)
        if child.alive:
            _signal_group(child.pid, signal.SIGKILL)


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
