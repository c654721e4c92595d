"""The published templates: good sites pass, and every known mistake is seen and repaired."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from deployer.domain.language_model import Prompt, Reply, StopReason, Usage
from deployer.domain.site import Site
from deployer.generation.answers.grammar import render_blocks
from deployer.generation.assignment import Assignment
from deployer.generation.judging.findings import Finding
from deployer.generation.judging.inspection import inspect
from deployer.generation.own_files import with_own_files
from local.model.answers import blocks_of
from local.model.site import written_for
from tests.unit.generation.builders import KnowingModel, Template, asked, run, templates, tokens
from tests.unit.generation.mistakes import MISTAKES, ONLY_WHEN_IT_RUNS, Files, Mistake

SEEN = [mistake for mistake in MISTAKES if mistake.found_by != ONLY_WHEN_IT_RUNS]
UNSEEN = [mistake for mistake in MISTAKES if mistake.found_by == ONLY_WHEN_IT_RUNS]
SEEDS = ("a1b2c3", "7f3e", "s-2026")


def by_id(template_id: str, seed: str) -> Template:
    return next(template for template in templates(seed) if template.id == template_id)


def first_site(template: Template) -> Site:
    return run(template.first, KnowingModel()).site


def assignment_of(template: Template, number: int) -> Assignment:
    return template.revised(number - 1, first_site(template)) if number else template.first


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("template_id", [t.id for t in templates("x")])
def test_a_good_answer_to_a_template_has_no_findings_and_takes_one_call(
    template_id: str, number: int, seed: str
) -> None:
    generated = run(assignment_of(by_id(template_id, seed), number), KnowingModel())

    assert generated.report.unmet == ()
    assert generated.report.calls == 1


@dataclass
class MistakenModel:
    """Makes the mistake in its first answer, and answers well once it is shown the failure."""

    mistake: Mistake
    template: Template
    prompts: list[Prompt] = field(default_factory=list)
    name: str = "mistaken/model"

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        self.prompts.append(prompt)
        request = asked(prompt)
        site = written_for(request)
        if len(self.prompts) == 1:
            site = spoiled(self.mistake, site, self.template)
        text = render_blocks(blocks_of(site, request), request.nonce)
        return Reply(text, StopReason.COMPLETE, self.name, Usage(0, 0, tokens(text)))


def spoiled(mistake: Mistake, site: Files, template: Template) -> Files:
    """The mistake names the seed and the result as `«seed»` and `«result»`."""
    result = template.first.checks[-1].js.split(" - ")[-1].split(")")[0]
    names = {template.seed: "«seed»", result: "«result»"}
    if template.id != "sum-of-sales":
        names.pop(result, None)
    masked = {path: _renamed(text, names) for path, text in site.items()}
    back = {after: before for before, after in names.items()}
    return {path: _renamed(text, back) for path, text in mistake.spoil(masked).items()}


def _renamed(text: str, names: dict[str, str]) -> str:
    for before, after in names.items():
        text = text.replace(before, after)
    return text


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mistake", SEEN, ids=lambda m: f"{m.template}-{m.round}-{m.name}")
def test_a_mistake_that_stands_in_the_text_is_seen_without_a_browser(
    mistake: Mistake, seed: str
) -> None:
    findings = findings_after(mistake, seed)

    about = mistake.about.replace("«seed»", seed)
    assert any(f.rule == mistake.found_by and _speaks_of(f, about) for f in findings), findings


@pytest.mark.parametrize("mistake", UNSEEN, ids=lambda m: f"{m.template}-{m.round}-{m.name}")
def test_what_only_a_run_can_show_is_not_guessed(mistake: Mistake) -> None:
    assert findings_after(mistake, SEEDS[0]) == ()


def findings_after(mistake: Mistake, seed: str) -> tuple[Finding, ...]:
    template = by_id(mistake.template, seed)
    assignment = assignment_of(template, mistake.round)
    good = run(assignment, KnowingModel()).site
    files = {path: good.text(path) for path in ("index.html", "README.md")}
    bad = spoiled(mistake, files, template)
    site = good.with_files({path: text.encode() for path, text in bad.items()})
    return inspect(with_own_files(site, assignment), assignment)


def _speaks_of(finding: object, about: str) -> bool:
    return "«result»" in about or about in f"{vars(finding)}"


@pytest.mark.parametrize("mistake", SEEN, ids=lambda m: f"{m.template}-{m.round}-{m.name}")
def test_a_model_that_is_shown_its_mistake_mends_it_in_one_repair(mistake: Mistake) -> None:
    template = by_id(mistake.template, SEEDS[0])
    assignment = assignment_of(template, mistake.round)
    model = MistakenModel(mistake, template)

    generated = run(assignment, model)

    assert generated.report.unmet == ()
    assert generated.report.calls <= 3
    assert "failures" in model.prompts[-1].user or generated.report.calls == 2
