"""Try the checks in plain words: each by its steps, on a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deployer.domain.page import Engine, PageLostError
from deployer.domain.site import Site
from deployer.domain.steps import Step
from deployer.domain.visit import NOWHERE, Evidence, Verdict, Visit
from deployer.services.visit.steps import LOAD_SECONDS, StepsRun

RESERVE_SECONDS = 3.0
"""Left of the visit's time for its report."""
LONGEST_SECONDS = 15.0
"""Of one check: a person has given up by then."""
PAUSES = (0.1, 2.0)
"""Seconds between the load of a page and the first step, of the first try and of the second."""
BLANK = Site({"index.html": b"<!doctype html><title></title><body></body>"})
BLANK_PATIENCE_SECONDS = 0.2
"""Nothing comes to a page that has nothing."""


@dataclass
class Trying:
    """The steps of a visit, with the time that is left of it."""

    visit: Visit
    site: Site
    engine: Engine
    clock: Callable[[], float]
    begin: float

    def all(self) -> tuple[Evidence, ...]:
        """The evidence for each check's steps, in their order.

        Steps that pass on an empty page prove nothing about this one, and leave it open.
        """
        evidence = [self._try(steps) for steps in self.visit.steps]
        passed = [n for n, one in enumerate(evidence) if one.verdict is Verdict.PASSES]
        for number in passed:
            if self._passes_on_nothing(self.visit.steps[number]):
                reason = "its steps pass on an empty page as well, so they prove nothing"
                evidence[number] = Evidence(Verdict.CANNOT_TELL, reason=reason)
        return tuple(evidence)

    def _left(self) -> float:
        return self.begin + self.visit.seconds - RESERVE_SECONDS - self.clock()

    def _try(self, steps: Sequence[Step]) -> Evidence:
        """The evidence of a check's steps. Steps that fail get a second, slower try: the page may
        not have been ready for the first one."""
        evidence = self._try_after(PAUSES[0], steps)
        for pause in PAUSES[1:]:
            if evidence.verdict is Verdict.FAILS and self._left() > LONGEST_SECONDS:
                evidence = self._try_after(pause, steps)
        return evidence

    def _try_after(self, pause: float, steps: Sequence[Step]) -> Evidence:
        left = self._left()
        if left <= 0:
            return Evidence(Verdict.CANNOT_TELL, reason="the time for the visit was over")
        try:
            with self.engine.open(self.site, self.visit.policy.allows, graphics=False) as opened:
                opened.page.open("", min(LOAD_SECONDS, left))
                opened.page.wait(pause)
                run = StepsRun(opened.page, self.clock, min(LONGEST_SECONDS, left))
                evidence = run.run(steps)
                missed = opened.page.missed
        except PageLostError as exc:
            verdict = Verdict.FAILS if exc.by_page else Verdict.CANNOT_TELL
            return Evidence(verdict, reason=str(exc))
        if missed and evidence.verdict is Verdict.FAILS:
            return Evidence(Verdict.CANNOT_TELL, reason=f"the page could not have {missed}")
        return evidence

    def _passes_on_nothing(self, steps: Sequence[Step]) -> bool:
        try:
            with self.engine.open(BLANK, NOWHERE.allows, graphics=False) as opened:
                opened.page.open("", LOAD_SECONDS)
                run = StepsRun(opened.page, self.clock, LONGEST_SECONDS, BLANK_PATIENCE_SECONDS)
                return run.run(steps).verdict is Verdict.PASSES
        except PageLostError:
            return False
