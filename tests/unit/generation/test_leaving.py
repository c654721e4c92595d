"""The gates for what no policy holds: each way to an attacker is seen, each honest site is left alone."""

from __future__ import annotations

import pytest

from deployer.domain.site import Site
from deployer.generation.loop import Generator
from tests.hostile.sites import code, page
from tests.hostile.ways import ASKED, HONEST, HOSTILE, PLACE
from tests.unit.generation.builders import NONCE, PAGE, README, KnowingModel, attachment, build
from tests.unit.generation.test_gates import problems


@pytest.mark.parametrize("files", HOSTILE.values(), ids=map(ascii, HOSTILE))
def test_a_way_to_the_attacker_is_seen(files: dict[str, str]) -> None:
    assert problems(files)


@pytest.mark.parametrize("files", HONEST.values(), ids=HONEST)
def test_an_honest_site_is_left_alone(files: dict[str, str]) -> None:
    assert problems(files) == []


@pytest.mark.parametrize(("brief", "files"), ASKED.values(), ids=ASKED)
def test_what_the_brief_asks_for_is_left_alone(brief: str, files: dict[str, str]) -> None:
    assert problems(files, brief) == []


@pytest.mark.parametrize(("_", "files"), ASKED.values(), ids=ASKED)
def test_without_the_brief_it_would_not_be(_: str, files: dict[str, str]) -> None:
    assert problems(files)


GOES = f'location = "{PLACE}"'


def revised(before: dict[str, str], files: dict[str, str], **details: object) -> list[str]:
    """The gates' problems with a revision, which changes some of the files that were there."""
    site = {path: text.encode() for path, text in before.items()}
    current = Site({"index.html": PAGE.encode(), "README.md": README.encode(), **site})
    return problems({**before, **files}, current=current, round=2, **details)


def test_a_text_of_an_earlier_round_that_becomes_a_script_is_read() -> None:
    assert revised({"x.txt": GOES}, page('<script src="./x.txt"></script>'))


def test_what_an_earlier_round_published_is_not_judged_again() -> None:
    assert revised({"old.html": f"<script>{GOES}</script>", "x.js": GOES}, page("<p>x</p>")) == []


def test_a_script_among_the_attachments_is_read_if_a_page_runs_it() -> None:
    sent = (attachment("x.js", GOES.encode()),)
    runs = page('<script src="./x.js"></script>')

    assert problems({**runs, "x.js": GOES}, attachments=sent)
    assert problems({"x.js": GOES}, attachments=sent) == []


def test_attached_markup_that_is_shown_must_be_sanitised() -> None:
    text = f'# Hi <img src="x" alt="" onerror="{GOES.replace(chr(34), chr(39))}">'
    sent = (attachment("x.md", text.encode()),)
    shows = (
        'fetch("./x.md").then((r) => r.text()).then((t) => { document.body.innerHTML = CLEAN; });'
    )

    assert "DOMPurify" in str(
        problems(
            {**code(shows.replace("CLEAN", "marked.parse(t)")), "x.md": text}, attachments=sent
        )
    )
    clean = code(shows.replace("CLEAN", "DOMPurify.sanitize(marked.parse(t))"))
    assert problems({**clean, "x.md": text}, attachments=sent) == []


def test_an_attached_page_is_framed_in_a_sandbox_or_not_at_all() -> None:
    text = f"<!doctype html><title>x</title><script>{GOES}</script>"
    sent = {"attachments": (attachment("x.html", text.encode()),)}
    frame = '<iframe title="x" src="./x.html" HELD></iframe>'

    assert problems({**page(frame), "x.html": text}, **sent)
    full = page(frame.replace("HELD", 'sandbox="allow-scripts allow-same-origin"'))
    assert problems({**full, "x.html": text}, **sent)
    held = page(frame.replace("HELD", 'sandbox="allow-scripts"'))
    assert problems({**held, "x.html": text}, **sent)
    assert problems({**held, "x.html": text}, "Show x.html in a frame.", **sent) == []


@pytest.mark.parametrize(
    "files",
    [
        code('location = "./x.html";'),
        code('location.href = "./" + (shown ? "x" : "y") + ".html";'),
        page('<meta http-equiv="refresh" content="0; url=x.html">'),
        page('<script type="speculationrules">{"prerender": [{"urls": ["x.html"]}]}</script>'),
    ],
)
def test_no_page_goes_to_an_attached_page_by_itself(files: dict[str, str]) -> None:
    sent = {"attachments": (attachment("x.html", b"<p>x</p>"),)}

    assert any(
        "has no policy" in p or "own in urls" in p
        for p in problems({**files, "x.html": "<p>x</p>"}, **sent)
    )
    assert problems({**page('<a href="./x.html">x</a>'), "x.html": "<p>x</p>"}, **sent) == []


def test_an_attached_page_is_published_as_it_came_and_ours_with_the_policy() -> None:
    text = b"<!doctype html><title>Attached</title>"
    assignment = build(attachments=(attachment("x.html", text),))

    site = Generator(KnowingModel, lambda: NONCE)(assignment, lambda: 400.0).site

    assert site["x.html"] == text
    assert "Content-Security-Policy" in site.text("index.html")
