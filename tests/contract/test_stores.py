"""The fakes and the AWS adapters keep the same promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws

from deployer.adapters.dynamodb.callers import DynamoDBCallerSecrets, DynamoDBUsageCounter
from deployer.adapters.dynamodb.rounds import (
    DynamoDBRepositoryNames,
    DynamoDBRounds,
    DynamoDBWriteLedgers,
)
from deployer.adapters.s3 import S3Attachments, S3Requests, S3Sites
from deployer.domain.errors import RecordChangedError, RejectedError
from deployer.domain.generation_report import StoredSite
from deployer.domain.ports import Binding
from deployer.domain.quota import Quota, Window
from deployer.domain.round import Failure, Lease, Waiting
from deployer.domain.round_key import RoundKey
from deployer.domain.secret import HashedSecret
from deployer.domain.site import Site
from deployer.domain.write_budget import Grant, Writer
from tests.support.aws import BUCKET, TABLE, create_bucket, create_table
from tests.support.builders import START, a_data_uri, a_publication, a_report, a_request, a_round
from tests.support.fakes import (
    InMemoryAttachments,
    InMemoryCallerSecrets,
    InMemoryRepositoryNames,
    InMemoryRequests,
    InMemoryRounds,
    InMemorySites,
    InMemoryUsageCounter,
    InMemoryWriteLedgers,
)


@dataclass
class Stores:
    rounds: Any
    names: Any
    ledgers: Any
    requests: Any
    sites: Any
    callers: Any
    usage: Any
    attachments: Any


@pytest.fixture(params=["memory", "aws"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        yield Stores(
            InMemoryRounds(),
            InMemoryRepositoryNames(),
            InMemoryWriteLedgers(),
            InMemoryRequests(),
            InMemorySites(),
            InMemoryCallerSecrets(),
            InMemoryUsageCounter(),
            InMemoryAttachments(),
        )
        return
    with mock_aws():
        create_table()
        create_bucket()
        client = boto3.client("s3")
        yield Stores(
            DynamoDBRounds(TABLE),
            DynamoDBRepositoryNames(TABLE),
            DynamoDBWriteLedgers(TABLE),
            S3Requests(BUCKET, client),
            S3Sites(BUCKET, client),
            DynamoDBCallerSecrets(TABLE),
            DynamoDBUsageCounter(TABLE),
            S3Attachments(BUCKET, client),
        )


def test_attachments_that_were_fetched_come_back_for_their_build_alone(stores: Stores) -> None:
    fetched = {"data.csv": "data:text/csv;base64,YQ==", "ä/b.bin": "data:a/b;base64,"}
    stores.attachments.save("d-1", fetched)
    assert stores.attachments.load("d-1") == fetched
    assert stores.attachments.load("d-2") is None


def test_a_record_comes_back_whole(stores: Stores) -> None:
    record = replace(
        a_round().published(a_publication(), START),
        lease=Lease("worker", START),
        site_ref="sites/d-1.json",
        base_sha="0" * 40,
        generation=a_report(unmet=("no table",), cost_usd=0.0125),
        failure=Failure("down", resumable=True),
        waiting=Waiting("a limit", START),
    )
    saved = stores.rounds.save(record)
    assert saved == record.at_version(1)
    assert stores.rounds.find(record.key) == saved


def test_an_unknown_record_is_none(stores: Stores) -> None:
    assert stores.rounds.find(RoundKey("a@example.com", "t", 1)) is None
    assert stores.rounds.of_task("a@example.com", "t") == []


def test_rounds_come_in_order_and_only_of_the_task(stores: Stores) -> None:
    for round_number in (10, 2, 1):
        stores.rounds.save(a_round(round=round_number))
    stores.rounds.save(a_round(task="sum-of-sales-2"))
    stores.rounds.save(a_round(email="other@example.com"))
    rounds = stores.rounds.of_task("student@example.com", "sum-of-sales")
    assert [record.round for record in rounds] == [1, 2, 10]


def test_of_two_first_writes_one_wins(stores: Stores) -> None:
    stores.rounds.save(a_round())
    with pytest.raises(RecordChangedError):
        stores.rounds.save(a_round(nonce="nonce-2"))
    (notification,) = stores.rounds.find(a_round().key).notifications
    assert notification.nonce == "nonce-1"


def test_a_write_from_an_old_reading_is_refused(stores: Stores) -> None:
    first = stores.rounds.save(a_round())
    second = stores.rounds.save(first)
    with pytest.raises(RecordChangedError):
        stores.rounds.save(first)
    assert stores.rounds.find(first.key) == second


def test_a_repository_name_belongs_to_the_first_task_for_ever(stores: Stores) -> None:
    assert stores.names.bind("octocat/Site", "a@example.com", "site") is Binding.NEW
    assert stores.names.bind("octocat/site", "a@example.com", "site") is Binding.OURS
    assert stores.names.bind("octocat/site", "b@example.com", "site") is Binding.TAKEN
    assert stores.names.bind("octocat/site", "a@example.com", "other") is Binding.TAKEN


def test_a_suffix_stays_a_tasks_own(stores: Stores) -> None:
    drawn = stores.names.suffix("a@example.com", "site")
    assert re.fullmatch("[0-9a-f]{8}", drawn)
    assert stores.names.suffix("a@example.com", "site") == drawn
    assert stores.names.suffix("b@example.com", "site") != drawn
    assert stores.names.suffix("a@example.com", "other") != drawn


def test_of_two_bookings_from_one_reading_one_wins(stores: Stores) -> None:
    empty = stores.ledgers.load("octocat")
    first, _ = empty.turn(Writer("d-1", "a", 2), START)
    second, _ = empty.turn(Writer("d-2", "b", 1), START)
    stores.ledgers.save("octocat", first)
    with pytest.raises(RecordChangedError):
        stores.ledgers.save("octocat", second)
    kept = stores.ledgers.load("OCTOCAT")
    assert (kept.granted, kept.version) == ((Grant(START, "a", 2),), 1)
    silent, _ = kept.closed(None, START).turn(Writer("d-3", "c", 2), START)
    stores.ledgers.save("octocat", silent)
    assert stores.ledgers.load("octocat") == replace(silent, version=2)
    assert stores.ledgers.load("somebody-else").granted == ()


def test_a_request_comes_back_with_its_attachments(stores: Stores) -> None:
    request = a_request(
        attachments=[{"name": "a.bin", "url": a_data_uri(bytes(range(256)), "image/png")}],
        brief="Été ✓",
    )
    stores.requests.save(request)
    assert stores.requests.load(request.deployment_id) == request
    with pytest.raises(RejectedError):
        stores.requests.load("d-unknown")


def test_a_site_comes_back_byte_for_byte(stores: Stores) -> None:
    site = Site({"index.html": b"<p>\xc3\xa9", "a/b.bin": bytes(range(256)), "empty": b""})
    stored = StoredSite(site, a_report(notes=("an edit was asked for twice",)))
    stores.sites.save("sites/d-1.json", stored)
    assert stores.sites.load("sites/d-1.json") == stored
    assert stores.sites.load("sites/d-2.json") is None


def test_a_callers_secrets_are_found_by_the_e_mail_in_any_case(stores: Stores) -> None:
    newest, oldest = HashedSecret.of("new", "a"), HashedSecret.of("old", "b")
    stores.callers.save("Ada@example.com", (newest, oldest))
    assert stores.callers.find("ada@EXAMPLE.com") == (newest, oldest)
    stores.callers.save("ada@example.com", ())
    assert stores.callers.find("Ada@example.com") == ()


@pytest.mark.parametrize("email", ["", "\ud800", "x" * 100_000, "a#b\x00", "caller#", "é"])
def test_any_text_may_be_looked_up_as_an_e_mail(stores: Stores, email: str) -> None:
    assert stores.callers.find(email) == ()


def test_uses_are_counted_up_to_the_limit_for_each_caller_and_window(stores: Stores) -> None:
    minute, day = Quota("minute", 2, 60).window(START), Quota("day", 2, 86400).window(START)
    later = Quota("minute", 2, 60).window(START + timedelta(minutes=1))

    def count(email: str, window: Window) -> bool:
        counted: bool = stores.usage.count(email, window, 2)
        return counted

    assert [count("ada@example.com", minute) for _ in range(3)] == [True, True, False]
    assert not count("ADA@example.com", minute)
    assert count("ada@example.com", later)
    assert count("ada@example.com", day)
    assert count("grace@example.com", minute)


def test_a_use_is_counted_by_one_conditional_update() -> None:
    """Of many at once DynamoDB then carries out no more than the limit; moto is not atomic."""
    call = vars(BaseClient)["_make_api_call"]
    with mock_aws():
        create_table()
        usage = DynamoDBUsageCounter(TABLE)
        with patch.object(BaseClient, "_make_api_call", autospec=True, side_effect=call) as calls:
            assert usage.count("ada@example.com", Quota("minute", 7, 60).window(START), 7)
    ((_, operation, asked),) = [one.args for one in calls.call_args_list]
    assert operation == "UpdateItem"
    assert " < " in asked["ConditionExpression"]
    assert "ADD" in asked["UpdateExpression"]
