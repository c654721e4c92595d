"""A host that a page puts together while it runs: real Chromium blocks it, the finding names it."""

from __future__ import annotations

from deployer.adapters.chromium.browser import Chromium
from deployer.domain.site import Site
from deployer.generation.answers.draft import Trials
from deployer.generation.inspector import Inspector
from tests.browser.generating import DirectBrowser
from tests.hostile.sites import code
from tests.unit.generation.builders import README, build

HIDDEN = (
    'const [a, b] = ["weather", "example"]; fetch(`https://${a}.${b}/`).catch(() => 0); '
    "new Image().src = `https://${a}.${b}/x.png`;"
)


def test_the_browser_finds_what_the_files_do_not_show(chromium: Chromium) -> None:
    files = {**code(HIDDEN), "README.md": README}
    site = Site({path: text.encode() for path, text in files.items()})
    assignment = build("Show one colour after the other.")

    seen = Inspector(DirectBrowser(chromium))(site, Trials(), assignment, 90)
    read = Inspector()(site, Trials(), assignment, 90)

    assert [(finding.rule, finding.subject) for finding in seen.findings] == [
        ("host", "weather.example")
    ]
    assert read.findings == ()
