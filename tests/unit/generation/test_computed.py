"""Computed files: from a block of an answer to a file of the site, or to a finding that says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from deployer.domain.computed import (
    MAX_COMPUTATIONS,
    MAX_INPUTS,
    MAX_SCRIPT,
    Computation,
    Computing,
    Output,
    Outputs,
)
from deployer.domain.generation_report import StoredSite
from deployer.domain.language_model import Prompt
from deployer.domain.site import Site
from deployer.domain.visit import Report, Visit
from deployer.generation.answers.grammar import (
    Block,
    ComputeBlock,
    Edit,
    EditBlock,
    FileBlock,
    render_blocks,
)
from deployer.generation.assignment import Assignment
from deployer.generation.computing import Computer
from deployer.generation.loop import Generator
from tests.unit.generation.builders import (
    NONCE,
    PAGE,
    README,
    ScriptedModel,
    attachment,
    build,
    cut,
    revision,
)

BRIEF = "Publish a page about sales.csv, and save data.json with the largest and the least sale."
SALES = attachment("sales.csv", b"city,sales\nA,3\nB,1\n", "text/csv")
COUNT = ComputeBlock("data.json", ("sales.csv",), "return files['sales.csv'].length")
OTHER = ComputeBlock("data.json", ("sales.csv",), "return 7")


@dataclass
class Counting:
    """`Browser` in which a script makes its inputs' number of bytes, or what `said` says of it."""

    said: Callable[[Computation], Output] | None = None
    problem: str = ""
    tasks: list[tuple[Site, Computing]] = field(default_factory=list)

    def visit(self, site: Site, wanted: Visit) -> Report:
        raise AssertionError("nobody looks here")

    def compute(self, inputs: Site, wanted: Computing) -> Outputs:
        self.tasks.append((inputs, wanted))
        if self.problem:
            return Outputs(problem=self.problem)
        files, outputs = dict(inputs), []
        for one in wanted.computations:
            size = sum(len(files[name]) for name in one.inputs if name in files)
            outputs.append(self.said(one) if self.said else Output(b"%d\n" % size))
            files[one.path] = outputs[-1].content
        return Outputs(tuple(outputs), seconds=0.5)

    @property
    def paths(self) -> list[list[str]]:
        return [[one.path for one in task.computations] for _, task in self.tasks]


def says(*blocks: Block) -> str:
    return render_blocks(
        [FileBlock("index.html", PAGE), FileBlock("README.md", README), *blocks], NONCE
    )


def only(*blocks: Block) -> str:
    return render_blocks(blocks, NONCE)


def assignment(**details: object) -> Assignment:
    return build(BRIEF, **{"attachments": (SALES,), **details})


def generated(
    model: ScriptedModel, browser: Counting, wanted: Assignment | None = None
) -> StoredSite:
    generator = Generator(model=lambda: model, nonce=lambda: NONCE, compute=Computer(browser))
    return generator(wanted or assignment(), lambda: 400.0)


def user(prompt: Prompt) -> str:
    return prompt.user


def test_a_script_makes_a_file_of_the_site_and_the_report_names_it() -> None:
    browser = Counting()
    made = generated(ScriptedModel([says(COUNT)]), browser)

    assert made.site["data.json"] == b"19\n"
    (one,) = made.report.computed
    assert (one.path, one.inputs, one.bytes) == ("data.json", ("sales.csv",), 3)
    assert one.script == COUNT.script
    ((inputs, task),) = browser.tasks
    assert inputs == Site({"sales.csv": SALES.content})
    assert task.candidate == f"candidates/{inputs.digest()[:32]}.json"
    assert task.seconds == 30.0
    assert made.report.browser_seconds == 0.5
    assert made.report.calls == 1


def test_a_script_that_throws_is_a_finding_and_its_next_try_is_taken() -> None:
    def said(one: Computation) -> Output:
        return (
            Output(fault="it threw TypeError: x at line 1: return")
            if one.script == COUNT.script
            else Output(b"7\n")
        )

    model = ScriptedModel([says(COUNT), only(OTHER)])
    made = generated(model, Counting(said))

    assert "data.json was not computed and is missing: it threw TypeError: x at line 1" in (
        model.prompts[1].user
    )
    assert f"compute path=data.json from=sales.csv=====\n{COUNT.script}\n" in model.prompts[1].user
    assert made.site["data.json"] == b"7\n"
    assert made.report.unmet == ()
    assert any("it threw TypeError" in one for one in made.report.repaired)


def test_without_a_browser_the_file_is_missing_and_the_report_says_so() -> None:
    made = generated(ScriptedModel([says(COUNT)]), Counting(problem="Lambda: Throttled"))

    assert "data.json" not in made.site
    assert (
        "data.json was not computed and is missing: nobody could run its script: Lambda: Throttled"
        in made.report.unmet
    )
    assert made.report.computed == ()


def test_a_file_is_not_made_again_while_its_script_and_inputs_are_the_same() -> None:
    second = ComputeBlock("more.json", ("data.json",), "return 1")
    bad = FileBlock("index.html", PAGE.replace('<meta name="viewport"', "<meta"))
    browser = Counting()
    model = ScriptedModel([says(COUNT, second, bad), only(FileBlock("index.html", PAGE))])
    made = generated(model, browser)

    assert made.report.calls == 2
    assert browser.paths == [["data.json", "more.json"]]
    assert made.site["more.json"] == b"3\n"
    assert [one.path for one in made.report.computed] == ["data.json", "more.json"]


def later(made: StoredSite, brief: str, **details: object) -> Assignment:
    return replace(
        revision(brief, **details),
        current=made.site,
        computed=made.report.computed,
        earlier_attachments=("sales.csv",),
    )


