"""GitHub's published description, and what in an exchange is not as it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from openapi_schema_validator import OAS30Validator, oas30_format_checker

DESCRIPTION = Path(__file__).with_name("description.json")
# Not described: where GitHub sends on who asks for a renamed repository, and PyGithub asks by id.
BY_ID = re.compile(r"/repositories/\d+(/.*)?")
# Any operation gives these, described or not: the limits, a missing token, a fault of GitHub's.
ANYWHERE = {"401", "403", "404", "429", "500", "502", "503"}
# Any repository may have been renamed.
MOVED = {"301", "307"}
BASIC_ERROR = {"$ref": "#/components/schemas/basic-error"}


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; `status` is None when the connection broke."""

    method: str
    path: str
    query: str
    sent: bytes
    status: int | None
    headers: dict[str, str]
    answered: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


def violations(exchange: Exchange) -> list[str]:
    """Everything that GitHub's description does not know or allow."""
    operation = _operation(exchange)
    if operation is None:
        return [f"{exchange.method} {exchange.path} is not an operation of GitHub's"]
    found = [*_in_query(exchange, operation), *_in_request(exchange, operation)]
    if exchange.status is not None:
        found += _in_answer(exchange, operation)
    return [f"{exchange}: {one}" for one in found]


def operation_id(exchange: Exchange) -> str | None:
    """GitHub's name of the operation."""
    operation = _operation(exchange)
    return None if operation is None else operation["operationId"]


def operations() -> set[str]:
    """Every operation of the extract."""
    paths = _described()["paths"].values()
    return {operation["operationId"] for methods in paths for operation in methods.values()}


@cache
def _described() -> dict[str, Any]:
    described: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    return described


@cache
def _components(*, closed: bool) -> dict[str, Any]:
    components: dict[str, Any] = deepcopy(_described()["components"])
    return _closed(components) if closed else components


def _closed(schema: Any) -> Any:
    """The same schema that knows no other fields than those that it describes."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _closed(value) for name, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


def _operation(exchange: Exchange) -> dict[str, Any] | None:
    path = exchange.path
    if BY_ID.fullmatch(path):
        path = re.sub(r"^/repositories/\d+", "/repos/owner/name", path)
    for template, methods in _described()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            operation: dict[str, Any] | None = methods.get(exchange.method.lower())
            return operation
    return None


def _in_query(exchange: Exchange, operation: dict[str, Any]) -> Iterator[str]:
    known = {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] == "query"}
    for name, value in parse_qsl(exchange.query, keep_blank_values=True):
        if name not in known:
            yield f"the query has {name}, which is not described"
        else:
            number = known[name].get("type") == "integer" and value.isdigit()
            yield from _errors(int(value) if number else value, known[name], closed=True)


def _in_request(exchange: Exchange, operation: dict[str, Any]) -> Iterator[str]:
    described = operation.get("requestBody")
    if not exchange.sent:
        if described and described["required"]:
            yield "the request has no body"
        return
    if described is None:
        yield f"the request has a body, which is not described: {exchange.sent[:80]!r}"
        return
    yield from _errors(json.loads(exchange.sent), described["schema"], closed=True)


def _in_answer(exchange: Exchange, operation: dict[str, Any]) -> Iterator[str]:
    status = str(exchange.status)
    response = operation["responses"].get(status)
    about_repository = exchange.path.startswith(("/repos/", "/repositories/"))
    if response is None and status not in (ANYWHERE | MOVED if about_repository else ANYWHERE):
        yield "this status is not described"
        return
    response = response or {"headers": {}, "schema": BASIC_ERROR}
    sent = {name.lower() for name in exchange.headers}
    for name in response["headers"]:
        # A list of one page has no Link.
        if name.lower() not in sent and name != "Link":
            yield f"the header {name} is missing"
    if response["schema"] is None:
        if exchange.answered:
            yield "the answer has a body"
        return
    if not exchange.headers.get("Content-Type", "").startswith("application/json"):
        yield "the answer is not application/json"
        return
    fine = exchange.status is not None and exchange.status < 300
    yield from _errors(json.loads(exchange.answered), response["schema"], closed=fine)


def _errors(value: Any, schema: dict[str, Any], *, closed: bool) -> Iterator[str]:
    shut = _closed(schema) if closed else schema
    whole = {"allOf": [shut], "components": _components(closed=closed)}
    validator = OAS30Validator(whole, format_checker=oas30_format_checker)
    for error in validator.iter_errors(value):
        yield f"{error.json_path}: {error.message[:300]}"
