"""Hints: demands of the checks, said outright, as only specific advice helps a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from deployer.domain.request import Check
from deployer.generation.judging.demands import demands_of
from deployer.generation.judging.demands.kinds import (
    Exists,
    FirstScriptHolds,
    HasAttribute,
    IsTag,
    ReadsParameter,
    ResultIs,
    ShowsNumber,
    ShowsText,
    TitleIs,
    quoted,
)


def hints_for(checks: Iterable[Check]) -> tuple[str, ...]:
    """One sentence per demand, each once, in the order of the checks."""
    said = (_SENTENCES[type(d)](d) for check in checks for d in demands_of(check))
    return tuple(dict.fromkeys(sentence for sentence in said if sentence))


def _exists(demand: Exists) -> str:
    if demand.selector.startswith(("script[", "link[")):
        return f"{demand.selector} must find an element in the static HTML: choose the URL to fit."
    return f"{demand.selector} must find an element when the page has loaded."


def _shows_number(demand: ShowsNumber) -> str:
    if "last-child" in demand.selector:
        return f"{demand.selector} is read as a number: the last cell is a plain number, 1234.50."
    return f"{demand.selector} is read as a number on load: a plain number such as 1234.50 in it."


def _shows_text(demand: ShowsText) -> str:
    if demand.literal == ",":
        return f'{demand.selector} must show commas on load: new Intl.NumberFormat("en-US").'
    what = f"contain {quoted(demand.literal)}" if demand.literal else "hold text"
    return f"{demand.selector} must {what} on a plain page load, before any action."


def _attribute(demand: HasAttribute) -> str:
    value = f' with the value "{demand.value}"' if demand.value is not None else ""
    return f"{demand.selector} must have the attribute {demand.name}{value} on load."


_SENTENCES: dict[type, Callable[[Any], str]] = {
    Exists: _exists,
    TitleIs: lambda d: f"The title must {'be' if d.exactly else 'contain'} {quoted(d.text)}.",
    FirstScriptHolds: lambda d: (
        f"The page's FIRST script element is inline and contains literally: {d.literal}"
    ),
    IsTag: lambda d: f"{d.selector} must be a <{d.tag}>.",
    HasAttribute: _attribute,
    ShowsNumber: _shows_number,
    ShowsText: _shows_text,
    ResultIs: lambda _: "The result is computed from the data, never written into a file.",
    ReadsParameter: lambda d: f"The page reads the URL parameter {quoted(d.name)}.",
}
