"""The loop with scripted models: it ends within its budget, and with the best build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployer.domain.errors import ModelRefusedError, ModelUnavailableError
from deployer.domain.language_model import Reply, StopReason, Usage
from deployer.domain.request import JavaScriptCheck
from deployer.generation.answers.grammar import FileBlock, render_blocks
from deployer.generation.assignment import Assignment
from deployer.generation.conversation import Budget
from tests.unit.generation.builders import (
    NONCE,
    PAGE,
    README,
    Said,
    ScriptedModel,
    build,
    cut,
    run,
)

ELEMENTS = "abc"
CHECKS = tuple(JavaScriptCheck(js=f'!!document.querySelector("#{name}")') for name in ELEMENTS)
DOWN = ModelUnavailableError("answered 503")
REFUSAL = Reply("", StopReason.REFUSED, "scripted/model", Usage())


def page(names: str) -> str:
    """A page that has these of the wanted elements; `!` plants a key, `-` drops the viewport."""
    elements = "".join(f'    <p id="{name}">{name}</p>\n' for name in names if name in ELEMENTS)
    text = PAGE.replace("    <button", f"{elements}    <button")
    if "!" in names:
        text = text.replace("<h1>", f"<h1>AKIA{'A1B2' * 4} ")
    return text.replace('  <meta name="viewport"', "  <meta") if "-" in names else text


def says(names: str) -> str:
    return render_blocks(
        [FileBlock("index.html", page(names)), FileBlock("README.md", README)], NONCE
    )


def assignment() -> Assignment:
    return build(checks=CHECKS)


@dataclass(frozen=True)
class Run:
    name: str
    answers: list[Said]
    best: str
    calls: int
    budget: Budget = field(default_factory=Budget)


RUNS = (
    Run("right at once", [says("abc")], "abc", 1),
    Run("right after one repair", [says("ab"), says("abc")], "abc", 2),
    Run("right after two repairs", [says("a"), says("ab"), says("abc")], "abc", 3),
    Run("a third repair is not tried", [says(""), says("a"), says("ab"), says("abc")], "ab", 3),
    Run("the same failure twice ends it", [says("ab"), says("ab"), says("abc")], "ab", 2),
    Run("a worse repair is thrown away", [says("ab"), says("a"), says("abc")], "ab", 2),
    Run("worse after better", [says("a"), says("ab"), says("b")], "ab", 3),
    Run("one mended and one broken, back and forth", [says("ab"), says("bc"), says("ab")], "ab", 3),
    Run("mended after an exchange of faults", [says("ab"), says("bc"), says("abc")], "abc", 3),
    Run("never right", [says("")], "", 2),
    Run("a key, then none", [says("abc!"), says("abc")], "abc", 2),
    Run("publishable and incomplete is better than complete and forbidden", [says("abc!"), says("ab"), says("ab")],
        "ab", 3),
    Run("only a blemish: one repair", [says("abc-"), says("abc-")], "abc-", 2),
    Run("the service fails in the repair", [says("ab"), DOWN], "ab", 2),
    Run("the model refuses the repair", [says("ab"), REFUSAL], "ab", 2),
    Run("nonsense in the repair", [says("ab"), "hm", "hm"], "ab", 3),
    Run("a repair that is cut off, then whole", [says("ab"), cut(says("abc")[:500]), says("abc")], "abc", 3),
    Run("no calls left", [says("ab")], "ab", 1, Budget(calls=1)),
    Run("no repairs allowed", [says("ab")], "ab", 1, Budget(repairs=0)),
    Run("no tokens left", [says("ab")], "ab", 1, Budget(output_tokens=100)),
)  # fmt: skip


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case.name)
def test_the_best_build_is_published_within_the_budget(case: Run) -> None:
    model = ScriptedModel(case.answers)

    generated = run(assignment(), model, budget=case.budget)

    assert generated.site.text("index.html") == page(case.best)
    assert generated.report.calls == len(model.prompts) == case.calls
    missing = [name for name in ELEMENTS if name not in case.best]
    assert [f'id="{n}"' in " ".join(generated.report.unmet) for n in missing] == [True] * len(
        missing
    )
    assert bool(generated.report.unmet) == (case.best != "abc")


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([DOWN], ModelUnavailableError),
        ([REFUSAL], ModelRefusedError),
        ([""], ModelRefusedError),
        ([says("abc!")], ModelRefusedError),
        ([cut(says("abc")[:200]), DOWN], ModelUnavailableError),
    ],
    ids=["down", "refused", "nothing", "a key for ever", "cut, then down"],
)
def test_without_anything_to_publish_it_says_why(
    answers: list[Said], error: type[Exception]
) -> None:
    with pytest.raises(error):
        run(assignment(), ScriptedModel(answers))


def test_a_forbidden_site_is_repaired_once_and_then_not_published() -> None:
    model = ScriptedModel([says("abc!")])

    with pytest.raises(ModelRefusedError, match="AWS Access Key") as caught:
        run(assignment(), model)

    assert len(model.prompts) == 2
    assert "AKIA" not in str(caught.value)


def refused_because(*answers: Said) -> str:
    with pytest.raises(ModelRefusedError) as caught:
        run(assignment(), ScriptedModel(list(answers)))
    return str(caught.value)


def stopped(text: str, reason: StopReason, word: str) -> Reply:
    return Reply(text, reason, "scripted/model", Usage(), word)


def test_an_error_names_the_stop_reason_of_the_answer_that_could_not_be_used() -> None:
    refusal = stopped("", StopReason.REFUSED, "PROHIBITED_CONTENT")
    silence = stopped("Sure!", StopReason.COMPLETE, "eos")

    assert "the model refused (its stop reason was PROHIBITED_CONTENT)" in refused_because(refusal)
    assert "no blocks in the format that was asked for (its stop reason was eos)" in (
        refused_because(silence)
    )
    assert "the model refused" in refused_because(REFUSAL)


def test_an_error_says_why_no_page_could_be_used() -> None:
    escaped = page("abc").replace("<", "&lt;")
    answer = render_blocks([FileBlock("index.html", escaped), FileBlock("../x.html", "x")], NONCE)

    why = refused_because(answer)

    assert "index.html: was refused, because its tags are escaped" in why
    assert "../x.html: was left out: its path has an empty, dotted or padded segment" in why


def test_the_model_is_told_its_stop_reason_and_what_was_left_out() -> None:
    unfinished = says("abc").partition("=====DONE")[0]
    barred = f"=====FILE {NONCE} path=../x.html=====\nx\n=====END {NONCE}=====\n"
    model = ScriptedModel(
        [stopped(unfinished + barred, StopReason.COMPLETE, "network_error"), says("abc")]
    )

    run(assignment(), model)

    assert "its stop reason was network_error" in model.prompts[1].user
    assert "../x.html: was left out: its path" in model.prompts[1].user


def test_a_repair_is_told_what_was_left_out() -> None:
    barred = f"=====FILE {NONCE} path=run.exe=====\nx\n=====END {NONCE}=====\n"
    model = ScriptedModel([barred + says("ab"), says("abc")])

    run(assignment(), model)

    assert "run.exe: was left out: its path has a type" in model.prompts[1].user


def test_the_notes_of_all_candidates_are_kept() -> None:
    def with_file(path: str, names: str) -> str:
        return f"=====FILE {NONCE} path={path}=====\nx\n=====END {NONCE}=====\n{says(names)}"

    better = run(assignment(), ScriptedModel([with_file("a.exe", "ab"), with_file("b.exe", "abc")]))
    worse = run(assignment(), ScriptedModel([with_file("a.exe", "ab"), with_file("b.exe", "a")]))
    given_up = run(assignment(), ScriptedModel([with_file("a.exe", "ab"), REFUSAL]))

    for generated in (better, worse):
        assert [note.partition(":")[0] for note in generated.report.notes] == ["a.exe", "b.exe"]
    assert given_up.report.notes[-1] == "a repair was given up: the model refused"


FENCED = f"Here is the page.\n\n**index.html**\n```html\n{page('abc')}```\n"
TALK = "I would be glad to."


@pytest.mark.parametrize(
    "answers",
    [[FENCED], [TALK, FENCED], [says("ab"), FENCED], [says("ab"), TALK, FENCED]],
    ids=["first", "asked again", "repair", "repair asked again"],
)
def test_a_foreign_form_is_noted_whichever_answer_came_in_it(answers: list[Said]) -> None:
    generated = run(assignment(), ScriptedModel(answers))

    assert "the answer came as fences" in generated.report.notes


def clock(*seconds: float) -> Callable[[], float]:
    """The time that is left at each look."""
    left = list(seconds)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_no_call_is_begun_when_the_time_is_up() -> None:
    model = ScriptedModel([says("ab"), says("abc")])

    generated = run(assignment(), model, seconds_left=clock(100, 3))

    assert generated.report.calls == 1
    assert generated.report.unmet


def test_a_call_gets_no_more_time_than_is_left() -> None:
    given_seconds: list[float] = []

    class Timed(ScriptedModel):
        def complete(self, prompt: object, *, timeout_seconds: float) -> Reply:
            given_seconds.append(timeout_seconds)
            return super().complete(prompt, timeout_seconds=timeout_seconds)  # type: ignore[arg-type]

    run(assignment(), Timed([says("ab"), says("abc")]), seconds_left=clock(400, 40))

    assert given_seconds == [150, 40]


def test_a_repair_shows_the_current_files_and_only_what_fails() -> None:
    model = ScriptedModel([says("ab"), says("abc")])

    run(assignment(), model)

    repair = model.prompts[1].user
    assert 'no element has id="c"' in repair
    assert 'no element has id="a"' not in repair
    assert page("ab") in repair


def test_all_requests_of_a_deployment_begin_with_the_same_text() -> None:
    model = ScriptedModel([says("a"), says("ab"), says("abc")])

    run(assignment(), model)

    assert len({prompt.system for prompt in model.prompts}) == 1
    brief_and_checks = model.prompts[0].user.split("=====DATA")[1:3]
    assert all(p.user.split("=====DATA")[1:3] == brief_and_checks for p in model.prompts)
    assert NONCE not in model.prompts[0].system


answers = st.sampled_from(
    [says("abc"), says("ab"), says("a"), says(""), says("abc!"), says("ab-"), "", "hm",
     cut(says("abc")[:300]), cut(says("abc")), REFUSAL, DOWN]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(answers, min_size=1, max_size=8))
def test_whatever_the_model_says_it_ends_and_never_publishes_a_key(script: list[Said]) -> None:
    model = ScriptedModel(script)
    try:
        generated = run(assignment(), model)
    except (ModelRefusedError, ModelUnavailableError):
        pass
    else:
        assert b"AKIA" not in generated.site["index.html"]
        assert {"LICENSE", ".nojekyll", "README.md"} < set(generated.site)
    assert len(model.prompts) <= Budget().calls
