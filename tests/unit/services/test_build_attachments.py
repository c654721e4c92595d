"""Attachments that were sent as URLs, from the request to the model and the commit."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.domain.errors import FetchRefusedError, FetchUnavailableError, ModelUnavailableError
from deployer.domain.ports import Fetched
from deployer.domain.request import MAX_ATTACHMENTS_BYTES, DeploymentRequest
from deployer.domain.round import State
from tests.support.builders import a_data_uri, a_request
from tests.unit.services.world import MAX_RECEIVES, World

URL = "https://data.example.com/sales.csv?token=abc"
FILE = Fetched("Text/CSV; charset=utf-8", b"a,b\n1,2\n")


def request(**changes: Any) -> DeploymentRequest:
    sent = [{"name": "sales.csv", "url": URL}, {"name": "a.txt", "url": a_data_uri(b"here")}]
    return a_request(**{"attachments": sent, **changes})


def test_the_model_gets_the_file_that_the_url_led_to(world: World) -> None:
    world.web.files[URL] = FILE
    world.work(world.accept(request()))
    (assignment,) = world.generate.assignments
    assert [(one.name, one.content) for one in assignment.attachments] == [
        ("sales.csv", FILE.content),
        ("a.txt", b"here"),
    ]
    assert assignment.attachments[0].media_type == "text/csv"


def test_without_a_url_nothing_is_fetched_and_nothing_stored(world: World) -> None:
    world.work(world.accept(a_request()))
    assert (world.web.asked, world.attachments.stored) == ([], {})


def test_a_build_that_is_run_again_has_the_same_file_without_a_second_fetch(world: World) -> None:
    world.web.files[URL] = FILE
    message = world.accept(request())
    world.generate.failures = [ModelUnavailableError("no answer")]
    with pytest.raises(ModelUnavailableError):
        world.work(message)
    world.web.files[URL] = Fetched("text/csv", b"another")
    world.work(message, receives=2)
    assert world.web.asked == [URL]
    assert world.generate.assignments[-1].attachments[0].content == FILE.content


def test_what_will_not_come_fails_the_round_with_a_cure_and_without_the_url(world: World) -> None:
    world.web.files[URL] = FetchRefusedError("answered 404")
    world.work(world.accept(request()))
    record = world.record()
    assert record.state is State.FAILED
    assert record.failure is not None
    assert record.failure.reason == (
        "the URL of attachment 'sales.csv' answered 404; "
        "mend the URL, or send the file as a data URI"
    )
    assert world.generate.assignments == []


def test_what_does_not_come_now_is_tried_again_and_then_fails_with_a_cure(world: World) -> None:
    message = world.accept(request())
    world.web.files[URL] = FetchUnavailableError("answered 503")
    with pytest.raises(FetchUnavailableError):
        world.work(message)
    assert world.record().state is State.GENERATING
    with pytest.raises(FetchUnavailableError):
        world.work(message, receives=MAX_RECEIVES)
    record = world.record()
    assert record.state is State.FAILED
    assert record.failure is not None
    assert "attachment 'sales.csv' answered 503; mend the URL" in record.failure.reason
    assert record.failure.resumable


def test_files_that_are_too_large_together_fail_the_round(world: World) -> None:
    urls = [f"https://data.example.com/{n}" for n in range(2)]
    world.web.files = dict.fromkeys(urls, Fetched("", bytes(MAX_ATTACHMENTS_BYTES // 2 + 1)))
    sent = [{"name": f"{n}.bin", "url": url} for n, url in enumerate(urls)]
    world.work(world.accept(request(attachments=sent)))
    failure = world.record().failure
    assert failure is not None
    assert str(MAX_ATTACHMENTS_BYTES) in failure.reason


def test_servers_that_are_slow_together_leave_time_for_the_model(world: World) -> None:
    fetch = world.web.__call__
    sent = [{"name": f"{n}.csv", "url": f"{URL}{n}"} for n in range(9)]
    world.web.files = {one["url"]: FILE for one in sent}

    def slow(url: str, max_bytes: int) -> Fetched:
        world.clock.advance(14)
        return fetch(url, max_bytes)

    world.web = slow  # type: ignore[assignment]
    with pytest.raises(FetchUnavailableError, match="more than 60 s"):
        world.work(world.accept(request(attachments=sent)))


def test_the_digest_is_of_what_was_sent() -> None:
    assert request().content_digest != request(attachments=[]).content_digest
    stored = DeploymentRequest.model_validate_json(request().model_dump_json())
    assert stored.attachments[0].url == URL
    assert stored.content_digest == request().content_digest
