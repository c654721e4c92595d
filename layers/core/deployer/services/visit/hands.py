"""The hands of a person at a page: a mouse, a keyboard, fields that are filled."""

from __future__ import annotations

import json
from collections.abc import Callable

from deployer.domain.page import Page

PATIENCE_SECONDS = 3.0
"""The time in which what a step needs or expects may come: pages fetch, and animate."""
POLL_SECONDS = 0.05
_ANSWER_SECONDS = 2.0

_PLACE = """(selector => {
  const element = document.querySelector(selector)
  if (!element) return 'missing'
  element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'})
  const box = element.getBoundingClientRect()
  if (!box.width || !box.height) return 'hidden'
  if (element.disabled) return 'disabled'
  return JSON.stringify([box.x + box.width / 2, box.y + box.height / 2])
})"""
_FILL = """((selector, text) => {
  const element = document.querySelector(selector)
  if (!element) return 'missing'
  element.focus()
  if (element.isContentEditable) element.textContent = text
  else if (!('value' in element)) return 'no field'
  else {
    const kind = Object.getPrototypeOf(element)
    Object.getOwnPropertyDescriptor(kind, 'value').set.call(element, text)
  }
  for (const event of ['input', 'change']) element.dispatchEvent(new Event(event, {bubbles: true}))
  return 'done'
})"""
_SELECT = """((selector, wanted) => {
  const element = document.querySelector(selector)
  if (!element) return 'missing'
  const option = [...(element.options ?? [])].find(
    each => each.value === wanted || each.label.trim() === wanted)
  if (!option) return 'no such option'
  element.value = option.value
  for (const event of ['input', 'change']) element.dispatchEvent(new Event(event, {bubbles: true}))
  return 'done'
})"""
_HOLDS = """((selector, text) => {
  const element = document.querySelector(selector)
  if (!element) return 'missing'
  const shown = element.value ?? element.innerText ?? element.textContent
  return shown.includes(text) ? 'done' : 'other text'
})"""
_FOCUS = """(selector => {
  const element = document.querySelector(selector)
  if (!element) return 'missing'
  element.focus()
  return 'done'
})"""
# A setter of the element's own kind is used, since frameworks put theirs on the element.

_REASONS = {
    "missing": "nothing fits {}",
    "hidden": "{} is not visible",
    "disabled": "{} is disabled",
    "no field": "{} is not a field",
    "no such option": "{} has no such option",
    "other text": "{} does not come to hold the text",
}
"""Reasons why an action has to wait, or cannot be done; `{}` is the selector."""


class CannotActError(Exception):
    """The action is not possible on this page; the message says why."""


class OtherTextError(CannotActError):
    """The element is there and does not come to hold the text that was waited for."""


class Hands:
    """Acts on one page as a person would.

    Every method raises CannotActError if what it needs does not appear within the patience, and
    PageLostError if the browser has ended.
    """

    def __init__(self, page: Page, clock: Callable[[], float], patience: float) -> None:
        self._page = page
        self._clock = clock
        self._patience = patience

    def click(self, selector: str) -> None:
        place = self._until_done(f"{_PLACE}({json.dumps(selector)})", selector)
        self._page.click(*json.loads(place))

    def fill(self, selector: str, text: str) -> None:
        self._until_done(f"{_FILL}({json.dumps(selector)}, {json.dumps(text)})", selector)

    def select(self, selector: str, option: str) -> None:
        """Choose an option by its value or its label."""
        self._until_done(f"{_SELECT}({json.dumps(selector)}, {json.dumps(option)})", selector)

    def press(self, selector: str, key: str) -> None:
        """Press a key, in the element if one is named: `Enter`, `ArrowLeft`, `a`."""
        if selector:
            self._until_done(f"{_FOCUS}({json.dumps(selector)})", selector)
        self._page.press(key)

    def wait_for(self, selector: str, text: str) -> None:
        """Wait until the element is there, and holds the text.

        Raises:
            OtherTextError: it is there, and holds another one.
        """
        self._until_done(f"{_HOLDS}({json.dumps(selector)}, {json.dumps(text)})", selector)

    def _until_done(self, script: str, selector: str) -> str:
        """The script's answer, once it is not a reason to try again."""
        until = self._clock() + self._patience
        while True:
            value = self._page.evaluate(script, _ANSWER_SECONDS)
            if value.threw:
                raise CannotActError(f"{selector} is not a selector")
            if value.silence:
                raise CannotActError(value.silence)
            said: str = json.loads(value.gave)
            if said not in _REASONS:
                return said
            if self._clock() > until:
                kind = OtherTextError if said == "other text" else CannotActError
                raise kind(_REASONS[said].format(selector))
            self._page.wait(POLL_SECONDS)
