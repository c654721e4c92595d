"""Data that a brief names by URL, from the brief to the model, the commit and the report."""

from __future__ import annotations

import pytest

from deployer.domain.errors import FetchRefusedError, FetchUnavailableError, ModelUnavailableError
from deployer.domain.ports import Fetched
from deployer.domain.request import MAX_ATTACHMENTS_BYTES, DeploymentRequest
from deployer.domain.round import State
from deployer.domain.site import Site
from deployer.generation.asking.prompts import Prompts
from deployer.generation.own_files import with_own_files
from tests.support.builders import a_data_uri, a_request
from tests.unit.services.world import World

URL = "https://data.example.com/api/shares.json"
FILE = Fetched("application/json", b'{"entityName": "APA", "units": {"shares": [1, 2]}}')
SHOW = f"Show the numbers of {URL}?year=2024."
SAVE = f"Fetch {URL}. Save data.json with entityName, max and min."


def brief(text: str, nonce: str = "nonce-1") -> DeploymentRequest:
    return a_request(brief=text, checks=[], attachments=[], nonce=nonce)


def prompt(world: World) -> str:
    return Prompts(world.generate.assignments[-1], "1a2b3c4d").first()


def test_the_model_gets_a_digest_of_what_the_page_is_to_show(world: World) -> None:
    world.web.files[f"{URL}?year=2024"] = FILE
    world.work(world.accept(brief(SHOW)))
    assert "JSON of this shape: {'entityName': text, 'units': {'shares': [2 x number]}}" in prompt(
        world
    )
    assert f"data at {URL}?year=2024" in prompt(world)
    assert world.generate.assignments[0].attachments == ()


def test_a_brief_that_wants_a_copy_has_the_file_in_the_site(world: World) -> None:
    world.web.files[URL] = FILE
    world.work(world.accept(brief(SAVE)))
    (assignment,) = world.generate.assignments
    assert [(one.name, one.content) for one in assignment.attachments] == [
        ("shares.json", FILE.content)
    ]
    assert with_own_files(Site(), assignment)["shares.json"] == FILE.content
    assert "is in the site as shares.json" in prompt(world)


@pytest.mark.parametrize(
    "error", [FetchRefusedError("answered 403"), FetchUnavailableError("answered 503")]
)
def test_what_cannot_be_read_is_told_and_fails_nothing(world: World, error: Exception) -> None:
    world.web.files[f"{URL}?year=2024"] = error
    world.work(world.accept(brief(SHOW)))
    record = world.record()
    assert record.state is State.PUBLISHED
    assert record.generation is not None
    assert f"{URL} {error}, so the model did not see what it holds" in record.generation.notes
    assert f"could not be read from here: it {error}" in prompt(world)


def test_a_web_page_in_place_of_the_file_is_no_data(world: World) -> None:
    world.web.files[URL] = Fetched("Text/HTML; charset=utf-8", b"<!doctype html><p>Sign in")
    world.work(world.accept(brief(SAVE)))
    assert "could not be read from here: it gave a web page in place of the file" in prompt(world)
    assert world.generate.assignments[0].attachments == ()


def test_a_build_that_is_run_again_reads_nothing_twice(world: World) -> None:
    world.web.files[URL] = FILE
    message = world.accept(brief(SAVE))
    world.generate.failures = [ModelUnavailableError("no answer")]
    with pytest.raises(ModelUnavailableError):
        world.work(message)
    world.work(message, receives=2)
    assert world.web.asked == [URL]
    first, second = world.generate.assignments
    assert first == second


@pytest.mark.parametrize(
    "text",
    [
        "Show https://api.example.com/rates/USD in #r.", "Show https://example.com/ in #r.",
        "Tiles of https://tile.example.org/{z}/{x}/{y}.json", "Handle ?url=https://.../a.csv",
        "Load http://example.com/a.csv", "Load https://10.0.0.1/a.csv", "See https://printer.local/a.csv",
        "Load https://cdn.example.com/xlsx.full.min.js", "Load https://example.com:22/a.csv",
    ],
)  # fmt: skip
def test_what_is_no_plain_file_of_a_public_host_is_not_read(world: World, text: str) -> None:
    world.work(world.accept(brief(text)))
    assert world.web.asked == []


def test_files_are_bounded_in_number_and_in_time(world: World) -> None:
    urls = [f"https://data.example.com/{n}.csv" for n in range(5)]
    fetch, world.web.files = world.web.__call__, dict.fromkeys(urls, FILE)

    def slow(url: str, max_bytes: int) -> Fetched:
        world.clock.advance(15)
        return fetch(url, max_bytes)

    asked = world.web.asked
    world.web = slow  # type: ignore[assignment]
    world.work(world.accept(brief(f"Compare {', '.join(urls)}.")))
    assert asked == urls[:2]
    named = world.generate.assignments[0].named_data
    assert [one.file is not None for one in named] == [True, True, False]


def test_a_copy_that_has_no_room_is_only_described(world: World) -> None:
    world.web.files[URL] = FILE
    for sent in (
        {"name": "Shares.JSON", "url": a_data_uri(b"mine")},
        {"name": "a.bin", "url": a_data_uri(bytes(3 << 20))},
    ):
        world.web.files[URL] = Fetched("", bytes(MAX_ATTACHMENTS_BYTES - (3 << 20) + 1))
        world.work(world.accept(a_request(brief=SAVE, attachments=[sent], nonce=str(sent["name"]))))
        (named,) = world.generate.assignments[-1].named_data
        assert (named.is_attached, named.file is not None) == (False, True)
        assert len(world.generate.assignments[-1].attachments) == 1
