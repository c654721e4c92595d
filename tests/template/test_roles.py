"""What each role may do, where the local cloud does not show it."""

from __future__ import annotations

from typing import Any

from tests.e2e.statements import MISSED, UNENFORCED
from tests.sam_template import Resources, of_type, role_statements

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


def test_no_function_but_the_worker_and_the_pages_checker_reads_a_token(
    resources: Resources,
) -> None:
    readers = {role for (role, sid) in named(resources) if sid == "Secret"}
    assert readers == {"ValidatorRole", "WorkerRole", "PagesCheckerRole"}
