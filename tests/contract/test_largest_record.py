"""The largest record that the API's limits allow is kept by DynamoDB, and says what was cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from deployer.adapters.dynamodb.rounds import DynamoDBRounds
from deployer.domain.bounded_text import MAX_RECORD_BYTES, fitted, json_bytes
from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.computed import MAX_COMPUTATIONS, MAX_INPUTS, ComputedFile
from deployer.domain.errors import ConflictError
from deployer.domain.evaluation_url import MAX_URL_LENGTH
from deployer.domain.publication import PagesState
from deployer.domain.round import MAX_NONCES, Failure, Lease, Round
from deployer.domain.visit import Picture, Verdict
from tests.support.aws import TABLE, create_table
from tests.support.builders import START, a_publication, a_report, a_request, a_round

WIDE = "\U0001f642"
"""Four bytes in UTF-8, one character."""
DEAR = {"wide": WIDE, "escaped": "\x01", "plain": "a"}
EMAIL = "a" * 240 + "@example.com"
TASK = "t" * 100


@pytest.fixture
def rounds() -> Iterator[DynamoDBRounds]:
    with mock_aws():
        create_table()
        yield DynamoDBRounds(TABLE)


def a_record_full_of(character: str) -> Round:
    """A record with everything at its limit: nonces, URLs, answers, report, reasons."""
    long = character * 20_000
    verdict = CheckVerdict(
        long, 1000, Verdict.CANNOT_TELL, long, ("static", "loaded", "later"), (character,) * 2000
    )
    computed = ComputedFile("p" * 255, ("i" * 255,) * MAX_INPUTS, 10**9, long, "ab" * 32)
    report = a_report(
        model="m" * 100,
        unmet=(long,) * 200,
        unproven=(long,) * 200,
        repaired=(long,) * 200,
        notes=(long,) * 200,
        verdicts=(verdict,) * 400,
        pictures=(Picture(1280, "k" * 200), Picture(375, "k" * 200)),
        computed=(computed,) * MAX_COMPUTATIONS,
        cost_usd=1 / 3,
    )
    record = with_nonces(character)
    record = record.generated("sites/" + "s" * 100, "0" * 40, report, START)
    record = record.published(a_publication(), START).pages_seen(PagesState.PENDING, START)
    for one in record.notifications:
        record = record.attempted(one.deployment_id, 12, long, START + timedelta(microseconds=1))
    record = record.waits(long, START, START).failed(Failure(long, resumable=True), START)
    return replace(record, lease=Lease("o" * 100, START))


def with_nonces(character: str) -> Round:
    """A record with as many nonces as it takes, each as long as it may be."""
    shown = "a" if character == "\x01" else character
    url = "https://evaluator.example.com/".ljust(MAX_URL_LENGTH, "u")
    record = a_round(email=EMAIL, task=TASK)
    for number in range(2, MAX_NONCES + 1):
        again = a_request(
            email=EMAIL, task=TASK, nonce=f"{number:03}" + shown * 253, evaluation_url=url
        )
        try:
            record = record.sent_again(again, START)
        except ConflictError:
            break
    return record


def stored_bytes() -> int:
    """The size of the one item, counted as DynamoDB does: names and values, in UTF-8."""
    (item,) = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
    values = {name: str(*value.values()) for name, value in item.items()}
    return sum(len(name.encode()) + len(value.encode()) for name, value in values.items())


@pytest.mark.parametrize("character", DEAR.values(), ids=DEAR)
def test_the_largest_record_is_kept(rounds: DynamoDBRounds, character: str) -> None:
    saved = rounds.save(a_record_full_of(character))
    assert stored_bytes() < MAX_RECORD_BYTES
    assert rounds.find(saved.key) == saved
    assert len(saved.notifications) > 40


def test_a_nonce_that_the_record_cannot_hold_is_refused_with_the_number_that_it_has() -> None:
    record = with_nonces(WIDE)
    held = len(record.notifications)
    url = "https://evaluator.example.com/".ljust(MAX_URL_LENGTH, "u")
    with pytest.raises(ConflictError, match=f"sent with {held} nonces"):
        record.sent_again(
            a_request(email=EMAIL, task=TASK, nonce=WIDE * 256, evaluation_url=url), START
        )


def test_a_hundred_nonces_of_the_usual_kind_have_room() -> None:
    record = a_round()
    for number in range(1, MAX_NONCES):
        record = record.sent_again(a_request(nonce=f"{number:0256}"), START)
    assert len(record.notifications) == MAX_NONCES


def test_what_is_cut_says_so_and_what_fits_is_left_alone() -> None:
    assert fitted("abc", 3) == "abc"
    for character in DEAR.values():
        cut = fitted(character * 1000, 500)
        assert cut.endswith("…")
        assert 490 <= json_bytes(cut) <= 500
    record = a_round().failed(Failure("x" * 5000, resumable=False), START)
    assert record.failure is not None
    assert (record.failure.reason[-2:], len(record.failure.reason)) == ("x…", 1998)
