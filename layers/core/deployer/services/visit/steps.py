"""The steps of one check, carried out on a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deployer.domain.page import NotJavaScriptError, Page, Value
from deployer.domain.steps import Action, Step
from deployer.domain.visit import Evidence, Happening, Kind, Verdict
from deployer.services.visit.hands import (
    PATIENCE_SECONDS,
    POLL_SECONDS,
    CannotActError,
    Hands,
    OtherTextError,
)

LOAD_SECONDS = 8.0


class StepsRun:
    """One run of a check's steps on a page that is open. `happened` holds what it saw meanwhile."""

    def __init__(
        self,
        page: Page,
        clock: Callable[[], float],
        seconds: float,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._page = page
        self._clock = clock
        self._patience = patience
        self._hands = Hands(page, clock, patience)
        self._until = self._clock() + seconds
        self.happened: list[Happening] = []
        self._dialogs: list[str] = []

    def run(self, steps: Sequence[Step]) -> Evidence:
        """Carry the steps out in order, until one cannot be done or an expectation fails.

        A step whose element is missing leaves the verdict open: the steps may be wrong, not the
        page. Only an expectation can fail, as that of a text in an element that is there.
        """
        for number, step in enumerate(steps, 1):
            if self._clock() > self._until:
                return _open(number, step, "there was no time left for it")
            try:
                failed = self._do(number, step)
            except OtherTextError as exc:
                shown = ((step.target, self._page.html(step.target) or ""),)
                reason = f"{exc}, at step {number} ({step})"
                return Evidence(Verdict.FAILS, reason=reason, found=shown)
            except CannotActError as exc:
                return _open(number, step, str(exc))
            if failed is not None:
                return failed
        return Evidence(Verdict.PASSES)

    def _do(self, number: int, step: Step) -> Evidence | None:
        """Carry out one step; evidence if it ends the run."""
        if step.action is Action.EXPECT:
            return self._expect(number, step)
        if step.action is Action.EXPECT_DIALOG:
            return self._expect_dialog(number, step)
        self._listen()
        self._dialogs.clear()
        self._act(step)
        self._page.settle(0.5)
        return None

    def _act(self, step: Step) -> None:
        match step.action:
            case Action.OPEN:
                _expect_loaded(self._page.open(step.target, LOAD_SECONDS))
            case Action.RELOAD:
                _expect_loaded(self._page.reload(LOAD_SECONDS))
            case Action.CLICK:
                self._hands.click(step.target)
            case Action.FILL:
                self._hands.fill(step.target, step.value)
            case Action.SELECT:
                self._hands.select(step.target, step.value)
            case Action.PRESS:
                self._hands.press(step.target, step.value)
            case _:
                self._hands.wait_for(step.target, step.value)

    def _expect(self, number: int, step: Step) -> Evidence | None:
        until = min(self._until, self._clock() + self._patience)
        while True:
            try:
                value = self._page.evaluate(step.target, 2)
            except NotJavaScriptError as exc:
                return _open(number, step, f"it is no expression: {exc}")
            if value.holds:
                return None
            if value.silence or self._clock() > until:
                return self._failed(number, step, value)
            self._page.wait(POLL_SECONDS)

    def _failed(self, number: int, step: Step, value: Value) -> Evidence:
        told = f"at step {number} ({step})"
        if value.silence:
            return Evidence(Verdict.FAILS, reason=f"{value.silence}, {told}")
        return Evidence(Verdict.FAILS, gave=value.gave, threw=value.threw, reason=told)

    def _expect_dialog(self, number: int, step: Step) -> Evidence | None:
        until = min(self._until, self._clock() + self._patience)
        while True:
            self._listen()
            if any(step.target in said for said in self._dialogs):
                return None
            if self._clock() > until:
                said = "; ".join(self._dialogs) or "no dialog opened"
                return Evidence(Verdict.FAILS, reason=f"{said}, at step {number} ({step})")
            self._page.wait(POLL_SECONDS)

    def _listen(self) -> None:
        """Take down what happened; dialogs are kept until the next action."""
        news = self._page.happened()
        self.happened += news
        self._dialogs += [one.text for one in news if one.kind is Kind.DIALOG]


def _expect_loaded(loaded: bool) -> None:
    if not loaded:
        raise CannotActError("the page did not load in time")


def _open(number: int, step: Step, why: str) -> Evidence:
    return Evidence(Verdict.CANNOT_TELL, reason=f"step {number} ({step}) could not be done: {why}")
