"""Every answer that the real handlers can be brought to is one that docs/openapi.yaml describes."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deployer import bootstrap
from deployer.adapters.dynamodb.rounds import DynamoDBRounds
from deployer.connections import Connections
from deployer.domain.language_model import Usage
from deployer.domain.publication import PagesState
from deployer.domain.request import MAX_ATTACHMENT_BYTES, MAX_BODY_BYTES
from deployer.domain.round import Failure, Lease, Round
from tests.support.aws import TABLE
from tests.support.builders import START, a_body, a_data_uri, a_publication, a_report, a_round
from tests.support.description import Description
from tests.support.gateway import STAGE, STUDENT_SECRET, Answer, Gateway

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

LATER = START + timedelta(minutes=1)
STATUS = "/api/status/{email}/{task}"


def send(gateway: Gateway, **changes: Any) -> Answer:
    task = f"task-{uuid.uuid4()}"
    body = a_body(**{"secret": STUDENT_SECRET, "task": task, **changes})
    return gateway("POST", "/api/deploy", json.dumps(body).encode())


def send_twice(gateway: Gateway, **changes: Any) -> Answer:
    task = f"task-{uuid.uuid4()}"
    assert send(gateway, task=task).status == 200
    return send(gateway, task=task, **changes)


def raw(body: bytes) -> Callable[[Gateway], Answer]:
    return lambda gateway: gateway("POST", "/api/deploy", body)


def with_an_attachment(name: str, content: bytes) -> Callable[[Gateway], Answer]:
    given = [{"name": name, "url": a_data_uri(content)}]
    return lambda gateway: send(gateway, attachments=given)


@pytest.mark.parametrize(
    ("provoke", "status", "code"),
    [
        (send, 200, None),
        (send_twice, 200, None),
        (raw(b""), 400, "invalid_request"),
        (raw(b"[]"), 400, "invalid_request"),
        (raw(b'{"email": '), 400, "invalid_request"),
        (raw(b"{}"), 400, "invalid_request"),
        (lambda gateway: send(gateway, email="nobody", round=0), 400, "invalid_request"),
        (with_an_attachment("LICENSE", b"x"), 400, "invalid_request"),
        (lambda gateway: send(gateway, secret="guess"), 403, "forbidden"),
        (lambda gateway: send(gateway, round=2), 409, "conflict"),
        (lambda gateway: send_twice(gateway, brief="another"), 409, "conflict"),
        (with_an_attachment("a", b"x" * (MAX_ATTACHMENT_BYTES + 1)), 413, "too_large"),
        (raw(b" " * (MAX_BODY_BYTES + 1)), 413, "too_large"),
        (raw(b" " * (2 * MAX_BODY_BYTES + 1)), 413, "too_large"),
    ],
)
def test_deploy_answers_as_described(
    gateway: Gateway,
    description: Description,
    provoke: Callable[[Gateway], Answer],
    status: int,
    code: str | None,
) -> None:
    answer = provoke(gateway)
    assert (answer.status, answer.json().get("error", {}).get("code")) == (status, code)
    assert description.mismatches("POST", "/api/deploy", answer) == []


Setting = Callable[[str, str], None]


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Setting]:
    """Call it with a setting's name and value."""

    def change(name: str, value: str) -> None:
        monkeypatch.setenv(name, value)
        bootstrap.connect(Connections())

    yield change
    monkeypatch.undo()
    bootstrap.connect(Connections())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TABLE_NAME", "no-table"),
        ("BUCKET_NAME", "no-bucket"),
        ("QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/no-queue"),
    ],
)
def test_deploy_answers_as_described_when_it_cannot_record_or_queue(
    gateway: Gateway,
    description: Description,
    setting: Setting,
    name: str,
    value: str,
) -> None:
    setting(name, value)
    answer = send(gateway)
    assert (answer.status, answer.json()["error"]["code"]) == (503, "unavailable")
    assert description.mismatches("POST", "/api/deploy", answer) == []


def test_deploy_answers_as_described_when_the_quota_is_used_up(
    gateway: Gateway, description: Description, setting: Setting
) -> None:
    setting("QUOTA_PER_DAY", "1")
    email = f"{uuid.uuid4()}@example.com"
    assert send(gateway, email=email).status == 200
    answer = send(gateway, email=email)
    assert (answer.status, answer.json()["error"]["code"]) == (429, "too_many_requests")
    assert description.mismatches("POST", "/api/deploy", answer) == []


