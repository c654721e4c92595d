"""Secrets that are planted, looked for everywhere after runs that went wrong in every way."""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
import requests
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters import base

from deployer.adapters.secrets import MAX_AGE_SECONDS
from deployer.observability import logger
from functions.worker import app as worker
from local.github.faults import FaultRule
from tests.integration.conftest import LogLines, System
from tests.support.aws import BUCKET, SECRET, TABLE

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
EMAIL, TASK = "student@example.com", "sum-of-sales-a1b2c"
STUDENT = 'canary student-7f3a "quoted" wörd'
TOKEN = "github_pat_" + "11CANARY0" + "x7Kq9" * 10
KEY = "canary-model-key-5d81c2"
GUESS = "canary-wrong-secret-44e0"
SENDERS = ("botocore", "dulwich", "github", "httpcore", "httpx", "openai", "requests", "urllib3")
PLANTED = {"STUDENT_SECRET": STUDENT, "GITHUB_TOKEN": TOKEN, "OPENAI_API_KEY": KEY}


def keep(**values: str) -> None:
    boto3.client("secretsmanager").put_secret_value(
        SecretId=SECRET, SecretString=json.dumps(values)
    )


@dataclass
class Search:
    """Texts that callers and the state machine got, and the places to look besides."""

    system: System
    said: list[Any] = field(default_factory=list)

    def post(self, event: str, **changes: Any) -> int:
        return self.send({**self.system.request(event, secret=STUDENT), **changes})

    def send(self, body: dict[str, Any] | str) -> int:
        status, answer = self.system.post(body)
        self.said.append(answer)
        return status

    def work(self) -> None:
        messages = self.system.receive()
        assert messages
        outcome = worker.handler({"Records": messages}, self.system.context)
        self.said += [messages, outcome, self.system.status(EMAIL, TASK)]

    def deliver(self) -> str:
        execution = self.system.executions()[-1]
        self.said.append(self.system.look_at_pages(execution))
        outcome = self.system.notify(execution)
        self.said.append(outcome)
        return str(outcome["outcome"])

    def places(self, logged: str) -> Iterator[tuple[str, str]]:
        """Every place where something of ours is kept or told, as text."""
        yield "log", logged
        yield "answers, messages and outcomes", text_of(self.said)
        yield "table", text_of(boto3.client("dynamodb").scan(TableName=TABLE)["Items"])
        s3 = boto3.client("s3")
        for stored in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
            body = s3.get_object(Bucket=BUCKET, Key=stored["Key"])["Body"].read()
            yield stored["Key"], body.decode(errors="replace")
        yield "state machine", text_of(self.system.executions())
        yield "prompts", requests.get(f"{self.system.model_url}/requests", timeout=5).text
        yield (
            "notifications",
            requests.get(f"{self.system.evaluator.url}/notifications", timeout=5).text,
        )
        for repository in (self.system.github_data / "repositories").rglob("*.git"):
            command = ["git", "-C", str(repository), "log", "--all", "-p", "--format=raw"]
            yield (
                str(repository),
                subprocess.run(command, check=True, capture_output=True, text=True).stdout,
            )


def text_of(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)


def forms(secret: str) -> set[str]:
    """A secret as it is, and as JSON and a repr write it, once and again."""
    once = {write(secret)[1:-1] for write in (json.dumps, text_of, repr, ascii)}
    return {secret} | once | {write(one)[1:-1] for write in (json.dumps, text_of) for one in once}


def log_outright(secret: str) -> None:
    """Log a secret, as none of our lines does: the formatter must take it out."""
    logger.info(f"told {secret}", extra={"told": secret, "body": json.dumps(secret)})
    logger.warning("told %r", secret)
    try:
        int(secret)
    except ValueError:  # it repeats what it was given
        logger.exception("told")


