"""A visit of the browser to a candidate: what the worker asks for and what it gets.

Everything here is plain data, bounded, and goes through JSON unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from deployer.domain.policy import Policy
from deployer.domain.steps import Step

CANDIDATES = "candidates/"
"""The prefix in the bucket that the browser may read."""
PICTURES = "pictures/"
"""The prefix in the bucket that the browser may write."""
NOWHERE = Policy()
WIDTHS = (1280, 375)
"""The screenshots' widths in pixels: a desk's and a telephone's."""


class Verdict(StrEnum):
    """The outcome of a check."""

    PASSES = "passes"
    FAILS = "fails"
    CANNOT_TELL = "cannot tell"


class When(StrEnum):
    """The moment of a look."""

    STATIC = "static"
    """The file as it is, before any script has run: some evaluators read no more."""
    LOADED = "loaded"
    """Once the page has loaded and asks for nothing more, at most a few seconds later."""
    LATER = "later"
    """15 s after that, when a page's timers have run: evaluators wait that long."""


class Kind(StrEnum):
    """The kinds of what happens in a page."""

    EXCEPTION = "exception"
    """Thrown and not caught, a rejected promise included."""
    CONSOLE_ERROR = "console error"
    FAILED_REQUEST = "failed request"
    """Answered 400 or more, or a file that the site does not have."""
    VIOLATION = "policy violation"
    """The page's policy or ours forbids it: a host that the page may not use, for one."""
    NOT_REACHED = "not reached"
    """The page may ask for it and our side could not have it: no fault of the page's."""
    DIALOG = "dialog"
    """alert, confirm or prompt; each is answered with OK."""
    POPUP = "popup"
    DOWNLOAD = "download"
    STUCK = "stuck"
    """The page did not answer in time, as in an endless loop."""
    CRASH = "crash"
    """The page took more memory than it may, or the browser ended under it."""


@dataclass(frozen=True)
class Happening:
    """Something that happened in a page, `count` times."""

    kind: Kind
    text: str
    place: str = ""
    """`script.js:12:5`, as far as it is known."""
    count: int = 1


@dataclass(frozen=True)
class Evidence:
    """The outcome of one check at one look."""

    verdict: Verdict
    gave: str = ""
    """The expression's value in words, such as `"NaN"` or `3`."""
    threw: str = ""
    reason: str = ""
    """The reason why it cannot be told, or why the page gave no value."""
    found: tuple[tuple[str, str], ...] = ()
    """For a check that does not pass: each selector in it and the HTML there, if any."""


@dataclass(frozen=True)
class Look:
    """The page at one time. `evidence` has an entry for each check of the visit, in its order."""

    when: When
    evidence: tuple[Evidence, ...] = ()
    happenings: tuple[Happening, ...] = ()
    """Since the look before."""
    seconds: float = 0.0
    """Since the page was opened."""


@dataclass(frozen=True)
class Picture:
    """A screenshot: PNG, under `key` in the bucket."""

    width: int
    key: str


@dataclass(frozen=True)
class Visit:
    """The browser's task."""

    candidate: str
    """The stored site's key, under `CANDIDATES`."""
    pictures: str
    """The prefix of the screenshots' keys, under `PICTURES`."""
    checks: tuple[str, ...] = ()
    """JavaScript expressions that are true in a page that is right."""
    steps: tuple[tuple[Step, ...], ...] = ()
    """The steps of each check in plain words, which are tried on a page of their own."""
    policy: Policy = NOWHERE
    """The hosts that the page may ask; its own files are always allowed."""
    looks: tuple[When, ...] = (When.STATIC, When.LOADED, When.LATER)
    later_seconds: float = 15.0
    seconds: float = 60.0
    """The time for all of it; what is not told by then cannot be told."""


@dataclass(frozen=True)
class Report:
    """The browser's account of a visit. With a `problem` it saw nothing or not all, by no fault of
    the page."""

    looks: tuple[Look, ...] = ()
    tried: tuple[Evidence, ...] = ()
    """The outcome of the steps of each check in plain words, in the order of the visit."""
    pictures: tuple[Picture, ...] = ()
    problem: str = ""
    mode: str = ""
    """Processes of the browser: `several` or `single`."""
    starts: int = 0
    """Starts that the browser needed: more than one after a crash or a hang."""
    memory_bytes: int = 0
    """The most that its processes had, shared pages counted more than once; 0 if not known."""
    seconds: float = 0.0

    def verdict(self, check: int) -> Verdict:
        """The verdict on the check (its index in the visit) over all looks.

        Failing at the last look that could tell is failing: a page is judged as it stays.
        """
        looks = [look for look in self.looks if look.when is not When.STATIC]
        told = [look.evidence[check].verdict for look in looks if check < len(look.evidence)]
        known = [verdict for verdict in told if verdict is not Verdict.CANNOT_TELL]
        return known[-1] if known else Verdict.CANNOT_TELL


def cannot_tell(problem: str) -> Report:
    """The report of a browser that was down, slow or not there."""
    return Report(problem=problem)
