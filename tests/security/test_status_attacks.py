"""GET /api/status/{email}/{task} with paths that no client of good will sends."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from deployer.adapters.dynamodb.rounds import DynamoDBRounds
from deployer.adapters.evaluation.endpoint import HTTPEvaluationEndpoint
from deployer.domain.evaluation_url import EvaluationRules
from deployer.domain.notification import Channel
from deployer.services.notify import notify
from deployer.services.status import status
from tests.support.aws import TABLE
from tests.support.builders import START, SettableClock, a_publication, a_round
from tests.support.fakes import InMemoryRounds, RecordingTelemetry, linked
from tests.support.gateway import Gateway, running

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

PATHS = (
    "%2e%2e/%2e%2e", "..%2f..%2f..%2fetc/passwd", "../../etc/passwd", "./.", "//", "/", "a", "a/b/c", "a/b/",
    "a%2Fb/c", "a/b%2Fc", "a%252Fb/c", "a%5Cb/c", "%00/%00", "a%00@b.c/t", "a@b.c/t%00", "a@b.c/%0d%0aX:1",
    "%0a/%0a", "%ff%fe/%80", "%c0%ae%c0%ae/x", "%ed%a0%80@b.c/t", "%/%", "%zz/%z", "%u0041/x", "a@b.c/%E2%80%AE",
    "a%E2%80%8B@b.c/t", "x" * 300 + "@b.c/t", "x" * 5000 + "@b.c/t", "a@b.c/" + "t" * 101, "a@b.c/" + "t" * 8000,
    "'%20OR%20'1'='1/t", "%7B%22$ne%22:null%7D/t", "*/*", "~/.aws", "${jndi:ldap:%2f%2fx}/t", "%3Cscript%3E/t",
    "student@example.com%23sum-of-sales/round", "student@example.com/sum-of-sales%23round", "STUDENT@example.com/sum-of-sales",
    "student@example.com%00/sum-of-sales", "student@example.com/sum-of-sales%20", "student@example.com/Sum-of-sales",
    "student@example.com/sum-of-sales%00", "student%40example.com%23/sum-of-sales", "task%23student@example.com/sum-of-sales",
    "other@example.com/x%23sum-of-sales",
)  # fmt: skip


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with running() as gateway:
        DynamoDBRounds(TABLE).save(a_round())
        DynamoDBRounds(TABLE).save(a_round(email="other@example.com#x"))
        yield gateway


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_nothing_is_told_about(gateway: Gateway, path: str) -> None:
    answer = gateway("GET", f"/api/status/{path}")
    assert 400 <= answer.status < 500
    assert set(answer.json()) <= {"error", "message"}
    assert b"QUEUED" not in answer.body


def test_the_task_itself_is_told_in_both_spellings_of_its_path(gateway: Gateway) -> None:
    for path in ("student@example.com/sum-of-sales", "student%40example.com/sum%2Dof-sales"):
        assert gateway("GET", f"/api/status/{path}").json()["round1"]["state"] == "QUEUED"


def test_a_url_that_may_not_be_called_is_told_without_the_url_or_its_address() -> None:
    rounds = InMemoryRounds()
    rules = EvaluationRules(hosts=("allowed.example.com",))
    told = a_round(evaluation_url="https://10.11.12.13/CANARY-path")
    record = rounds.save(told.published(a_publication(), START))
    notify(
        record.delivery(record.notifications[0]),
        senders={Channel.EVALUATION: HTTPEvaluationEndpoint(rules)},
        rounds=rounds,
        telemetry=RecordingTelemetry(),
        clock=SettableClock(),
        retry_delays=(1,),
    )
    answer = status("student@example.com", "sum-of-sales", rounds=rounds, link=linked)
    assert answer is not None
    assert answer["round1"]["state"] == "NOTIFY_FAILED"
    assert "leads to a private address" in answer["round1"]["notification"]["last_answer"]
    text = json.dumps(answer)
    for private in ("10.11.12.13", "CANARY", "allowed.example.com", "nonce-1"):
        assert private not in text


def test_a_status_has_these_fields_and_no_others() -> None:
    rounds = InMemoryRounds()
    rounds.save(a_round().published(a_publication(), START))
    answer = status("student@example.com", "sum-of-sales", rounds=rounds, link=linked)
    assert answer is not None
    assert set(answer) == {"email", "task_id", "round1"}
    assert set(answer["round1"]) == {
        "deployment_id", "timestamp", "updated_at", "state", "repo_url", "pages_url", "commit_sha",
        "pages", "notification",
    }  # fmt: skip
    assert set(answer["round1"]["notification"]) == {
        "state", "attempts", "last_answer", "updated_at",
    }  # fmt: skip
