"""Each role reaches the kinds of rows that it needs, in the one table."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.support.iam import allows, on_table
from tests.support.sam_template import Resources, role_statements
from tests.template.rows import ALLOWED, ALLOWED_PER_EMAIL, COUNT, LIST, READ, WRITE

KEYS = {
    "task": "task#ada@example.com#caller#1",
    "repository": "repository#octocat/site",
    "ledger": "ledger#octocat",
    "caller": "caller#" + 64 * "a",
    "quota": "quota#ada@example.com",
    "tasks": "tasks#ada@example.com#site",
    "": "#task#ada@example.com#site",
    "TASK": "TASK#ada@example.com#site",
}
"""One row of each kind, and of kinds that are none of ours."""
ACTIONS = [
    READ,
    WRITE,
    COUNT,
    LIST,
    *(
        f"dynamodb:{operation}"
        for operation in (
            *("DeleteItem", "Scan", "BatchGetItem", "BatchWriteItem", "ConditionCheckItem"),
            *("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"),
            *("DeleteTable", "UpdateTable", "UpdateTimeToLive", "DescribeTable"),
        )
    ),
]


@pytest.mark.parametrize(
    ("callers_share_one_secret", "expected"), [(True, ALLOWED), (False, ALLOWED_PER_EMAIL)]
)
def test_a_role_reaches_these_rows_in_these_ways_and_no_others(
    resources: Resources,
    callers_share_one_secret: bool,
    expected: dict[tuple[str, str], set[str]],
) -> None:
    conditions = {"CallersShareOneSecret": callers_share_one_secret}
    policies = defaultdict(list)
    for role, statement in role_statements(resources, conditions):
        policies[role].append(statement)
    allowed = {
        (role, kind): {one for one in ACTIONS if allows(statements, one, (key,))}
        for role, statements in policies.items()
        for kind, key in KEYS.items()
    }
    assert {who: what for who, what in allowed.items() if what} == expected


def test_no_role_can_ask_the_table_without_naming_a_partition_key(resources: Resources) -> None:
    """Such a request, like a Scan, would pass every condition on `dynamodb:LeadingKeys`."""
    statements = [one for _, one in role_statements(resources) if on_table(one)]
    assert statements
    named = [one["Action"] for one in statements if one["Resource"] != "*"]
    asked = {action for one in named for action in ([one] if isinstance(one, str) else one)}
    assert asked == {READ, WRITE, COUNT, LIST}
    assert {action for action in ACTIONS if allows(statements, action, ())} == asked


def test_every_key_of_a_request_must_be_of_an_allowed_kind() -> None:
    statement = {
        "Effect": "Allow",
        "Action": READ,
        "Resource": {"Fn::GetAtt": ["Table", "Arn"]},
        "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["task#*", "ledger#*"]}},
    }
    assert allows([statement], READ, ("task#a", "ledger#b"))
    assert not allows([statement], READ, ("task#a", "caller#b"))
    assert allows([statement], READ, ())
    assert not allows([statement], WRITE, ("task#a",))
    elsewhere = {**statement, "Resource": {"Fn::GetAtt": ["Bucket", "Arn"]}}
    assert not allows([elsewhere], READ, ("task#a",))
    with pytest.raises(NotImplementedError):
        allows([{**statement, "Condition": {"StringLike": {"s3:prefix": "x"}}}], READ, ())
