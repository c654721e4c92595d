"""A brief takes an earlier check back: the model says so, and everybody is told."""

from __future__ import annotations

import re

import pytest

from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.generation_report import StoredSite
from deployer.domain.language_model import Prompt
from deployer.domain.request import JavaScriptCheck, check_text
from deployer.domain.site import Site
from deployer.domain.visit import Evidence, Look, Report, Verdict, Visit, When
from deployer.generation.answers.draft import Trials
from deployer.generation.answers.grammar import (
    SupersedesBlock,
    render_blocks,
)
from deployer.generation.assignment import Assignment
from deployer.generation.inspector import READ_ONLY, Inspector
from deployer.generation.judging.superseding import explained
from deployer.generation.loop import Generator
from local.model.answers import blocks_of
from tests.unit.generation.builders import NONCE, PAGE, Said, ScriptedModel, asked, revision

COLOURS = JavaScriptCheck(js="document.title === 'Colours'")
NEXT = JavaScriptCheck(js="!!document.querySelector('#next')")
SHADES = JavaScriptCheck(js="document.title === 'Shades'")
RENAMED = PAGE.replace("<title>Colours", "<title>Shades")


class ReadingBrowser:
    """`Browser`: a check passes if what it has in quotes stands in the page as it asks for it."""

    def visit(self, site: Site, wanted: Visit) -> Report:
        page = site.text("index.html")
        evidence = tuple(_evidence(check, page) for check in wanted.checks)
        return Report((Look(When.LOADED, evidence), Look(When.LATER, evidence)))


def _evidence(check: str, page: str) -> Evidence:
    name = re.findall(r"'#?(.+?)'", check)[0]
    wanted = f"<title>{name}<" if "title" in check else f'id="{name}"'
    return Evidence(Verdict.PASSES if wanted in page else Verdict.FAILS, gave=f"{wanted in page}")


def second_round(brief: str, **changes: object) -> Assignment:
    earlier = (COLOURS, NEXT)
    kept = tuple(CheckVerdict(check_text(check), 1, Verdict.PASSES) for check in earlier)
    changed: dict[str, object] = {"earlier_checks": earlier, "verdicts": kept, **changes}
    return revision(brief, **changed)


def says(page: str, *superseded: int) -> Said:
    """An answer that makes the page so, and takes back the earlier checks of these numbers."""

    def answered(prompt: Prompt) -> str:
        request = asked(prompt)
        readme = f"{request.files['README.md']}Changed.\n"
        blocks = blocks_of({"index.html": page, "README.md": readme}, request)
        blocks += [SupersedesBlock(number) for number in superseded]
        return render_blocks(blocks, request.nonce)

    return answered


def made(assignment: Assignment, *answers: Said) -> StoredSite:
    model = ScriptedModel(list(answers))
    generator = Generator(
        model=lambda: model, nonce=lambda: NONCE, inspect=Inspector(ReadingBrowser())
    )
    return generator(assignment, lambda: 400.0)


def verdicts(stored: StoredSite) -> dict[str, CheckVerdict]:
    return {verdict.check: verdict for verdict in stored.report.verdicts}


def test_what_the_brief_takes_back_is_still_tried_and_is_no_fault() -> None:
    brief = "Change the title to Shades."
    stored = made(second_round(brief, checks=(SHADES,)), says(RENAMED, 1))

    assert stored.report.calls == 1
    assert stored.report.unmet == ()
    old = verdicts(stored)[check_text(COLOURS)]
    assert (old.verdict, old.round, old.superseded_by) == (Verdict.FAILS, 1, 2)
    assert verdicts(stored)[check_text(NEXT)].superseded_by is None
    assert stored.report.notes == (
        f"an earlier check is taken back, as the model reads the brief: {check_text(COLOURS)}",
    )


def test_a_check_that_was_taken_back_stays_so_in_later_rounds() -> None:
    second = made(second_round("Change the title to Shades.", checks=(SHADES,)), says(RENAMED, 1))
    third = second_round(
        "Add a paragraph.",
        round=3,
        current=second.site,
        earlier_checks=(COLOURS, NEXT, SHADES),
        verdicts=second.report.verdicts,
    )

    stored = made(third, says(RENAMED.replace("</main>", "<p>More</p></main>")))

    assert (stored.report.calls, stored.report.unmet) == (1, ())
    assert verdicts(stored)[check_text(COLOURS)].superseded_by == 2
    assert verdicts(stored)[check_text(SHADES)].verdict is Verdict.PASSES
    # A number that speaks of the list as the model was shown it.
    again = made(third, says(RENAMED, 2))
    assert verdicts(again)[check_text(SHADES)].superseded_by == 3


def test_a_model_that_takes_back_whatever_fails_is_asked_to_mend_it() -> None:
    assignment = second_round("Add a paragraph with a greeting.")
    broken = PAGE.replace('id="next"', 'id="go"').replace("#next", "#go")

    mended = made(assignment, says(broken, 2), says(PAGE))
    never = made(assignment, says(broken, 1, 2))

    assert mended.site.text("index.html").count('id="next"') == 1
    assert mended.report.unmet == ()
    assert "the brief has no word of it" in " ".join(mended.report.repaired)
    (fault,) = (told for told in never.report.unmet if "round 1 promised" in told)
    assert fault.startswith(f"round 1 promised it and the page fails it now: {check_text(NEXT)}")
    assert "the answer says that the brief takes it back, and the brief has no word of it" in fault
    assert [note for note in never.report.notes if "no word of it: js: !!document" in note]
    assert verdicts(never)[check_text(COLOURS)].superseded_by == 2


def test_without_a_browser_lint_still_counts_what_the_brief_does_not_take_back() -> None:
    broken = Site({"index.html": PAGE.replace('id="next"', "").encode(), "README.md": b"# A"})
    taken_back = Trials(superseded=frozenset({2}))

    abused = READ_ONLY(broken, taken_back, second_round("Add a greeting."), 60)
    honest = READ_ONLY(broken, taken_back, second_round("Remove the button #next."), 60)

    assert [f for f in abused.findings if f.check == check_text(NEXT)]
    assert not [f for f in honest.findings if f.check == check_text(NEXT)]


@pytest.mark.parametrize(
    ("brief", "check", "known"),
    [
        ("Rename the page: its title becomes Shades.", check_text(COLOURS), True),
        ("Remove the next button.", check_text(NEXT), True),
        ("Show the colour without a button", "Button shows the next colour", True),
        ("Remove the footer.", check_text(NEXT), False),
        ("Add a title in German.", check_text(COLOURS), False),
        (
            "Add a dropdown of movies and a note on each, next to the stopwatch.",
            check_text(NEXT),
            False,
        ),
        ("Show more colours on the next page.", check_text(NEXT), False),
    ],
)
def test_a_brief_explains_what_it_speaks_of_changing(brief: str, check: str, known: bool) -> None:
    assert explained(brief, check) is known
