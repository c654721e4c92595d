"""A short campaign in every run of the tests, and what a campaign must notice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.fuzz import described, hostile
from tests.fuzz.campaign import Campaign
from tests.fuzz.request import Request
from tests.support.description import Description
from tests.support.gateway import Answer, Gateway, running

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
JSON = {"content-type": "application/json"}
INVALID = b'{"error": {"code": "invalid_request", "message": ""}}'


@pytest.fixture(scope="module")
def description() -> Description:
    return Description()


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with running() as gateway:
        yield gateway


@pytest.fixture
def campaign(gateway: Gateway, description: Description) -> Campaign:
    return Campaign(partial(Request.sent_to, gateway=gateway), description)


def test_no_request_breaks_a_handler_or_gets_an_answer_that_is_not_described(
    campaign: Campaign, description: Description
) -> None:
    campaign.send(hostile.known())
    strategies = [described.requests(description), hostile.requests]
    report = campaign.run(strategies, campaign.report.sent + 200, 1)
    assert report.findings == []
    assert {200, 400, 403, 404, 409} <= set(report.by_status)
    assert {"ACCEPTANCE", "REFUSAL", "ANY"} == set(report.by_expectation)


def test_the_same_seed_sends_the_same_requests(description: Description) -> None:
    def digest(seed: int) -> str:
        deaf = Campaign(lambda _: Answer(400, {}, b"{}"), description)
        return deaf.run([hostile.requests], 20, seed).digest

    assert digest(7) == digest(7)
    assert digest(7) != digest(8)


def test_an_exception_in_a_handler_is_a_finding_of_both(
    campaign: Campaign, description: Description, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reads_a_missing_field(_: object, body: dict[str, object]) -> None:
        raise KeyError(body["no such field"])

    monkeypatch.setattr("deployer.bootstrap.Application.admit", reads_a_missing_field)
    campaign.send(hostile.known())
    by_hostile = len(campaign.report.exceptions)
    campaign.run([described.requests(description)], campaign.report.sent + 20, 1)
    assert "KeyError: 'no such field'" in campaign.report.exceptions[0]
    assert 0 < by_hostile < len(campaign.report.exceptions)


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        (
            Answer(
                503,
                {**JSON, "retry-after": "1"},
                b'{"error": {"code": "unavailable", "message": ""}}',
            ),
            "5xx",
        ),
        (Answer(200, JSON, b"{}"), "schema"),
        (Answer(202, JSON, b"{}"), "202"),
        (Answer(400, JSON, INVALID), "valid"),
        (Answer(400, {"content-type": "text/html"}, b"Bad Request"), "Content-Type"),
    ],
)
def test_an_answer_that_is_not_as_described_is_a_finding(
    description: Description, answer: Answer, finding: str
) -> None:
    def send(_: Request) -> Answer:
        return answer

    report = Campaign(send, description).run([described.requests(description)], 30, 1)
    found = report.server_errors if finding == "5xx" else report.mismatches
    assert any(finding in told or finding == "5xx" for told in found)
