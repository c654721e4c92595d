"""The stand-in's script for a file of figures does what the brief asks."""

from __future__ import annotations

import json

from deployer.adapters.chromium.browser import Chromium
from deployer.domain.generation_report import StoredSite
from deployer.generation.computing import Computer
from deployer.generation.loop import Generator
from local.model.reading import Request
from local.model.scripts import scripts_for
from tests.browser.generating import DirectBrowser
from tests.unit.generation.builders import KnowingModel, attachment, build

BRIEF = (
    "Sum the sales of data.csv into #total-sales, and save summary.json with the count, sum, min "
    "and max of its sales column."
)
DATA = b'product,sales\r\n"Tea, green",12.5\r\nCoffee,7\r\n\r\n"Milk ""fresh""",3.25\r\n'


def generated(chromium: Chromium) -> StoredSite:
    model = KnowingModel()
    generator = Generator(
        lambda: model, lambda: "0badcafe", compute=Computer(DirectBrowser(chromium))
    )
    data = attachment("data.csv", DATA, "text/csv")
    return generator(build(BRIEF, attachments=(data,)), lambda: 400.0)


def test_a_brief_that_asks_for_figures_gets_them_computed(chromium: Chromium) -> None:
    made = generated(chromium)

    figures = {"count": 3, "sum": 22.75, "min": 3.25, "max": 12.5}
    assert json.loads(made.site["summary.json"]) == figures
    assert [one.path for one in made.report.computed] == ["summary.json"]
    assert made.report.calls == 1


def test_other_briefs_and_briefs_without_a_table_get_none() -> None:
    table = {"data.csv": "text/csv"}
    for brief, attachments in (("Show the sum of its sales column.", table), (BRIEF, {})):
        assert list(scripts_for(Request("0badcafe", brief, attachments=attachments))) == []
