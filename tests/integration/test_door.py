"""The door over real AWS adapters: callers, quotas, and what a status may say."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities import parameters

from deployer import bootstrap
from deployer.adapters.dynamodb.callers import DynamoDBCallerSecrets
from deployer.connections import Connections
from functions.validator import app as validator
from operate.callers import give
from tests.conftest import load_event
from tests.integration.conftest import LogLines, System
from tests.support.aws import SECRET, TABLE

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


def settings(monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    bootstrap.connect(Connections())


def rotate(**values: str) -> None:
    client = boto3.client("secretsmanager")
    kept = json.loads(client.get_secret_value(SecretId=SECRET)["SecretString"])
    client.put_secret_value(SecretId=SECRET, SecretString=json.dumps(kept | values))
    parameters.clear_caches()


def test_a_rotation_lets_both_secrets_in_and_then_one(system: System) -> None:
    rotate(STUDENT_SECRET="new-secret", STUDENT_SECRET_PREVIOUS="local-secret")
    assert system.post(system.request("round1"))[0] == 200
    assert system.post(system.request("round1", secret="new-secret"))[0] == 200
    rotate(STUDENT_SECRET_PREVIOUS="")
    assert system.post(system.request("round1"))[0] == 403


def test_with_a_secret_for_each_e_mail_nobody_speaks_for_another(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, CALLER_SECRETS="per-email")
    callers = DynamoDBCallerSecrets(TABLE)
    first, others = give(callers, "student@example.com"), give(callers, "other@example.com")
    second = give(callers, "student@example.com")
    third = give(callers, "student@example.com")
    answers = {
        secret: system.post(system.request("round1", secret=secret))[0]
        for secret in ("local-secret", others, first, second, third)
    }
    assert list(answers.values()) == [403, 403, 403, 200, 200]
    stored = str(boto3.client("dynamodb").scan(TableName=TABLE)["Items"])
    assert not [secret for secret in (first, second, third, others) if secret in stored]


def test_above_the_quota_it_is_429_with_retry_after_and_known_requests_are_free(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, QUOTA_PER_MINUTE="0", QUOTA_PER_DAY="2")
    for _ in range(3):
        assert system.post(system.request("round1"))[0] == 200
    assert system.post(system.request("round1", task="another"))[0] == 200

    event = load_event("round1")
    event["body"] = json.dumps(system.request("round1", task="a-third"))
    refused = validator.handler(event, system.context)
    assert refused["statusCode"] == 429
    assert json.loads(refused["body"])["error"]["code"] == "too_many_requests"
    (seconds,) = refused["multiValueHeaders"]["Retry-After"]
    assert 0 < int(seconds) <= 24 * 3600
    assert system.status("student@example.com", "a-third")[0] == 404
    assert system.post(system.request("round1", email="other@example.com"))[0] == 200


@pytest.mark.parametrize("secret", ["CANARY-wrong-secret", "local-secret"])
def test_a_presented_secret_is_in_no_log_line_and_no_row(
    system: System, log_lines: LogLines, secret: str
) -> None:
    changes: list[dict[str, Any]] = [{}, {"round": 0}, {"email": secret, "round": 7}, {"round": 9}]
    for change in changes:
        system.post(system.request("round1", secret=secret, **change))
    lines = log_lines()
    assert len(lines) >= len(changes)
    assert secret not in json.dumps(lines)
    assert secret not in str(boto3.client("dynamodb").scan(TableName=TABLE)["Items"])
