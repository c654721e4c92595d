"""Data that the code of 25 November 2026 stored and sent is read by the code of today.

The files were written by that code's own adapters into moto, with every field set. They are never
made anew: a stack keeps such data for 400 days.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deployer.adapters.dynamodb.callers import DynamoDBCallerSecrets
from deployer.adapters.dynamodb.rounds import (
    DynamoDBRepositoryNames,
    DynamoDBRounds,
    DynamoDBWriteLedgers,
)
from deployer.adapters.s3 import S3Requests, S3Sites
from deployer.adapters.sqs import parse_message
from deployer.adapters.stepfunctions import parse_delivery
from deployer.domain.language_model import Usage
from deployer.domain.notification import Channel, Notification, NotificationState, Target
from deployer.domain.ports import Binding, Message
from deployer.domain.publication import PagesState
from deployer.domain.request import DeploymentRequest, JavaScriptCheck
from deployer.domain.round import Failure, Lease, Round, State, Waiting
from deployer.domain.round_key import RoundKey
from deployer.domain.write_budget import Grant, InLine, Writer
from tests.support.aws import BUCKET, TABLE, create_bucket, create_table
from tests.support.builders import START, a_publication, a_report

STORED = Path(__file__).parent / "stored" / "2026-11-25"
KEY = RoundKey("student@example.com", "sum-of-sales", 1)
FIRST_ID = "d-a2b627472e4025d5d62c4bcf884914a3"
SECOND_ID = "d-cbbffd75a0f53862997729ae977530a3"
REPORT = a_report(unmet=("no table",), notes=("one repair",), cost_usd=0.0125)


def stored(name: str) -> Any:
    return json.loads((STORED / f"{name}.json").read_text())


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@pytest.fixture(autouse=True)
def kept() -> Iterator[None]:
    """A table and a bucket that hold nothing else."""
    with mock_aws():
        create_table()
        create_bucket()
        for item in STORED.glob("item_*.json"):
            boto3.client("dynamodb").put_item(TableName=TABLE, Item=stored(item.stem))
        for key, name in (
            (f"requests/{FIRST_ID}.json", "object_request"),
            ("sites/d-1.json", "object_site"),
        ):
            body = json.dumps(stored(name)).encode()
            boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        yield


def a_stored_round() -> Round:
    found = DynamoDBRounds(TABLE).find(KEY)
    assert found is not None
    return found


def a_stored_request() -> DeploymentRequest:
    return S3Requests(BUCKET, boto3.client("s3")).load(FIRST_ID)


def test_a_round_is_read_with_every_field() -> None:
    record = a_stored_round()

    assert DynamoDBRounds(TABLE).of_task(KEY.email, KEY.task) == [record]
    assert (record.key, record.build_id, record.version) == (KEY, FIRST_ID, 2)
    assert (record.accepted_at, record.updated_at) == (START, START + minutes(5))
    assert record.state is State.PUBLISHED
    assert record.lease == Lease("worker-1", START + minutes(10))
    assert (record.site_ref, record.base_sha) == ("sites/d-1.json", "0" * 39 + "1")
    assert record.publication == a_publication(page_is_new=False)
    assert record.generation == REPORT
    assert record.pages is PagesState.LIVE
    assert record.failure == Failure("GitHub answered 500", resumable=True)
    assert record.waiting == Waiting("GitHub's write budget", START + minutes(20))
    assert record.waiting_since == START + minutes(4)


def test_a_rounds_notifications_are_read_with_every_field() -> None:
    told, waits = a_stored_round().notifications

    assert told == Notification(
        deployment_id=FIRST_ID,
        nonce="nonce-1",
        evaluation_url="https://evaluator.example.com/notify",
        request_digest="0d9a461174849e0769253c27b1f61faaa7020ee5a6658d7a08dc0ae5ce7228e6",
        accepted_at=START,
        state=NotificationState.DELIVERED,
        attempts=3,
        last_answer="HTTP 200",
        updated_at=START + minutes(2),
    )
    assert (waits.deployment_id, waits.state) == (SECOND_ID, NotificationState.PENDING)
    assert waits.evaluation_url == "https://other.example.com:8443/notify"


def test_a_round_is_written_again_and_still_the_same() -> None:
    record = a_stored_round()

    saved = DynamoDBRounds(TABLE).save(record)

    assert saved == record.at_version(3)
    assert a_stored_round() == saved


def test_a_request_is_read_whole() -> None:
    request = a_stored_request()

    assert (request.key, request.nonce) == (KEY, "nonce-1")
    assert request.brief == "Show the sum of the sales in #total-sales."
    assert request.checks == (
        "README.md is professional – très",  # noqa: RUF001 - as it was sent
        JavaScriptCheck(js="document.title === 'Sales 🕐'"),
    )
    assert {one.name: one.content for one in request.attachments} == {
        "data.csv": b"product,sales\npen,1.50\n",
        "docs/näher.txt": "grüße".encode(),
    }


def test_a_request_that_is_sent_again_is_known() -> None:
    """Its digests are those of the record: another digest would be answered 409."""
    record, request = a_stored_round(), a_stored_request()

    assert request.deployment_id == FIRST_ID
    assert request.content_digest == record.content_digest
    assert record.sent_again(request, START + minutes(60)) == record


def test_a_site_is_read_byte_for_byte() -> None:
    found = S3Sites(BUCKET, boto3.client("s3")).load("sites/d-1.json")

    assert found is not None
    assert found.report == REPORT
    assert found.report.usage == Usage(input_tokens=1000, cached_tokens=400, output_tokens=300)
    assert dict(found.site) == {
        "data/raw.bin": bytes(range(8)),
        "index.html": "<h1>grüße</h1>".encode(),
    }


def test_the_write_ledger_keeps_who_was_granted_and_who_waits() -> None:
    ledger = DynamoDBWriteLedgers(TABLE).load("octocat")

    assert ledger.granted == (Grant(START, "ada@example.com", 2),)
    waits = Writer("d-2", "bob@example.com", 1)
    assert ledger.waiting == (InLine(waits, START + minutes(30)),)
    assert (ledger.closed_until, ledger.silence) == (START + minutes(30), minutes(4))
    assert ledger.version == 1


def test_a_repositorys_name_stays_with_its_task() -> None:
    names = DynamoDBRepositoryNames(TABLE)

    assert names.bind("octocat/sum-of-sales", KEY.email, KEY.task) is Binding.OURS
    assert names.bind("octocat/sum-of-sales", "ada@example.com", KEY.task) is Binding.TAKEN


def test_a_callers_secrets_still_open() -> None:
    new, old = DynamoDBCallerSecrets(TABLE).find("ada@example.com")

    assert (new.opens("new"), old.opens("old"), new.opens("old")) == (True, True, False)


def test_a_message_in_the_queue_is_read() -> None:
    assert parse_message(json.dumps(stored("message"))) == Message(FIRST_ID, KEY)


def test_an_execution_under_way_sends_the_bytes_that_it_was_started_with() -> None:
    kept = stored("execution_input")
    delivery = parse_delivery(kept)

    assert (delivery.deployment_id, delivery.attempt) == (SECOND_ID, 1)
    address = "https://other.example.com:8443/notify"
    assert delivery.target == Target(Channel.EVALUATION, address)
    assert delivery.published_at == START + minutes(5)
    assert json.loads(delivery.payload.to_bytes()) == kept["notification"]
    assert list(json.loads(delivery.payload.to_bytes())) == [
        *("email", "task", "round", "nonce", "repo_url", "commit_sha", "pages_url")
    ]
