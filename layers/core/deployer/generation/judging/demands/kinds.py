"""The kinds of demands that a check can make."""

from __future__ import annotations

import json
from dataclasses import dataclass


def quoted(text: str) -> str:
    """`text` in quotes for a model or a person, each character as the caller sent it."""
    return json.dumps(text, ensure_ascii=False)


@dataclass(frozen=True)
class Exists:
    """An element that the selector finds."""

    selector: str


@dataclass(frozen=True)
class TitleIs:
    """`outright` is not set for a sentence, whose title may be a chart's."""

    text: str
    exactly: bool = True
    outright: bool = True


@dataclass(frozen=True)
class FirstScriptHolds:
    """The page's first script element has this text in it, verbatim."""

    literal: str


@dataclass(frozen=True)
class IsTag:
    selector: str
    tag: str


@dataclass(frozen=True)
class HasAttribute:
    """The value is None where any will do."""

    selector: str
    name: str
    value: str | None = None


@dataclass(frozen=True)
class ShowsNumber:
    """The text is read as a number."""

    selector: str


@dataclass(frozen=True)
class ShowsText:
    """The text is there on load; `literal` is empty where any will do."""

    selector: str
    literal: str = ""


@dataclass(frozen=True)
class ResultIs:
    """A number that the page has to compute, not to hold."""

    number: str


@dataclass(frozen=True)
class ReadsParameter:
    """A query parameter of the page's URL."""

    name: str


Demand = (
    Exists | TitleIs | FirstScriptHolds | IsTag | HasAttribute | ShowsNumber | ShowsText | ResultIs
    | ReadsParameter
)  # fmt: skip
