"""The roles hold nothing to spare: without a statement, what needs it fails."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from local.stack import STACK
from tests.e2e.conftest import Deployer, eventually
from tests.e2e.statements import MISSED

pytestmark = pytest.mark.e2e
DENIED_SECONDS = 90
"""Three functions may have to start, one after the other, on a busy machine."""
BROWSER = ("Candidates", "Browser")
"""Rights that the worker does not wait for: without them, checks stay open."""
UNREADABLE = "cannot be read (GetParameterError)"


def missed(role: str, *left_out: str) -> list[str]:
    """The statements of a role that the next test takes away in turn."""
    return [name for owner, name in MISSED if owner == role and name not in left_out]


@contextmanager
def without(deployer: Deployer, role: str, statement: str) -> Iterator[None]:
    """Take one statement from a role for a while."""
    iam = deployer.aws("iam")
    names = [found["RoleName"] for found in iam.list_roles()["Roles"]]
    (name,) = [found for found in names if found.startswith(f"{STACK}-{role}-")]
    (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
    whole = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    rest = [one for one in whole["Statement"] if one["Sid"] != statement]
    assert len(rest) == len(whole["Statement"]) - 1
    less = json.dumps({**whole, "Statement": rest})
    iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=less)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(whole))


def forget_secret(deployer: Deployer, function: str) -> None:
    """Have the function's next call begin a new process, which has read nothing yet."""
    client = deployer.aws("lambda")
    name = f"{STACK}-{function}"
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    anew = {"Variables": {**variables, "PROCESS": uuid.uuid4().hex}}
    client.update_function_configuration(FunctionName=name, Environment=anew)


@pytest.mark.parametrize("statement", missed("ValidatorRole", "Secret"))
def test_the_validator_needs_each_statement(deployer: Deployer, statement: str) -> None:
    task = f"validator-{statement.lower()}"
    with without(deployer, "ValidatorRole", statement):
        answer = deployer.post(deployer.request("round1", task))
    assert answer.status_code == 503
    assert "AccessDenied" in answer.json()["error"]["message"]
    assert answer.headers["Retry-After"]
    assert deployer.status(task).status_code == 404


def test_the_validator_needs_the_secret(deployer: Deployer) -> None:
    with without(deployer, "ValidatorRole", "Secret"):
        forget_secret(deployer, "validator")
        answer = deployer.post(deployer.request("round1", "validator-secret"))
    assert answer.status_code == 503
    assert UNREADABLE in answer.json()["error"]["message"]
    assert deployer.post(deployer.request("round1", "validator-secret")).status_code == 200


@pytest.mark.parametrize("statement", missed("StatusRole", "Pictures"))
def test_the_status_needs_its_rounds(deployer: Deployer, statement: str) -> None:
    with without(deployer, "StatusRole", statement):
        answer = deployer.status("any")
    assert answer.status_code == 503
    assert "AccessDenied" in answer.json()["error"]["message"]


@pytest.mark.parametrize("statement", missed("WorkerRole", "Queue", *BROWSER))
def test_the_worker_needs_each_statement_and_goes_on_when_it_is_back(
    deployer: Deployer, statement: str
) -> None:
    task = f"worker-{statement.lower()}"
    denial = UNREADABLE if statement == "Secret" else "AccessDenied"
    with without(deployer, "WorkerRole", statement):
        if statement == "Secret":
            forget_secret(deployer, "worker")
        deployment_id = deployer.post(deployer.request("round1", task)).json()["deployment_id"]
        eventually(lambda: deployer.logged(denial, deployment_id), DENIED_SECONDS)
    assert deployer.wait(task)["state"] == "NOTIFIED"


def test_the_worker_needs_its_queue_to_wait(deployer: Deployer) -> None:
    """Its right to receive is the event source's to use, which the emulator does not check."""
    control = f"{deployer.endpoints['llm_url'].removesuffix('/v1')}/control"
    requests.post(control, json={"behaviour": "rate_limit", "times": 1}, timeout=10)
    with without(deployer, "WorkerRole", "Queue"):
        body = deployer.request("round1", "worker-queue", brief="Show the time of day.")
        deployment_id = deployer.post(body).json()["deployment_id"]
        eventually(lambda: deployer.logged("SQS: AccessDenied", deployment_id), DENIED_SECONDS)


@pytest.mark.parametrize("statement", missed("NotifierRole"))
def test_the_notifier_needs_its_records(deployer: Deployer, statement: str) -> None:
    task = f"notifier-{statement.lower()}"
    before = set(deployer.log_lines("notifier"))
    with without(deployer, "NotifierRole", statement):
        deployer.post(deployer.request("round1", task))
        eventually(lambda: said_since(deployer, "notifier", before, "AccessDenied"), DENIED_SECONDS)
        assert deployer.status(task).json()["round1"]["state"] == "PUBLISHED"
    assert deployer.wait(task)["state"] == "NOTIFIED"
    assert len({one["text"] for one in deployer.received(task)}) == 1


@pytest.mark.parametrize("statement", missed("PagesCheckerRole"))
def test_the_pages_checker_needs_each_statement_and_goes_on_when_it_is_back(
    deployer: Deployer, statement: str
) -> None:
    task = f"pages-{statement.lower()}"
    denial = UNREADABLE if statement == "Secret" else "AccessDenied"
    before = set(deployer.log_lines("pages-checker"))
    with without(deployer, "PagesCheckerRole", statement):
        if statement == "Secret":
            forget_secret(deployer, "pages-checker")
        deployer.post(deployer.request("round1", task))
        eventually(lambda: said_since(deployer, "pages-checker", before, denial), DENIED_SECONDS)
        assert deployer.status(task).json()["round1"]["pages"] is None
    entry = deployer.wait(task)
    assert (entry["state"], entry["pages"]) == ("NOTIFIED", "live")


def said_since(deployer: Deployer, function: str, before: set[str], words: str) -> bool:
    """True if a function that does not log its exceptions itself has ended with these words."""
    return any(words in line for line in set(deployer.log_lines(function)) - before)
