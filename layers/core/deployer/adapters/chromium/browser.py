"""Chromium at hand: started for each page, again if it crashes, in one process if it must."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from deployer.adapters.chromium.answers import Asked, Reply
from deployer.adapters.chromium.executable import Executable, NoBrowserError
from deployer.adapters.chromium.page import Page
from deployer.adapters.chromium.process import Mode, Options, Process
from deployer.adapters.chromium.protocol import ProtocolError

TRIES = 3
"""A start crashes about once in two hundred, several of them in a row."""
START_SECONDS = 5.0


@dataclass(frozen=True)
class Opened:
    """A page and the process that it lives in."""

    page: Page
    process: Process
    starts: int


class Chromium:
    """Starts the browser. A mode that has hung is not tried again as long as this lives."""

    def __init__(self, executable: Executable, options: Options | None = None) -> None:
        self._executable = executable
        self._options = options or Options()
        self._modes = list(Mode)

    @contextmanager
    def page(self, answer: Callable[[Asked], Reply], *, graphics: bool = False) -> Iterator[Opened]:
        """A page of its own browser, which ends with the block.

        Raises:
            NoBrowserError: the browser does not start.
        """
        opened = self._start(answer, graphics=graphics)
        try:
            yield opened
        finally:
            opened.page.close()
            opened.process.kill()

    def _start(self, answer: Callable[[Asked], Reply], *, graphics: bool) -> Opened:
        failures: list[str] = []
        for mode in list(self._modes):
            options = replace(self._options, mode=mode, graphics=graphics)
            for _ in range(TRIES):
                started = self._try(options, answer, failures)
                if started is not None:
                    return started
                if "no answer" in failures[-1]:
                    break
            if mode is not self._modes[-1]:
                self._modes.remove(mode)
        raise NoBrowserError(f"Chromium does not start: {'; '.join(failures)}")

    def _try(
        self, options: Options, answer: Callable[[Asked], Reply], failures: list[str]
    ) -> Opened | None:
        try:
            process = Process(self._executable, options)
        except OSError as exc:
            failures.append(f"{options.mode}: {exc}")
            time.sleep(0.1)  # a file that is just being written may be had in a moment
            return None
        try:
            process.connection.call("Browser.getVersion", seconds=START_SECONDS)
            several = options.mode is Mode.SEVERAL
            page = Page(process.connection, answer, own_context=several)
            return Opened(page, process, len(failures) + 1)
        except ProtocolError as exc:
            time.sleep(0.05)
            failures.append(f"{options.mode}: {exc} (exit code {process.ended()})")
        except BaseException:
            process.kill()
            raise
        process.kill()
        return None
