"""The real handlers over moto, with the local GitHub, evaluator and model on the wire."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from aws_lambda_powertools.utilities import parameters
from moto import mock_aws

from deployer import bootstrap
from deployer.connections import Connections
from deployer.observability import logger
from functions.notifier import app as notifier
from functions.pages_checker import app as pages_checker
from functions.status import app as status
from functions.validator import app as validator
from functions.worker import app as worker
from local.evaluator.server import RunningEvaluator
from local.evaluator.server import serve as serve_evaluator
from local.github.server import RunningGitHub
from local.github.server import serve as serve_github
from local.model.server import create_app as create_model
from local.serving import serve
from tests.conftest import LambdaContext, load_event
from tests.support.aws import (
    BUCKET,
    SECRET,
    TABLE,
    create_bucket,
    create_queue,
    create_secret,
    create_state_machine,
    create_table,
)


@dataclass
class System:
    """Everything between a caller and a published site, one step at a time."""

    github: RunningGitHub
    evaluator: RunningEvaluator
    github_data: Path
    model_url: str
    queue_url: str
    context: LambdaContext

    def request(self, event: str, **changes: Any) -> dict[str, Any]:
        """An event's request, told to the local evaluator."""
        body = json.loads(load_event(event)["body"])
        return {**body, "evaluation_url": self.evaluator.notify_url, **changes}

    def post(self, body: dict[str, Any] | str) -> tuple[int, dict[str, Any]]:
        event = load_event("round1")
        event["body"] = body if isinstance(body, str) else json.dumps(body)
        return self._answer(validator.handler(event, self.context))

    def status(self, email: str, task: str) -> tuple[int, dict[str, Any]]:
        event = load_event("status")
        event["path"] = f"/api/status/{email}/{task}"
        return self._answer(status.handler(event, self.context))

    def receive(self) -> list[dict[str, Any]]:
        """Messages that SQS would hand to the worker now."""
        received = boto3.client("sqs").receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
        )
        template = load_event("sqs_one_good_one_bad")["Records"][0]
        return [
            {
                **template,
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
            }
            for message in received.get("Messages", [])
        ]

    def model_was_asked(self, text: str) -> bool:
        """True if one of the prompts held `text`."""
        return text in requests.get(f"{self.model_url}/requests", timeout=5).text

    def work(self) -> Any:
        return worker.handler({"Records": self.receive()}, self.context)

    def executions(self) -> list[dict[str, Any]]:
        """The inputs of the executions that were started, oldest first."""
        client = boto3.client("stepfunctions")
        (machine,) = client.list_state_machines()["stateMachines"]
        started = client.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        started.sort(key=lambda execution: execution["startDate"])
        return [
            json.loads(client.describe_execution(executionArn=one["executionArn"])["input"])
            for one in started
        ]

    def look_at_pages(self, execution_input: dict[str, Any]) -> str:
        seen: str = pages_checker.handler(execution_input, self.context)["pages"]
        return seen

    def notify(self, execution_input: dict[str, Any]) -> dict[str, Any]:
        return notifier.handler(execution_input, self.context)

    @staticmethod
    def _answer(response: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return response["statusCode"], json.loads(response["body"])


LogLines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """The functions' log lines since the test began."""
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    handler.setStream(before)


@pytest.fixture
def system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lambda_context: LambdaContext
) -> Iterator[System]:
    with ExitStack() as stack:
        github = stack.enter_context(serve_github(tmp_path / "github"))
        evaluator = stack.enter_context(serve_evaluator(tmp_path / "evaluator"))
        model = stack.enter_context(serve(create_model()))
        stack.enter_context(mock_aws())
        create_table()
        create_bucket()
        create_secret(
            STUDENT_SECRET="local-secret", GITHUB_TOKEN=github.token, OPENAI_API_KEY="any"
        )
        queue_url = create_queue()
        for name, value in {
            "TABLE_NAME": TABLE,
            "BUCKET_NAME": BUCKET,
            "QUEUE_URL": queue_url,
            "SECRET_NAME": SECRET,
            "STATE_MACHINE_ARN": create_state_machine(),
            "MAX_RECEIVE_COUNT": "5",
            "LLM_PROVIDER": "openai",
            "OPENAI_BASE_URL": f"{model}/v1",
            "GITHUB_USERNAME": github.owner,
            "GITHUB_API_URL": github.url,
            "GIT_BASE_URL": github.git_url,
            "PAGES_BASE_URL": github.pages_url,
            "EVALUATION_NETWORK": "local",
            "RETRY_DELAYS": "1,2,4",
            "MAX_RETRY_ATTEMPTS": "3",
        }.items():
            monkeypatch.setenv(name, value)
        bootstrap.connect(Connections())
        parameters.clear_caches()
        yield System(github, evaluator, tmp_path / "github", model, queue_url, lambda_context)
        bootstrap.connect(Connections())
        parameters.clear_caches()
