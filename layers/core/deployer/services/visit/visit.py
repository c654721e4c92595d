"""A visit to a candidate: each look at its page, with the verdict on every check and evidence."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from deployer.domain.page import Engine, NotJavaScriptError, Page, PageLostError
from deployer.domain.site import Site
from deployer.domain.visit import (
    WIDTHS,
    Evidence,
    Happening,
    Kind,
    Look,
    Picture,
    Report,
    Verdict,
    Visit,
    When,
)
from deployer.services.visit.steps import LOAD_SECONDS
from deployer.services.visit.trying import Trying

ANSWER_SECONDS = 2.0
"""In which a page that is not stuck says anything at all."""
CHECK_SECONDS = 3.0
AWAITING_SECONDS = 16.0
"""For a check that waits for something by itself."""
PICTURE_SECONDS = 5.0
MORE_TRIES = 2
AGAIN_SECONDS = 0.5
SETTLE_SECONDS = 2.0
"""Between two tries of a check that fails 15 s after the load."""
RESERVE_SECONDS = 2.0
"""Left for the answer to be sent."""
MAX_FOUND = 4
TIME_IS_OVER = "the time for the visit was over"

_WAITS = re.compile(r"\b(?:await|async|Promise|setTimeout)\b")
_SELECTORS = re.compile(
    r"(?P<by>querySelector(?:All)?|getElementById)\(\s*(?P<quote>[\"'`])(?P<text>.+?)(?P=quote)\s*\)"
)
_DRAWN = re.compile(rb"webgl|three@|three(?:\.module)?(?:\.min)?\.js|babylon|mapbox", re.IGNORECASE)
_SAVE = Callable[[str, bytes], None]


@dataclass
class _Seen:
    """The sights so far: they stand even if the browser ends."""

    looks: list[Look] = field(default_factory=list)
    tried: tuple[Evidence, ...] = ()
    pictures: list[Picture] = field(default_factory=list)
    mode: str = ""
    starts: int = 0
    memory_bytes: int = 0


def visit(
    wanted: Visit, site: Site, *, engine: Engine, save: _SAVE, clock: Callable[[], float]
) -> Report:
    """Open the candidate and look at it as the visit says. Nothing that a page does raises.

    `save` stores a screenshot under a key; `clock` answers seconds that only grow.

    Raises:
        NoBrowserError: the browser does not start.
    """
    begin = clock()
    seen = _Seen()
    problem = ""
    for _ in range(2):  # the browser itself crashes now and then: once more, from the beginning
        seen.looks.clear()
        seen.pictures.clear()
        try:
            with engine.open(site, wanted.policy.allows, graphics=draws(site)) as opened:
                seen.mode, seen.starts = opened.mode, seen.starts + opened.starts
                _Looking(wanted, opened.page, seen, save, clock, begin).all()
                seen.memory_bytes = opened.memory_bytes()
            seen.tried = Trying(wanted, site, engine, clock, begin).all()
            return _report(wanted, seen, clock() - begin)
        except PageLostError as exc:
            problem = str(exc)
            if exc.by_page:
                return _report(wanted, _crashed(wanted, seen, problem), clock() - begin)
    return _report(wanted, seen, clock() - begin, problem)


def draws(site: Site) -> bool:
    """True if a page may draw with WebGL, which is too dear for the others."""
    return any(_DRAWN.search(content) for content in site.values())


def selectors(expression: str) -> list[str]:
    """The selectors that a check's expression looks for, in their order."""
    found: dict[str, None] = {}
    for match in _SELECTORS.finditer(expression):
        text = match["text"].replace("\\", "")
        found[f'[id="{text}"]' if match["by"] == "getElementById" else text] = None
    return list(found)


