"""The stand-in writes steps for the checks in plain words that it understands."""

from __future__ import annotations

import pytest

from deployer.domain.steps import parse_steps
from deployer.generation.answers.grammar import StepsBlock
from local.model.reading import Request
from local.model.steps import steps_for


@pytest.mark.parametrize(
    ("check", "lines"),
    [
        ("Clicking #hello shows an alert", ("click #hello", "expect dialog")),
        (
            "Click #night toggles dark",
            ("click #night", "expect document.body.classList.contains('dark')"),
        ),
        (
            "Choosing EUR in #money shows EUR in #total",
            (
                "select #money -> EUR",
                "wait for #total -> EUR",
                "expect document.querySelector('#total').textContent.includes('EUR')",
            ),
        ),
        (
            'The heading #title shows "Hello World"',
            ("expect document.querySelector('#title').textContent.includes('Hello World')",),
        ),
    ],
)
def test_a_check_that_it_understands_gets_steps(check: str, lines: tuple[str, ...]) -> None:
    request = Request("0badcafe", "A page.", checks=f"1. README is good\n2. {check}")

    (block,) = steps_for(request)

    assert block == StepsBlock(2, lines)
    assert parse_steps(lines)


def test_expressions_and_other_checks_get_none() -> None:
    checks = "1. js: document.title === '#a shows b'\n2. Repo has MIT license"

    assert list(steps_for(Request("0badcafe", "A page.", checks=checks))) == []