def test_a_later_round_makes_it_again_from_new_data_alone() -> None:
    first = generated(ScriptedModel([says(COUNT)]), Counting())
    same, new = Counting(), Counting()
    model = ScriptedModel([only()])
    kept = generated(model, same, later(first, "Make the heading red."))
    longer = attachment("sales.csv", b"city,sales\nA,3\n", "text/csv")
    again = generated(
        ScriptedModel([only()]), new, later(first, "Use the new data.", attachments=(longer,))
    )

    assert f"compute path=data.json from=sales.csv=====\n{COUNT.script}\n" in model.prompts[0].user
    assert same.tasks == []
    assert kept.site["data.json"] == b"19\n"
    assert kept.report.computed == first.report.computed
    assert again.site["data.json"] == b"15\n"


def test_a_new_script_that_fails_leaves_the_file_as_it_was() -> None:
    first = generated(ScriptedModel([says(COUNT)]), Counting())
    failing = Counting(lambda _: Output(fault="it returned nothing"))
    made = generated(ScriptedModel([only(OTHER)]), failing, later(first, "Add the mean."))

    assert made.site["data.json"] == b"19\n"
    assert (
        "data.json was not computed and is as it was before: it returned nothing"
        in (made.report.unmet[0])
    )


def test_a_file_that_the_model_writes_itself_is_computed_no_more() -> None:
    first = generated(ScriptedModel([says(COUNT)]), Counting())
    for block in (
        FileBlock("data.json", "20\n"),
        EditBlock("data.json", (Edit("19", "20"),)),
    ):
        browser = Counting()
        made = generated(ScriptedModel([only(block)]), browser, later(first, "Say 20."))

        assert made.site["data.json"] == b"20\n"
        assert (browser.tasks, made.report.computed) == ([], ())


def test_an_attachment_takes_the_place_of_a_computed_file() -> None:
    first = generated(ScriptedModel([says(COUNT)]), Counting())
    sent = attachment("data.json", b"{}", "application/json")
    browser = Counting()
    made = generated(
        ScriptedModel([only()]), browser, later(first, "Use data.json.", attachments=(sent,))
    )

    assert made.site["data.json"] == b"{}"
    assert (browser.tasks, made.report.computed) == ([], ())


TOO_MUCH = {
    "its script is empty": ComputeBlock("data.json", (), "\n"),
    f"its script has more than {MAX_SCRIPT} characters": ComputeBlock(
        "data.json", (), "1" * (MAX_SCRIPT + 1)
    ),
    f"it has more than {MAX_INPUTS} inputs": ComputeBlock(
        "data.json", tuple(f"{n}.csv" for n in range(MAX_INPUTS + 1)), "return 1"
    ),
    "it is one of its own inputs": ComputeBlock("data.json", ("data.json",), "return 1"),
}


@pytest.mark.parametrize("reason", TOO_MUCH)
def test_a_script_that_cannot_be_run_is_asked_for_again(reason: str) -> None:
    browser = Counting()
    model = ScriptedModel([says(TOO_MUCH[reason]), only(COUNT)])
    made = generated(model, browser)

    assert f"data.json is not computed: {reason}" in model.prompts[1].user.replace(
        "data.json: is", "data.json is"
    )
    assert browser.paths == [["data.json"]]
    assert made.site["data.json"] == b"19\n"


def test_more_scripts_than_are_allowed_are_left_out() -> None:
    many = [replace(COUNT, path=f"{n}.json") for n in range(MAX_COMPUTATIONS + 1)]
    browser = Counting()
    generated(ScriptedModel([says(*many), only()]), browser)

    assert browser.paths == [[f"{n}.json" for n in range(MAX_COMPUTATIONS)]]


@pytest.mark.parametrize(
    "path", ["../a.json", "sales.csv", "LICENSE", ".github/workflows/a.yml", "a.exe", ".git/x"]
)
def test_a_path_that_a_model_may_not_write_is_never_computed(path: str) -> None:
    browser = Counting()
    made = generated(ScriptedModel([says(replace(COUNT, path=path))]), browser)

    assert browser.tasks == []
    assert any("was left out: its path" in note for note in made.report.notes)


def test_what_is_computed_goes_through_the_gates_as_every_file() -> None:
    key = b"AKIA" + b"A1B2" * 4
    browser = Counting(lambda one: Output(key if one.script == COUNT.script else b"7\n"))
    model = ScriptedModel([says(COUNT), only(OTHER)])
    made = generated(model, browser)

    assert made.site["data.json"] == b"7\n"
    assert made.report.calls == 2


def test_a_script_that_was_cut_off_is_asked_for_again() -> None:
    whole = says(COUNT)
    model = ScriptedModel([cut(whole[: whole.index("return files")]), only(COUNT)])
    made = generated(model, Counting())

    assert "data.json was cut off before its END line" in model.prompts[1].user
    assert made.site["data.json"] == b"19\n"


def test_more_bytes_than_a_browser_is_given_are_a_finding() -> None:
    large = Site({"index.html": PAGE.encode(), "all.csv": b"1" * (7 << 20)})
    scripts = {"a.json": Computation("a.json", ("all.csv",), "return 1")}
    made = Computer(Counting())(large, scripts, (), assignment(), 400.0)

    assert "its inputs have 7340032 bytes" in made.findings[0].problem


def test_a_fence_around_a_script_is_taken_off() -> None:
    browser = Counting()
    generated(ScriptedModel([says(replace(COUNT, script="```js\nreturn 1\n```"))]), browser)

    assert browser.tasks[0][1].computations[0].script == "return 1\n"
