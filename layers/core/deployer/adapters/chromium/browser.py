"""Chromium, started for each page, once more if it crashes, and at last as a single process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from deployer.adapters.chromium.answers import Asked, Reply, Source, first_of
from deployer.adapters.chromium.executable import Executable, find
from deployer.adapters.chromium.libraries import MirroredLibraries
from deployer.adapters.chromium.outside import AllowedAddresses, Internet
from deployer.adapters.chromium.page import Page
from deployer.adapters.chromium.process import Mode, Options, Process, hide_environment
from deployer.adapters.chromium.protocol import BrowserGoneError, NoAnswerError, ProtocolError
from deployer.adapters.chromium.published import PublishedSite
from deployer.domain.page import NoBrowserError, Opened, PageLostError
from deployer.domain.site import Site

TRIES = 3
"""A start crashes about once in two hundred, several of them in a row."""
START_SECONDS = 5.0
_OUT_OF_MEMORY = "V8 javascript OOM"
"""The last words of a browser whose only process had no more room for a page."""


def connect(browser_path: str, chromium_folder: str, libraries_folder: str) -> Chromium:
    """The browser of a function's process. From here on no child can read that process's
    environment.

    `browser_path`: an installed one to use; else the one packed in `chromium_folder`, or what is
    installed. `libraries_folder`: npm packages that are asked before the internet; may be empty.
    """
    hide_environment()
    unpacked = Path(tempfile.gettempdir(), "chromium")
    libraries = [MirroredLibraries(Path(libraries_folder))] if libraries_folder else []
    return Chromium(
        cache(partial(find, browser_path, Path(chromium_folder), unpacked)),
        [*libraries, Internet()],
    )


class Chromium:
    """`Engine`. `sources` are asked in turn for what a page may have from other hosts.

    `executable` is called when the browser is first needed. A mode that has hung or crashed at
    every try is not tried again as long as this lives.
    """

    def __init__(
        self,
        executable: Callable[[], Executable],
        sources: Sequence[Source] = (),
        options: Options | None = None,
        modes: Sequence[Mode] = tuple(Mode),
    ) -> None:
        self._executable = executable
        self._sources = sources
        self._options = options or Options()
        self._modes = list(modes)

    @contextmanager
    def open(
        self, site: Site, allows: Callable[[str], bool], *, graphics: bool = False
    ) -> Iterator[Opened]:
        answer = first_of([PublishedSite(site), AllowedAddresses(allows, self._sources)])
        process, page, starts = self._start(answer, graphics=graphics)
        try:
            yield Opened(page, process.options.mode, starts, lambda: process.memory.peak_bytes)
        except BrowserGoneError as exc:
            raise _lost(process) from exc
        finally:
            page.close()
            process.kill()

    def _start(
        self, answer: Callable[[Asked], Reply], *, graphics: bool
    ) -> tuple[Process, Page, int]:
        failures: list[str] = []
        for mode in list(self._modes):
            options = replace(self._options, mode=mode, graphics=graphics)
            for _ in range(TRIES):
                try:
                    return *self._try(options, answer), len(failures) + 1
                except (ProtocolError, OSError) as exc:
                    failures.append(f"{mode}: {exc}")
                    if isinstance(exc, NoAnswerError):
                        break
            if mode is not self._modes[-1]:
                self._modes.remove(mode)
        raise NoBrowserError(f"Chromium does not start: {'; '.join(failures)}")

    def _try(self, options: Options, answer: Callable[[Asked], Reply]) -> tuple[Process, Page]:
        process = Process(self._executable(), options)
        try:
            process.connection.call("Browser.getVersion", seconds=START_SECONDS)
            page = Page(process.connection, answer, own_context=options.mode is Mode.SEVERAL)
        except BrowserGoneError as exc:
            process.kill()
            raise BrowserGoneError(f"it ended with exit code {process.ended()}") from exc
        except BaseException:
            process.kill()
            raise
        return process, page


def _lost(process: Process) -> PageLostError:
    """The reason why the browser ended under its page, as an error to raise."""
    log = (process.folder / "stderr").read_text(errors="replace")
    process.kill()
    if process.memory.exceeded or _OUT_OF_MEMORY in log:
        return PageLostError("the page took more memory than it may", by_page=True)
    return PageLostError(f"the browser ended under the page (exit code {process.ended()})")