@pytest.fixture
def search(system: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[Search]:
    # Each failure is the last one, and its reason goes into the record.
    monkeypatch.setenv("MAX_RECEIVE_COUNT", "1")
    keep(**PLANTED)
    parameters.clear_caches()
    accounts = system.github.double.accounts
    system.github.double.accounts = replace(accounts, token=TOKEN)
    level = logger.log_level
    logger.setLevel(logging.DEBUG)
    yield Search(system)
    logger.setLevel(level)


def misbehave(system: System, behaviour: str, times: int) -> None:
    body = {"behaviour": behaviour, "times": times}
    requests.post(f"{system.model_url}/control", json=body, timeout=5).raise_for_status()


REPEATS = FaultRule("*", 500, times=3, message=f"no: Bearer {TOKEN}, token {TOKEN}")
REFUSED_BODIES = (
    json.dumps({"secret": STUDENT})[:-3],
    json.dumps([STUDENT]),
    json.dumps({STUDENT: STUDENT}),
    json.dumps({"secret": {"value": STUDENT}, "email": STUDENT, "task": STUDENT, "round": STUDENT}),
    json.dumps({"secret": STUDENT, "checks": [{STUDENT: 1}], "attachments": [{"url": STUDENT}]}),
    f"{STUDENT}\x00",
)


def test_no_planted_secret_is_found_anywhere_after_runs_that_went_wrong(
    search: Search, log_lines: LogLines, capfd: pytest.CaptureFixture[str]
) -> None:
    system = search.system
    # GIVEN callers who put the secret in odd places, or guess
    for body in REFUSED_BODIES:
        assert search.send(body) == 400
    for url in (f"https://x:{STUDENT}@example.com/", f"ftp://{STUDENT}"):
        assert search.post("round1", evaluation_url=url) == 400
    assert search.post("round1", secret=GUESS) == 403

    # AND a model that fails, and repeats the key that it was sent
    misbehave(system, "echo", 2)
    search.post("round1", nonce="echo")
    search.work()
    misbehave(system, "error", 9)
    search.post("round1", nonce="error")
    search.work()
    misbehave(system, "error", 0)

    # AND a GitHub that refuses, fails and repeats the token, on every path
    for number, fault in enumerate([401, 500, 403, 422]):
        system.github.double.faults.replace(replace(REPEATS, answer=fault))
        search.post("round1", nonce=f"github-{number}")
        search.work()
        system.github.double.faults.replace()

    # AND an evaluator that does not want to know, before both rounds are through
    search.post("round1", nonce="through")
    search.work()
    requests.post(f"{system.evaluator.url}/fail", json={"times": 1}, timeout=5)
    system.github.double.faults.replace(REPEATS)
    assert search.deliver() == "retry"
    system.github.double.faults.replace()
    assert search.deliver() == "delivered"
    search.post("round2")
    search.work()
    assert search.deliver() == "delivered"

    # AND a line that says each secret outright
    for secret in PLANTED.values():
        log_outright(secret)

    # THEN all of it was logged, and no planted secret is anywhere
    printed = "".join(capfd.readouterr())
    lines = log_lines()
    assert [line for line in lines if "exception" in line]
    found = [
        (place, name)
        for place, text in search.places(text_of(lines) + printed)
        for name, secret in {**PLANTED, "guess": GUESS}.items()
        if any(form in text for form in forms(secret))
    ]
    assert found == []
    # AND the log level is ours only: the libraries that send the secrets do not show what they send
    assert [name for name in SENDERS if logging.getLogger(name).isEnabledFor(logging.DEBUG)] == []


def test_rotated_secrets_are_used_within_a_minute_by_the_same_process(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a process that has read the secrets
    assert search.post("round1") == 200
    # WHEN all of them change
    accounts = search.system.github.double.accounts
    search.system.github.double.accounts = replace(accounts, token="another-token")
    keep(STUDENT_SECRET="another-secret", GITHUB_TOKEN="another-token", OPENAI_API_KEY="another")
    assert search.post("round1", nonce="early", secret="another-secret") == 403
    # THEN a minute later the old ones are not used any more
    monkeypatch.setattr(base, "datetime", _AMinuteLater)
    assert search.post("round1", nonce="old") == 403
    assert search.post("round1", nonce="new", secret="another-secret") == 200
    search.work()
    _, told = search.system.status(EMAIL, TASK)
    assert told["round1"]["state"] == "PUBLISHED"


class _AMinuteLater(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.now(tz) + timedelta(seconds=MAX_AGE_SECONDS + 1)
