"""API Gateway in this process: template.yaml's routes to the real handlers, and its own answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from aws_lambda_powertools.utilities import parameters
from moto import mock_aws
from samtranslator.yaml_helper import yaml_parse

from deployer import bootstrap
from deployer.connections import Connections
from functions.status import app as status
from functions.validator import app as validator
from tests.conftest import LambdaContext, load_event
from tests.support import aws

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
HANDLERS = {"ValidatorFunction": validator.handler, "StatusFunction": status.handler}
BODY_LIMIT = 10 * 1024 * 1024
STAGE = "dev"
STUDENT_SECRET = "local-secret"
"""As in events/."""
Route = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    """The answer that a caller gets. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def routes() -> dict[Route, str]:
    """(method, path) → the function that template.yaml gives it."""
    return {
        (event["Properties"]["Method"].upper(), event["Properties"]["Path"]): name
        for name, resource in _resources().items()
        if resource["Type"] == "AWS::Serverless::Function"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "Api"
    }


def gateway_answers() -> dict[str, Answer]:
    """The gateway's own answers in template.yaml, by CloudFormation's name for each."""
    usual = {"DEFAULT_4XX": 400, "DEFAULT_5XX": 504}
    return {
        name: Answer(
            given.get("StatusCode") or usual[name],
            {
                "content-type": "application/json",
                **{
                    header.lower(): value.strip("'")
                    for header, value in given.get("ResponseParameters", {})
                    .get("Headers", {})
                    .items()
                },
            },
            given["ResponseTemplates"]["application/json"]
            .replace("$context.error.messageString", '"Bad Request"')
            .encode(),
        )
        for name, given in _resources()["Api"]["Properties"]["GatewayResponses"].items()
    }


class Gateway:
    """Call it with what a client sends. What a handler raises comes out as it is."""

    def __init__(self) -> None:
        self._routes = {
            (method, _pattern(path)): (path, HANDLERS[name])
            for (method, path), name in routes().items()
        }
        self.own = gateway_answers()
        self._template = load_event("round1")

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> Answer:
        """`path` is as it is on the wire; `changes` are fields of the proxy event."""
        if len(body) > BODY_LIMIT:
            return self.own["REQUEST_TOO_LARGE"]
        path, _, query = path.partition("?")
        for (route_method, pattern), (resource, handler) in self._routes.items():
            found = pattern.fullmatch(path)
            if found and route_method == method:
                event = self._event(method, path, body, headers or {})
                event["resource"] = resource
                event["pathParameters"] = {k: unquote(v) for k, v in found.groupdict().items()}
                event["queryStringParameters"] = dict(parse_qsl(query)) or None
                return _invoke(handler, event | dict(changes or {}))
        return self.own["MISSING_AUTHENTICATION_TOKEN"]

    def _event(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """The proxy event. Without a binary media type the gateway makes text of every body."""
        headers = {**self._template["headers"], **headers}
        return {
            **self._template,
            "path": path,
            "httpMethod": method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "requestContext": {
                **self._template["requestContext"],
                "path": f"/{STAGE}{path}",
                "stage": STAGE,
                "httpMethod": method,
            },
            "body": body.decode("utf-8", "replace") or None,
        }

    def wsgi(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        """The same as a WSGI application."""
        headers = {
            name[5:].replace("_", "-").title(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        answer = self(
            environ["REQUEST_METHOD"],
            environ["REQUEST_URI"].removeprefix(f"/{STAGE}"),  # as links of the API carry it
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
            headers | {"Content-Type": environ.get("CONTENT_TYPE", "")},
        )
        phrase = HTTPStatus(answer.status).phrase
        start_response(f"{answer.status} {phrase}", list(answer.headers.items()))
        return [answer.body]


def _invoke(handler: Callable[[dict[str, Any], Any], dict[str, Any]], event: Any) -> Answer:
    """The handler's answer. Events and answers go as JSON, as they do to and from a Lambda."""
    given = json.loads(json.dumps(handler(json.loads(json.dumps(event)), LambdaContext())))
    headers = {name.lower(): values[-1] for name, values in given["multiValueHeaders"].items()}
    return Answer(given["statusCode"], headers, (given["body"] or "").encode())


@contextmanager
def running() -> Iterator[Gateway]:
    """A gateway before handlers that have a table, a bucket, a queue and a secret of their own."""
    with mock_aws(), pytest.MonkeyPatch.context() as environment:
        aws.create_table()
        aws.create_bucket()
        aws.create_secret(STUDENT_SECRET=STUDENT_SECRET)
        settings = {
            "TABLE_NAME": aws.TABLE,
            "BUCKET_NAME": aws.BUCKET,
            "QUEUE_URL": aws.create_queue(),
            "SECRET_NAME": aws.SECRET,
            "LLM_PROVIDER": "openai",
            "QUOTA_PER_MINUTE": "0",
        }
        for name, value in settings.items():
            environment.setenv(name, value)
        bootstrap.connect(Connections())
        parameters.clear_caches()
        try:
            yield Gateway()
        finally:
            bootstrap.connect(Connections())
            parameters.clear_caches()


def _resources() -> dict[str, Any]:
    resources: dict[str, Any] = yaml_parse(TEMPLATE.read_text())["Resources"]
    return resources


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))
