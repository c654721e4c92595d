"""Is the text that a check reads there when the page has loaded?"""

from __future__ import annotations

import re

from deployer.generation.judging.demands import ShowsText
from deployer.generation.reading.javascript import source
from deployer.generation.reading.markup import compounds
from deployer.generation.reading.page import Page


def target_id(selector: str) -> str | None:
    """The id that a selector ends in, if it names one element by its id alone."""
    steps = compounds(selector)
    return steps[-1].ids[0] if len(steps) == 1 and steps[-1].ids else None


def shows_text(page: Page, demand: ShowsText) -> str | None:
    wanted = target_id(demand.selector)
    if wanted is None or _stands_there(page, wanted, demand.literal):
        return None
    if demand.literal == "," and (problem := _ungrouped(page, wanted)):
        return problem
    if page.written_on_load(wanted) is not False:
        return None
    what = repr(demand.literal) if demand.literal else "a text"
    return (
        f"{demand.selector} must show {what} on a plain page load, but it is filled only after an "
        "action of the user: run the app once on load with a sensible default"
    )


def _stands_there(page: Page, wanted: str, literal: str) -> bool:
    element = page.markup.by_id(wanted)
    text = element.text.strip().lower() if element else ""
    return bool(text) and literal.lower() in text


def _ungrouped(page: Page, wanted: str) -> str | None:
    """A number with thousands separators: only an English format is sure to give commas."""
    values = [source(write.value) for _, write in page.writes_to(wanted)]
    text = page.script_text
    if not values or re.search(r"(NumberFormat|toLocaleString)\(\s*[\"'`]en", text):
        return None
    if re.search(r"NumberFormat|toLocaleString", text):
        return f'#{wanted} must show commas: name the locale, new Intl.NumberFormat("en-US")'
    return f'#{wanted} must show commas: format the number with new Intl.NumberFormat("en-US")'
