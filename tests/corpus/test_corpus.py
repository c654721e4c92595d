"""Real models' answers become the tree that is expected, in the expected number of calls."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from deployer.domain.errors import ModelRefusedError
from deployer.domain.language_model import Prompt, Reply, StopReason, Usage
from deployer.domain.site import Site
from deployer.generation.assignment import Assignment
from deployer.generation.conversation import Budget
from tests.corpus.builds import BUILDS
from tests.corpus.cases import Case
from tests.corpus.forms import AROUND, CHANGES, FOREIGN, PATHS, WRAPPED
from tests.corpus.reasoning import REASONING
from tests.corpus.revisions import REVISIONS
from tests.unit.generation.builders import BRIEF, build, revision, run

OWN = {"LICENSE", ".nojekyll"}
REVISION_BRIEF = "Show all colours."


@dataclass
class Recorded:
    """Says the case's replies; a further call is answered with the last one and counted."""

    case: Case
    prompts: list[Prompt] = field(default_factory=list)
    name: str = "corpus/model"

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        self.prompts.append(prompt)
        said = self.case.replies[min(len(self.prompts), len(self.case.replies)) - 1]
        if callable(said):
            said = said(prompt)
        if isinstance(said, Reply):
            return said
        return Reply(said, StopReason.COMPLETE, self.name, Usage(1, 0, 1))


FIRST = (*BUILDS, *REASONING, *AROUND, *WRAPPED, *PATHS, *FOREIGN)
LATER = (*REVISIONS, *CHANGES)


def test_every_case_has_a_name_of_its_own() -> None:
    for cases in (FIRST, LATER):
        names = [case.name for case in cases]
        assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("case", FIRST, ids=lambda case: case.name)
def test_a_build_gives_the_expected_tree_in_the_expected_number_of_calls(case: Case) -> None:
    check(case, build(case.brief or BRIEF, attachments=case.attachments))


@pytest.mark.parametrize("case", LATER, ids=lambda case: case.name)
def test_a_revision_gives_the_expected_tree_in_the_expected_number_of_calls(case: Case) -> None:
    brief = case.brief or REVISION_BRIEF
    check(case, revision(brief, case.page, attachments=case.attachments))


def check(case: Case, assignment: Assignment) -> None:
    # The corpus is about reading and applying; repairs have tests of their own.
    model, budget = Recorded(case), Budget(repairs=0)
    if case.tree is None:
        with pytest.raises(ModelRefusedError):
            run(assignment, model, budget=budget)
    else:
        expect(case, run(assignment, model, budget=budget).site)
    assert len(model.prompts) == case.calls


def expect(case: Case, site: Site) -> None:
    """Byte for byte; `*` stands for a file of our own making."""
    attached = {attachment.name: attachment.content for attachment in case.attachments}
    written = {path: text for path, text in (case.tree or {}).items() if text != "*"}
    assert set(site) == {*(case.tree or {}), *attached, *OWN}
    assert {path: site[path] for path in attached} == attached
    assert {path: site.text(path) for path in written} == written
