"""A check that compares one element's text is told as what it shows and what was expected."""

from __future__ import annotations

import pytest

from deployer.generation.judging.expectation import expectation_of


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        (
            'Math.abs(parseFloat(document.querySelector("#total").textContent) - 5817.0) < 0.01',
            "#total shows NaN , expected 5817 ± 0.01",
        ),
        (
            "Math.abs(+document.querySelector('#total').textContent.replace(/,/g, '') - -5) <= 1e-3;",
            "#total shows NaN , expected -5 ± 0.001",
        ),
        (
            "document.getElementById('total').innerText.trim() === 'None'",
            '#total shows NaN , expected "None"',
        ),
        ("document.querySelector('#total').textContent == 12", "#total shows NaN , expected 12"),
        (
            "document.querySelector('#total').textContent.includes('€')",
            '#total shows NaN , expected a text with "€"',
        ),
    ],
)
def test_a_comparison_is_told_in_words(expression: str, told: str) -> None:
    expected = expectation_of(expression)

    assert expected is not None
    assert expected.against('<b id="total">Na<i>N</i></b>') == told.replace(" ,", ",")
    assert expected.against("").startswith("#total is missing, expected ")
    assert "shows nothing, expected" in expected.against('<b id="total"> </b>')


@pytest.mark.parametrize(
    "expression",
    [
        "document.querySelector('#total').textContent.length === 3",
        "document.querySelector('#total').textContent === '3' && !!document.querySelector('#b')",
        "Math.abs(document.querySelectorAll('p').length - 3) < 1",
        "Math.abs(parseFloat(document.querySelector('#a').textContent) - total) < 0.01",
        "document.querySelector('#a').textContent === document.querySelector('#b').textContent",
        "document.title === 'Sales'",
        "document.querySelector('#total'",
        "",
    ],
)
def test_a_check_that_may_fail_for_another_reason_is_not(expression: str) -> None:
    assert expectation_of(expression) is None
