"""Steps are read one a line, and refused where they could not fail or would leave the site."""

from __future__ import annotations

import pytest

from deployer.domain.steps import Action, InvalidStepsError, Step, parse_steps


def test_a_step_comes_back_as_it_was_written() -> None:
    lines = [
        "open ?url=a.png&n=2#top",
        "reload",
        'click button[aria-label="Dark mode"]',
        "fill #name -> Ada -> Lovelace",
        "select #currency -> EUR",
        "press #name -> Enter",
        "wait for #result -> 42",
        "expect document.title === 'a -> b'",
        "expect dialog Hello",
    ]

    steps = parse_steps(lines)

    assert [str(step) for step in steps] == lines
    assert steps[3] == Step(Action.FILL, "#name", "Ada -> Lovelace")
    assert steps[7] == Step(Action.EXPECT, "document.title === 'a -> b'")


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("1. Click #go", Step(Action.CLICK, "#go")),
        ("- wait for .row", Step(Action.WAIT, ".row")),
        ("press Escape", Step(Action.PRESS, "", "Escape")),
        ("press -> Escape", Step(Action.PRESS, "", "Escape")),
        ("open", Step(Action.OPEN)),
        ("open about.html", Step(Action.OPEN, "about.html")),
        ("fill #name ->", Step(Action.FILL, "#name")),
        ("expect dialog", Step(Action.EXPECT_DIALOG)),
    ],
)
def test_a_step_is_read_as_people_write_it(line: str, step: Step) -> None:
    read = parse_steps([line, "", "expect true"])[0]

    assert read == step
    assert parse_steps([str(read), "expect true"])[0] == step


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["click #go"], "nothing is expected"),
        ([], "nothing is expected"),
        (["look at #go", "expect true"], "not a step: look at #go"),
        (["click", "expect true"], "click needs to be told what"),
        (["fill #name", "expect true"], "needs a selector, an arrow"),
        (["press #name ->", "expect true"], "press needs to be told what"),
        (["reload now", "expect true"], "reload takes nothing"),
        (["open https://evil.example/", "expect true"], "a page of the site"),
        (["open //evil.example/", "expect true"], "a page of the site"),
        (["open \\\\evil.example/", "expect true"], "a page of the site"),
        (["open javascript:alert(1)", "expect true"], "a page of the site"),
        (["open ../other/", "expect true"], "a page of the site"),
        (["expect true"] * 21, "more than 20 steps"),
        (["expect " + "x" * 500], "more than 500 characters"),
    ],
)
def test_steps_that_cannot_be_carried_out_are_refused(lines: list[str], reason: str) -> None:
    with pytest.raises(InvalidStepsError, match=reason):
        parse_steps(lines)