@pytest.mark.parametrize("email", ["a#b?c@example.com", "50%25@ä.de", '"<a>"@x'])
def test_the_status_url_of_an_odd_e_mail_address_leads_to_its_status(
    gateway: Gateway, email: str
) -> None:
    url = send(gateway, email=email).json()["status_url"]
    answer = gateway("GET", url.partition(f"/{STAGE}")[2])
    assert (answer.status, answer.json()["email"]) == (200, email)


def test_health_answers_as_described(gateway: Gateway, description: Description) -> None:
    answer = gateway("GET", "/")
    assert answer.status == 200
    assert description.mismatches("GET", "/", answer) == []


RECORD = a_round(evaluation_url="https://example.com/")
CLAIMED = RECORD.claimed(Lease("worker", LATER), LATER)
GENERATED = CLAIMED.generated("sites/d-1.json", None, a_report(notes=("a note",)), LATER)
PRICED = CLAIMED.generated(
    "sites/d-1.json", "ab" * 20, a_report(cost_usd=0.0125, usage=Usage(1, 0, 2)), LATER
)
PUBLISHED = GENERATED.published(a_publication(), LATER)
SEEN = PUBLISHED.pages_seen(PagesState.LIVE, LATER)


@pytest.mark.parametrize(
    "record",
    [
        RECORD,
        CLAIMED,
        CLAIMED.waits("round 1 is still in work", LATER, LATER),
        CLAIMED.failed(Failure("the model declined", resumable=False), LATER),
        GENERATED,
        PRICED,
        PUBLISHED,
        PUBLISHED.pages_seen(PagesState.PENDING, LATER),
        SEEN.attempted(RECORD.latest.deployment_id, 1, "HTTP 500", LATER),
        SEEN.notified(RECORD.latest.deployment_id, 2, "HTTP 200", LATER),
        SEEN.notification_gave_up(RECORD.latest.deployment_id, 3, "ConnectTimeout", LATER),
    ],
    ids=lambda record: record.state.value,
)
def test_status_answers_as_described_in_every_state(
    gateway: Gateway, description: Description, record: Round
) -> None:
    own = replace(record, task=f"task-{uuid.uuid4()}")
    DynamoDBRounds(TABLE).save(own)
    answer = gateway("GET", f"/api/status/{own.email}/{own.task}")
    assert answer.json()["round1"]["state"] == record.state
    assert description.mismatches("GET", STATUS, answer) == []


def test_status_of_an_unknown_task_answers_as_described(
    gateway: Gateway, description: Description
) -> None:
    answer = gateway("GET", "/api/status/student@example.com/unknown")
    assert answer.status == 404
    assert description.mismatches("GET", STATUS, answer) == []


def test_status_without_a_table_answers_as_described(
    gateway: Gateway, description: Description, setting: Setting
) -> None:
    setting("TABLE_NAME", "no-table")
    answer = gateway("GET", "/api/status/student@example.com/sum-of-sales")
    assert answer.status == 503
    assert description.mismatches("GET", STATUS, answer) == []


def test_an_answer_that_is_not_described_is_told(
    gateway: Gateway, description: Description
) -> None:
    answer = send(gateway)
    for wrong in (
        Answer(202, answer.headers, answer.body),
        Answer(200, {"content-type": "text/html"}, answer.body),
        Answer(200, answer.headers, b'{"status": "accepted"}'),
        Answer(503, answer.headers, b'{"error": {"code": "unavailable", "message": "x"}}'),
    ):
        assert description.mismatches("POST", "/api/deploy", wrong) != []


def test_a_page_and_what_it_loads_are_answered_as_described(
    gateway: Gateway, description: Description
) -> None:
    """The statuses that a reader's browser is answered: page, no change, file, nothing there."""
    send(gateway, task="read-by-people")
    path, html = "/api/status/student@example.com/read-by-people", {"Accept": "text/html"}
    page = gateway("GET", path, headers=html)
    text = page.body.decode()
    (seen,) = re.findall(r'hx-get="([^"]+)"', text)
    (style,) = re.findall(r'href="../../..(/assets/style-[^"]+)"', text)
    answers = {
        "/": [
            (200, gateway("GET", "/", headers=html)),
            (303, gateway("GET", "/?email=a@example.com&task=t", headers=html)),
        ],
        "/api/status/{email}/{task}": [
            (200, page),
            (204, gateway("GET", path + seen, headers=html)),
            (404, gateway("GET", path + "-not", headers=html)),
        ],
        "/assets/{name}": [
            (200, gateway("GET", style)),
            (404, gateway("GET", "/assets/none.css")),
        ],
    }
    for route, expected in answers.items():
        for status, answer in expected:
            assert answer.status == status
            assert description.mismatches("GET", route, answer) == []
