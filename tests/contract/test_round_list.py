"""The list of rounds over a table's indexes: what it shows, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws

from deployer.adapters.dynamodb.round_list import DynamoDBRoundList
from deployer.adapters.dynamodb.rounds import DynamoDBRounds
from deployer.domain.round import State
from deployer.domain.round_list import Listed
from deployer.services.listing import PAGE, READ_AT_MOST, Page, Wanted, listing
from tests.support.aws import TABLE, create_table
from tests.support.builders import START, a_round

CALLERS, TASKS = 20, 50
STATES = list(State)


@pytest.fixture(scope="module")
def rounds() -> Iterator[DynamoDBRoundList]:
    """10,000 rounds: 20 callers, 50 tasks each, 10 rounds of each task, all states in turn."""
    with mock_aws():
        create_table()
        put = _items_like(_saved_item())
        with boto3.resource("dynamodb").Table(TABLE).batch_writer() as table:
            for number in range(10_000):
                table.put_item(put(number))
        yield DynamoDBRoundList(TABLE)


def _saved_item() -> dict[str, Any]:
    """An item as the store writes it; it makes way for the 10,000."""
    record = DynamoDBRounds(TABLE).save(a_round())
    table = boto3.resource("dynamodb").Table(TABLE)
    key = {"pk": f"task#{record.email}#{record.task}", "sk": f"round#{record.round:05d}"}
    item: dict[str, Any] = table.get_item(Key=key)["Item"]
    table.delete_item(Key=key)
    return item


def _items_like(saved: dict[str, Any]) -> Any:
    def item(number: int) -> dict[str, Any]:
        email, task = f"c{number % CALLERS}@example.com", f"t{number // CALLERS % TASKS}"
        round_number = number // (CALLERS * TASKS) + 1
        at = (START + timedelta(seconds=number)).isoformat(timespec="microseconds")
        return {
            **saved,
            "pk": f"task#{email}#{task}",
            "sk": f"round#{round_number:05d}",
            "email": email,
            "task": task,
            "round": round_number,
            "state": STATES[number % len(STATES)].value,
            "accepted_at": at,
            "document": "{}",
        }

    return item


def number_of(row: Listed) -> int:
    return int((row.accepted_at - START).total_seconds())


def reads(rounds: DynamoDBRoundList, wanted: Wanted) -> tuple[Page, list[str], int]:
    """The page, the operations that the wire saw, and the rows that they evaluated."""
    call, seen, rows = vars(BaseClient)["_make_api_call"], [], 0

    def recorded(client: Any, operation: str, asked: Any) -> Any:
        nonlocal rows
        answer = call(client, operation, asked)
        if operation != "DescribeTable":
            seen.append(operation)
            rows += answer["ScannedCount"]
        return answer

    with patch.object(BaseClient, "_make_api_call", recorded):
        page = listing(wanted, None, rounds=rounds)
    return page, seen, rows


@pytest.mark.parametrize(
    ("wanted", "queries", "rows"),
    [
        (Wanted(), 7, 7 * (PAGE + 2)),
        (Wanted(state=State.FAILED), 1, PAGE + 2),
        (Wanted(email="c3@example.com"), 1, PAGE + 2),
        (Wanted(task="t7"), 1, PAGE + 2),
        (Wanted(state=State.FAILED, email="c3@example.com"), 1, READ_AT_MOST + 2),
        (Wanted(task="t7", email="c3@example.com"), 1, READ_AT_MOST + 2),
    ],
    ids=["all", "state", "caller", "task", "state and caller", "caller and task"],
)
def test_a_page_of_ten_thousand_rounds_reads_a_bounded_number(
    rounds: DynamoDBRoundList, wanted: Wanted, queries: int, rows: int
) -> None:
    page, operations, evaluated = reads(rounds, wanted)
    assert operations == ["Query"] * queries
    assert evaluated <= rows
    assert page.rows
    assert all(wanted.takes(row) for row in page.rows)
    assert list(page.rows) == sorted(page.rows, key=number_of, reverse=True)


def test_the_first_page_holds_the_newest_of_all_states(rounds: DynamoDBRoundList) -> None:
    page = listing(Wanted(), None, rounds=rounds)
    assert [number_of(row) for row in page.rows] == list(range(9_999, 9_999 - PAGE, -1))


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(email="c3@example.com"),
        Wanted(task="t7"),
        Wanted(state=State.QUEUED, email="c3@example.com"),
        Wanted(task="t49", email="c19@example.com"),
    ],
)
def test_pages_show_each_round_that_is_wanted_once(
    rounds: DynamoDBRoundList, wanted: Wanted
) -> None:
    shown: list[int] = []
    after = None
    while True:
        page = listing(wanted, after, rounds=rounds, size=190)
        shown += map(number_of, page.rows)
        after = page.after
        if after is None:
            break
    expected = [
        number
        for number in range(9_999, -1, -1)
        if wanted.state in (None, STATES[number % len(STATES)])
        and wanted.email in (None, f"c{number % CALLERS}@example.com")
        and wanted.task in (None, f"t{number // CALLERS % TASKS}")
    ]
    assert shown == expected
