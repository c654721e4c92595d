"""Planted secrets on the local cloud: where only a whole cloud keeps something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.github.app import TOKEN
from local.stack import STACK
from tests.e2e.conftest import Deployer

pytestmark = pytest.mark.e2e
TASK = "planted"
STUDENT = "canary-student-on-the-cloud-7f3a"
KEY = "canary-model-key-on-the-cloud-5d81"
FUNCTIONS = ("validator", "worker", "notifier", "pages-checker", "status")


@pytest.fixture
def planted(deployer: Deployer) -> Iterator[Deployer]:
    """Planted secrets, read by new processes that log everything."""
    keeper = deployer.aws("secretsmanager")
    name = deployer.endpoints["stack"]["SecretName"]
    before = keeper.get_secret_value(SecretId=name)["SecretString"]
    values = {**json.loads(before), "STUDENT_SECRET": STUDENT, "OPENAI_API_KEY": KEY}
    keeper.put_secret_value(SecretId=name, SecretString=json.dumps(values))
    set_log_level(deployer, "DEBUG")
    yield deployer
    keeper.put_secret_value(SecretId=name, SecretString=before)
    set_log_level(deployer, "INFO")


def set_log_level(deployer: Deployer, level: str) -> None:
    client = deployer.aws("lambda")
    for function in FUNCTIONS:
        name = f"{STACK}-{function}"
        kept = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        levels = {"LOG_LEVEL": level, "POWERTOOLS_LOG_LEVEL": level}
        variables = {"Variables": {**kept, **levels}}
        client.update_function_configuration(FunctionName=name, Environment=variables)


def kept(deployer: Deployer) -> Iterator[tuple[str, str]]:
    """Every place of the cloud that keeps something of a deployment, as text."""
    stack: dict[str, str] = deployer.endpoints["stack"]
    yield "logs", "\n".join(deployer.log_lines())
    yield "table", text_of(deployer.aws("dynamodb").scan(TableName=stack["TableName"])["Items"])
    s3 = deployer.aws("s3")
    for stored in s3.list_objects_v2(Bucket=stack["BucketName"])["Contents"]:
        body = s3.get_object(Bucket=stack["BucketName"], Key=stored["Key"])["Body"].read()
        yield stored["Key"], body.decode(errors="replace")
    machine = deployer.aws("stepfunctions")
    found = machine.list_executions(stateMachineArn=stack["StateMachineArn"])["executions"]
    for one in found:
        history = machine.get_execution_history(executionArn=one["executionArn"])["events"]
        yield one["name"], text_of(history)
    yield "notifications", text_of(deployer.received(TASK))
    yield "status", deployer.status(TASK).text


def text_of(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)


def test_no_planted_secret_is_kept_after_a_round_in_which_all_failed(planted: Deployer) -> None:
    github = planted.endpoints["github_api_url"]
    rule = {"path": "/user/repos", "answer": 500, "message": f"token {TOKEN}: Bearer {TOKEN}"}
    # GIVEN a model and a GitHub that fail once and repeat what they were sent, and an evaluator
    model = planted.endpoints["llm_url"].removesuffix("/v1")
    requests.post(f"{model}/control", json={"behaviour": "echo", "times": 1}, timeout=10)
    requests.post(f"{github}/_control", json={"faults": [rule]}, timeout=10)
    requests.post(f"{planted.endpoints['evaluator_url']}/fail", json={"times": 1}, timeout=10)

    # WHEN a round comes through all that, and rubbish that holds the secret is refused
    body = planted.request("round1", TASK, secret=STUDENT, brief="Show what the time is.")
    assert planted.post(body).status_code == 200
    assert planted.post(json.dumps(body)[:-1]).status_code == 400
    assert planted.post({**body, "round": STUDENT}).status_code == 400
    assert planted.wait(TASK, seconds=240)["state"] == "NOTIFIED"

    # THEN what was repeated was logged without the secret, and none of the three is anywhere
    assert planted.logged("the key [secret] is not known here")
    secrets = (STUDENT, KEY, TOKEN)
    found = [(place, one) for place, text in kept(planted) for one in secrets if one in text]
    assert found == []
