"""The roles hold nothing to spare: without a statement, what needs it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.conftest import Deployer, eventually

pytestmark = pytest.mark.e2e


@contextmanager
def without(deployer: Deployer, function: str, statement: str) -> Iterator[None]:
    """Take one statement from the role of a function for a while."""
    iam = deployer.aws("iam")
    (role,) = [
        found["RoleName"]
        for found in iam.list_roles()["Roles"]
        if f"{function.capitalize()}Role" in found["RoleName"]
    ]
    whole = iam.get_role_policy(RoleName=role, PolicyName=function)["PolicyDocument"]
    rest = [one for one in whole["Statement"] if one["Sid"] != statement]
    assert len(rest) == len(whole["Statement"]) - 1
    policy = {**whole, "Statement": rest}
    iam.put_role_policy(RoleName=role, PolicyName=function, PolicyDocument=json.dumps(policy))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=function, PolicyDocument=json.dumps(whole))


def denied(deployer: Deployer, deployment_id: str) -> bool:
    """Whether a function was refused something while it worked on the deployment."""
    return any("AccessDenied" in line and deployment_id in line for line in deployer.log_lines())


@pytest.mark.parametrize("statement", ["Records", "Quotas", "Requests", "Queue"])
def test_the_validator_needs_each_statement(deployer: Deployer, statement: str) -> None:
    task = f"validator-{statement.lower()}"
    with without(deployer, "validator", statement):
        answer = deployer.post(deployer.request("round1", task))
    assert answer.status_code == 503
    assert "AccessDenied" in answer.json()["error"]["message"]
    assert answer.headers["Retry-After"]
    assert deployer.status(task).status_code == 404


def test_the_status_needs_its_records(deployer: Deployer) -> None:
    with without(deployer, "status", "Records"):
        answer = deployer.status("any")
    assert answer.status_code == 503
    assert "AccessDenied" in answer.json()["error"]["message"]


@pytest.mark.parametrize("statement", ["Records", "Requests", "Sites", "Notifications"])
def test_the_worker_needs_each_statement_and_goes_on_when_it_is_back(
    deployer: Deployer, statement: str
) -> None:
    task = f"worker-{statement.lower()}"
    with without(deployer, "worker", statement):
        deployment_id = deployer.post(deployer.request("round1", task)).json()["deployment_id"]
        eventually(lambda: denied(deployer, deployment_id), 30)
    assert deployer.wait(task)["state"] == "NOTIFIED"


def test_the_notifier_needs_its_records(deployer: Deployer) -> None:
    with without(deployer, "notifier", "Records"):
        posted = deployer.post(deployer.request("round1", "notifier-records")).json()
        eventually(lambda: denied(deployer, posted["deployment_id"]), 30)
        assert deployer.status("notifier-records").json()["round1"]["state"] == "PUBLISHED"
    assert deployer.wait("notifier-records")["state"] == "NOTIFIED"
    bodies = {one["text"] for one in deployer.received("notifier-records")}
    assert len(bodies) == 1
