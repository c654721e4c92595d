"""A host that the policy blocks: told to the model once, then published with a line in the report."""

from __future__ import annotations

from collections.abc import Mapping

from deployer.domain.generation_report import StoredSite
from deployer.domain.site import Site
from deployer.domain.visit import Happening, Kind, Look, Report, Visit, When
from deployer.generation.answers.grammar import FileBlock, render_blocks
from deployer.generation.inspector import Inspector
from deployer.generation.loop import Generator
from tests.hostile.sites import code
from tests.unit.generation.builders import NONCE, README, Said, ScriptedModel, build

HIDDEN = code('const [a, b] = ["weather", "example"]; fetch(`https://${a}.${b}/`);')
PLAIN = code('fetch("https://weather.example/");')
MENDED = code('document.title = "Colours";')


class BlockingBrowser:
    """`Browser`: sees the request to weather.example blocked if the page makes one."""

    def visit(self, site: Site, wanted: Visit) -> Report:
        asks = "fetch(" in site.text("index.html")
        text = "https://weather.example/: the page's policy forbids it (connect-src)"
        happened = (Happening(Kind.VIOLATION, text, "index.html:18:9"),) if asks else ()
        return Report((Look(When.LOADED, (), happened),))


def answer(files: Mapping[str, str]) -> Said:
    blocks = [FileBlock(path, text) for path, text in {**files, "README.md": README}.items()]
    return render_blocks(blocks, NONCE)


def made(*answers: Mapping[str, str]) -> tuple[StoredSite, list[str]]:
    """The outcome, and what the model was asked."""
    model = ScriptedModel([answer(files) for files in answers])
    generate = Generator(lambda: model, lambda: NONCE, inspect=Inspector(BlockingBrowser()))
    stored = generate(build("Show one colour after the other."), lambda: 400.0)
    return stored, [prompt.user for prompt in model.prompts]


def test_the_model_is_told_of_it_once_and_may_mend_it() -> None:
    stored, asked = made(HIDDEN, MENDED)

    assert len(asked) == 2
    assert asked[1].count("weather.example, which the task does not name") == 1
    assert stored.report.unmet == ()
    assert "weather.example" in str(stored.report.repaired)


def test_if_it_insists_the_site_is_published_with_the_host_blocked() -> None:
    stored, asked = made(HIDDEN, HIDDEN)

    assert len(asked) == 2
    assert [text.count("weather.example") for text in stored.report.unmet] == [1]
    assert "weather" not in stored.site.text("index.html").partition("<title>")[0]


def test_the_files_and_the_browser_tell_of_it_together_once() -> None:
    stored, asked = made(PLAIN, PLAIN)

    assert asked[1].count("weather.example, which the task does not name") == 1
    assert len(stored.report.unmet) == 1
