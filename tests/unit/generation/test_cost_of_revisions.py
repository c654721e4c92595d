"""A revision as edits costs a fraction of a rewrite."""

from __future__ import annotations

import pytest

from deployer.generation.answers.grammar import EditBlock, render_blocks
from deployer.generation.conversation import Budget
from local.model.differences import edits_between
from tests.unit.generation.builders import NONCE, KnowingModel, ScriptedModel, run, templates
from tests.unit.generation.measure import Cost, costs, grown


@pytest.mark.parametrize("cost", costs(), ids=lambda cost: cost.revision)
def test_edits_take_at_most_a_quarter_of_a_rewrites_tokens_on_a_page_of_20_kb(cost: Cost) -> None:
    assert cost.page >= 20_000
    assert cost.ratio <= 0.25


def test_a_revision_of_a_large_page_keeps_every_other_byte() -> None:
    template = templates("a1b2c3")[0]
    first = run(template.first, KnowingModel()).site
    second = run(template.revised(0, first), KnowingModel()).site.text("index.html")
    page = grown(first.text("index.html"))
    edits = EditBlock("index.html", edits_between(page, grown(second)))
    model = ScriptedModel([render_blocks([edits], NONCE)])
    large = first.with_files({"index.html": page.encode()})

    revised = run(template.revised(0, large), model, budget=Budget(repairs=0)).site

    lost = set(page.split("\n")) - set(revised.text("index.html").split("\n"))
    assert lost == set()
    assert revised.text("index.html") == grown(second)
    assert 'id="product-sales"' in revised.text("index.html")