@dataclass
class _Looking:
    visit: Visit
    page: Page
    seen: _Seen
    save: _SAVE
    clock: Callable[[], float]
    begin: float

    def all(self) -> None:
        if When.STATIC in self.visit.looks:
            self._look_at_the_file()
        opened = self.clock()
        self.page.open("", min(LOAD_SECONDS, self._left()))
        stuck = self._stuck()
        if not stuck:
            self._photograph()
        for when in (When.LOADED, When.LATER):
            if when not in self.visit.looks:
                continue
            if when is When.LATER and not stuck:
                self.page.skip(self.visit.later_seconds)
                stuck = self._stuck()
            evidence = self._checked(stuck, patient=when is When.LATER)
            look = Look(when, evidence, self.page.happened(), round(self.clock() - opened, 3))
            self.seen.looks.append(look)

    def _checked(self, stuck: str, *, patient: bool) -> tuple[Evidence, ...]:
        """The evidence of each check; with patience, of the last of several tries: while the page's
        time ran ahead, what it had asked for may not have come in ours."""
        evidence: tuple[Evidence, ...] = ()
        for _ in range(1 + (MORE_TRIES if patient and not stuck else 0)):
            if evidence:
                self.page.settle(SETTLE_SECONDS)
                self.page.wait(AGAIN_SECONDS)
                self.page.skip(AGAIN_SECONDS)
            evidence = tuple(self._check(expression, stuck) for expression in self.visit.checks)
            if all(one.verdict is not Verdict.FAILS for one in evidence):
                break
        return evidence

    def _look_at_the_file(self) -> None:
        """Look at the page before its scripts run. A check that fails here is no fault: the report
        says so, and the page can hold more of what is asked."""
        self.page.open("", min(LOAD_SECONDS, self._left()), scripts=False)
        evidence = tuple(self._check(expression, "") for expression in self.visit.checks)
        self.seen.looks.append(Look(When.STATIC, evidence))
        self.page.happened()

    def _stuck(self) -> str:
        """The reason why the page answers nothing at all; empty if it answers. A script that was
        interrupted may have been the only one."""
        for _ in range(2):
            silence = self.page.evaluate("1", min(ANSWER_SECONDS, self._left())).silence
            if not silence:
                break
        return silence

    def _left(self) -> float:
        return max(0.0, self.begin + self.visit.seconds - RESERVE_SECONDS - self.clock())

    def _photograph(self) -> None:
        for width in WIDTHS:
            drawn = self.page.screenshot(width, min(PICTURE_SECONDS, self._left()))
            if drawn is not None:
                key = f"{self.visit.pictures}{width}.png"
                self.save(key, drawn)
                self.seen.pictures.append(Picture(width, key))

    def _check(self, expression: str, stuck: str) -> Evidence:
        left = self._left()
        if left <= 0:
            return Evidence(Verdict.CANNOT_TELL, reason=TIME_IS_OVER)
        if stuck:
            return Evidence(Verdict.FAILS, reason=stuck)
        patience = AWAITING_SECONDS if _WAITS.search(expression) else CHECK_SECONDS
        try:
            value = self.page.evaluate(expression, min(patience, left))
        except NotJavaScriptError as exc:
            return Evidence(Verdict.CANNOT_TELL, reason=f"the check is no JavaScript: {exc}")
        if value.holds:
            return Evidence(Verdict.PASSES, gave=value.gave)
        verdict, reason = Verdict.FAILS, value.silence
        if self.page.missed:
            verdict, reason = Verdict.CANNOT_TELL, f"the page could not have {self.page.missed}"
        elif value.silence and left < patience:
            verdict, reason = Verdict.CANNOT_TELL, TIME_IS_OVER
        return Evidence(verdict, value.gave, value.threw, reason, self._found(expression))

    def _found(self, expression: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            (selector, self.page.html(selector) or "")
            for selector in selectors(expression)[:MAX_FOUND]
        )


def _crashed(visit: Visit, seen: _Seen, why: str) -> _Seen:
    """The looks that could not be taken because of the page itself, which fails at them."""
    evidence = tuple(Evidence(Verdict.FAILS, reason=why) for _ in visit.checks)
    missing = visit.looks[len(seen.looks) :]
    crash = (Happening(Kind.CRASH, why),)
    seen.looks += [Look(when, evidence, crash) for when in missing]
    return seen


def _report(visit: Visit, seen: _Seen, seconds: float, problem: str = "") -> Report:
    unknown = tuple(unknown_to(problem) for _ in visit.checks)
    missing = [Look(when, unknown) for when in visit.looks[len(seen.looks) :]]
    return Report(
        looks=(*seen.looks, *missing),
        tried=seen.tried or tuple(unknown_to(problem) for _ in visit.steps),
        pictures=tuple(seen.pictures),
        problem=problem,
        mode=seen.mode,
        starts=seen.starts,
        memory_bytes=seen.memory_bytes,
        seconds=round(seconds, 3),
    )


def unknown_to(problem: str) -> Evidence:
    """The evidence of a check that nobody could look at."""
    return Evidence(Verdict.CANNOT_TELL, reason=problem)
