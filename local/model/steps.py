"""The steps that the stand-in writes for a check in plain words, where it understands it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from deployer.generation.answers.grammar import StepsBlock
from local.model.reading import Request

_UNDERSTOOD: tuple[tuple[str, Callable[[re.Match[str]], tuple[str, ...]]], ...] = (
    (
        r"click(?:ing)? (#[\w-]+) (?:shows|opens) an? (?:alert|dialog)",
        lambda match: (f"click {match[1]}", "expect dialog"),
    ),
    (
        r"click(?:ing)? (#[\w-]+) toggles (?:the class )?[\"'`]?([\w-]+)",
        lambda match: (
            f"click {match[1]}",
            f"expect document.body.classList.contains('{match[2]}')",
        ),
    ),
    (
        r"choosing ([\w-]+) in (#[\w-]+) shows ([\w-]+) in (#[\w-]+)",
        lambda match: (
            f"select {match[2]} -> {match[1]}",
            f"wait for {match[4]} -> {match[3]}",
            f"expect document.querySelector('{match[4]}').textContent.includes('{match[3]}')",
        ),
    ),
    (
        r"(#[\w-]+) (?:shows|contains|says) [\"'`]?([^\"'`]+?)[\"'`]?\.?$",
        lambda match: (
            f"expect document.querySelector('{match[1]}').textContent.includes('{match[2]}')",
        ),
    ),
)
_CHECK = re.compile(r"^(\d+)\. (?!js: )(.+)$", re.MULTILINE)


def steps_for(request: Request) -> Iterator[StepsBlock]:
    """A block for each check in plain words that has one of the forms above."""
    for number, check in _CHECK.findall(request.checks):
        for form, steps in _UNDERSTOOD:
            match = re.search(form, check, re.IGNORECASE)
            if match is not None:
                yield StepsBlock(int(number), steps(match))
                break
