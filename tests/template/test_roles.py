"""Each role's rights, where the local cloud does not show them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.statements import MISSED, UNENFORCED
from tests.support.sam_template import Resources, of_type, role_statements, transformed

Statement = dict[str, Any]


def named(resources: Resources) -> dict[tuple[str, str], Statement]:
    found = {(role, one["Sid"]): one for role, one in role_statements(resources)}
    assert len(found) == len(list(role_statements(resources)))
    return found


def actions(statement: Statement) -> set[str]:
    given = statement["Action"]
    return {given} if isinstance(given, str) else set(given)


def test_every_statement_is_missed_on_the_local_cloud_or_held_here(resources: Resources) -> None:
    assert len(set(MISSED)) == len(MISSED)
    assert not set(MISSED) & set(UNENFORCED)
    assert {*MISSED, *UNENFORCED} == set(named(resources))


def test_what_the_local_cloud_does_not_enforce_says_just_this(resources: Resources) -> None:
    statements = named(resources)
    for name, unenforced in UNENFORCED.items():
        assert actions(statements[name]) == unenforced.actions, name
        assert unenforced.why


def test_a_function_writes_to_its_own_log_group(resources: Resources) -> None:
    statements = named(resources)
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        group = function["LoggingConfig"]["LogGroup"]["Ref"]
        (role, _) = function["Role"]["Fn::GetAtt"]
        assert statements[role, "Logs"]["Resource"] == {"Fn::GetAtt": [group, "Arn"]}, name


def test_the_state_machine_calls_the_two_functions_of_its_definition(resources: Resources) -> None:
    ((_, machine),) = of_type(resources, "AWS::StepFunctions::StateMachine")
    called = list(machine["DefinitionSubstitutions"].values())
    assert len(called) == 2
    assert named(resources)["NotifyStateMachineRole", "Functions"]["Resource"] == called


def test_the_worker_asks_for_nothing_but_sites_that_may_be_missing(resources: Resources) -> None:
    statement = named(resources)["WorkerRole", "MissingSites"]
    assert statement["Resource"] == {"Fn::GetAtt": ["Bucket", "Arn"]}
    assert statement["Condition"] == {"StringLike": {"s3:prefix": "sites/*"}}


def test_the_event_source_may_do_what_lambda_needs_of_a_queue(resources: Resources) -> None:
    """Source: "Using Lambda with Amazon SQS", execution role permissions."""
    granted = actions(named(resources)["WorkerRole", "Queue"])
    assert granted >= {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}


@pytest.mark.parametrize(
    ("callers_share_one_secret", "readers"),
    [
        (True, {"ValidatorRole", "WorkerRole", "PagesCheckerRole"}),
        (False, {"WorkerRole", "PagesCheckerRole"}),
    ],
)
def test_the_secret_is_read_by_those_who_need_one_of_its_values(
    resources: Resources, callers_share_one_secret: bool, readers: set[str]
) -> None:
    conditions = {"CallersShareOneSecret": callers_share_one_secret}
    found = role_statements(resources, conditions)
    reading = {r for r, one in found if "secretsmanager:GetSecretValue" in actions(one)}
    assert reading == readers


def test_callers_share_one_secret_when_the_setting_says_so() -> None:
    template = transformed()
    condition = template["Conditions"]["CallersShareOneSecret"]
    assert condition == {"Fn::Equals": [{"Ref": "CallerSecrets"}, "shared"]}
    assert template["Parameters"]["CallerSecrets"]["AllowedValues"] == ["shared", "per-email"]
