"""Steps: what a person would do and see to tell whether a check in plain words holds.

A model writes them with the site, one a line, and a browser carries them out:

    open ?url=a.png            load the page with this query, or another page of the site
    reload                     load the page again
    click #toggle
    fill #name -> Ada          type into a field
    select #currency -> EUR    choose an option by its value or its label
    press #name -> Enter       press a key in an element; `press Escape` in whatever has the focus
    wait for #result -> 42     until the element is there, and holds the text if one is given: an
                               element that is there and never holds it fails the check
    expect document.body.classList.contains("dark")
    expect dialog Hello        an alert, confirm or prompt that the last action opened
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

MAX_STEPS = 20
"""Of one check: a person tries a thing in a few."""
MAX_LENGTH = 500
"""Characters of one step."""


class Action(StrEnum):
    OPEN = "open"
    RELOAD = "reload"
    CLICK = "click"
    FILL = "fill"
    SELECT = "select"
    PRESS = "press"
    WAIT = "wait for"
    EXPECT = "expect"
    EXPECT_DIALOG = "expect dialog"


EXPECTATIONS = frozenset({Action.EXPECT, Action.EXPECT_DIALOG})


@dataclass(frozen=True)
class Step:
    """One action. `target` is a selector, an address or an expression, by the action."""

    action: Action
    target: str = ""
    value: str = ""
    """The text, option or key; empty where the action has none."""

    def __str__(self) -> str:
        """The line that is read as this step."""
        if self.action is Action.PRESS and not self.target:
            return f"{self.action} {self.value}"
        words = f"{self.action} {self.target}".rstrip()
        needs_arrow = self.action in (Action.FILL, Action.SELECT)
        return f"{words} -> {self.value}".rstrip() if self.value or needs_arrow else words


class InvalidStepsError(ValueError):
    """The steps cannot be carried out; the message says which line, and why."""


def parse_steps(lines: Iterable[str]) -> tuple[Step, ...]:
    """Read the steps of one check. Blank lines, list marks and numbers before a step are skipped.

    Raises:
        InvalidStepsError: a line is none of the known steps, there are too many, or nothing is
            expected, so that they could not fail.
    """
    steps: list[Step] = []
    for line in lines:
        text = _LIST_MARK.sub("", line.strip())
        if not text:
            continue
        if len(text) > MAX_LENGTH:
            raise InvalidStepsError(f"a step has more than {MAX_LENGTH} characters: {text[:60]}…")
        steps.append(_parse(text))
        if len(steps) > MAX_STEPS:
            raise InvalidStepsError(f"more than {MAX_STEPS} steps")
    if not EXPECTATIONS & {step.action for step in steps}:
        raise InvalidStepsError(
            "nothing is expected: the steps need a line that begins with expect"
        )
    return tuple(steps)


_LIST_MARK = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s+")
_WORDS = re.compile(
    r"^(open|reload|click|fill|select|press|wait for|expect dialog|expect)(?:\s+(.*))?$",
    re.IGNORECASE | re.DOTALL,
)
_ARROW = re.compile(r"(?:^|\s+)->\s*")


def _parse(text: str) -> Step:
    match = _WORDS.match(text)
    if match is None:
        raise InvalidStepsError(f"not a step: {text[:80]}")
    action = Action(match[1].lower())
    return _FORMS[action](action, (match[2] or "").strip(), text)


def _alone(action: Action, rest: str, text: str) -> Step:
    if rest:
        raise InvalidStepsError(f"{action} takes nothing: {text[:80]}")
    return Step(action)


def _address(action: Action, rest: str, text: str) -> Step:
    # Only the site itself: what else a step opened would be judged in its place.
    if re.match(r"[a-z][a-z0-9+.-]*:|[\\/]{2}|\.\.", rest, re.IGNORECASE):
        raise InvalidStepsError(f"open takes a query, a hash or a page of the site: {text[:80]}")
    return Step(action, rest)


def _one(action: Action, rest: str, text: str) -> Step:
    if not rest:
        raise InvalidStepsError(f"{action} needs to be told what: {text[:80]}")
    return Step(action, rest)


def _maybe_one(action: Action, rest: str, _: str) -> Step:
    return Step(action, rest)


def _pair(action: Action, rest: str, text: str) -> Step:
    target, arrow, value = _halves(rest)
    if not target or not arrow:
        raise InvalidStepsError(f"{action} needs a selector, an arrow and a text: {text[:80]}")
    return Step(action, target, value)


def _maybe_pair(action: Action, rest: str, text: str) -> Step:
    target, arrow, value = _halves(rest)
    if action is Action.PRESS:
        target, value = (target, value) if arrow else ("", target)
        if value:
            return Step(action, target, value)
    elif target:
        return Step(action, target, value)
    raise InvalidStepsError(f"{action} needs to be told what: {text[:80]}")


def _halves(rest: str) -> tuple[str, str, str]:
    """The words before the arrow, the arrow, and those after it; CSS and keys have no arrow."""
    match = _ARROW.search(rest)
    if match is None:
        return rest, "", ""
    return rest[: match.start()], "->", rest[match.end() :]


_FORMS: dict[Action, Callable[[Action, str, str], Step]] = {
    Action.OPEN: _address,
    Action.RELOAD: _alone,
    Action.CLICK: _one,
    Action.FILL: _pair,
    Action.SELECT: _pair,
    Action.PRESS: _maybe_pair,
    Action.WAIT: _maybe_pair,
    Action.EXPECT: _one,
    Action.EXPECT_DIALOG: _maybe_one,
}
