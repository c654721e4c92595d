"""A page in a browser, as those who judge it use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from deployer.domain.computed import Output
from deployer.domain.site import Site
from deployer.domain.visit import Happening


class NoBrowserError(Exception):
    """There is no browser to run, or it does not start; the message names the cure."""


class PageLostError(Exception):
    """The browser ended under the page. `by_page`: the page made it, by the memory it took."""

    def __init__(self, message: str, *, by_page: bool = False) -> None:
        super().__init__(message)
        self.by_page = by_page


class NotJavaScriptError(ValueError):
    """The expression cannot be read; the message is the browser's."""


@dataclass(frozen=True)
class Value:
    """The outcome of an expression, in one of `gave`, `threw` and `silence`."""

    gave: str = ""
    """In words: `"NaN"` for a text, `NaN` for the number, `div#total` for an element."""
    holds: bool = False
    """JavaScript takes the value for true."""
    threw: str = ""
    silence: str = ""
    """The reason for having no value: the page is stuck, or has crashed."""


class Page(Protocol):
    """One page and the windows and workers that it opens. Every method raises PageLostError if the
    browser has ended under it."""

    @property
    def missed(self) -> str:
        """The first script or data that our side could not have for the page; empty for none."""

    def open(self, address: str, seconds: float, *, scripts: bool = True) -> bool:
        """Load a page of the site (`""`, `?url=a.png`, `about.html`) and let it settle.

        Without `scripts`, none of the page's own runs: it is as its file has it.

        Returns:
            whether it had loaded within `seconds`; one that had not may be questioned all the same.
        """

    def reload(self, seconds: float) -> bool:
        """Load the page again, with the storage that it has written; as `open`."""

    def click(self, x: float, y: float) -> None:
        """Move the mouse there, in CSS pixels of the window, and click; a stuck page does not
        hear it."""

    def press(self, key: str) -> None:
        """Press a key in whatever has the focus: `Enter`, `ArrowLeft`, `Space`, `a`."""

    def settle(self, seconds: float) -> None:
        """Wait until the page asks for nothing any more, at most `seconds`."""

    def wait(self, seconds: float) -> None:
        """Let the page run."""

    def skip(self, seconds: float) -> None:
        """Let that much time go by for the page's timers and clock, in far less of ours. From then
        on the page's time goes by only while it is asked something, or skipped again."""

    def evaluate(self, expression: str, seconds: float) -> Value:
        """The value of an expression: awaited if it is a promise, called if it is a function.

        Raises:
            NotJavaScriptError: it is none.
        """

    def html(self, selector: str) -> str | None:
        """The HTML of the first element that the selector finds, shortened; None without one."""

    def screenshot(self, width: int, seconds: float) -> bytes | None:
        """A PNG of what a window of that width shows; None if it cannot be drawn in time."""

    def compute(
        self, script: str, files: Mapping[str, bytes], *, largest: int, seconds: float
    ) -> Output:
        """The output of a script over `files`, on a page that was never sent to its site.

        The script runs in that blank page; its output has at most `largest` bytes.
        """

    def happened(self) -> tuple[Happening, ...]:
        """Return the happenings since the last call."""


@dataclass(frozen=True)
class Opened:
    """A blank page, ready to be sent to its site, and what it took to have it."""

    page: Page
    mode: str
    """`several` or `single`: the processes of the browser."""
    starts: int
    memory_bytes: Callable[[], int]
    """The most that the browser's processes had so far; 0 where it is not known."""


class Engine(Protocol):
    """Starts a browser for one site at a time."""

    def open(
        self, site: Site, allows: Callable[[str], bool], *, graphics: bool
    ) -> AbstractContextManager[Opened]:
        """A page for `site`, which may ask for the addresses that `allows` answers True for.

        Leaving the block ends the browser.

        Raises:
            NoBrowserError: there is none.
            PageLostError: it ended inside the block.
        """
