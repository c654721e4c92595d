"""The request of docs/openapi.yaml says what `DeploymentRequest` does."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from deployer.domain.errors import RequestError
from deployer.domain.evaluation_url import EvaluationRules
from deployer.domain.request import DeploymentRequest, parse_request
from tests.support.builders import a_body
from tests.support.description import DOCUMENT, request_errors

LIMITS = {
    "type", "required", "pattern", "minLength", "maxLength", "minimum", "maximum", "maxItems",
}  # fmt: skip
OURS_ALONE = {
    # What the code checks in a function, where pydantic's schema does not show it. The table of
    # values below holds these against the code.
    "evaluation_url": {"pattern", "maxLength"},
    "attachments[].name": {"pattern", "minLength", "maxLength"},
    "attachments[].url": {"pattern"},
}


def limits(schema: dict[str, Any], root: dict[str, Any], path: str = "") -> Iterator[Any]:
    """(path of a field, keyword, value) for everything that bounds a request."""
    if "$ref" in schema:
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    for keyword in sorted(LIMITS & schema.keys()):
        value = schema[keyword]
        if keyword == "type" and isinstance(value, list):
            value = next(kind for kind in value if kind != "null")
        if keyword == "maxLength" and schema.get("type") == "array":
            keyword = "maxItems"  # pydantic's name for it where a tuple comes from a validator
        yield path, keyword, sorted(value) if keyword == "required" else value
    for name, child in schema.get("properties", {}).items():
        yield from limits(child, root, f"{path}.{name}" if path else name)
    for child in [schema["items"]] if "items" in schema else schema.get("anyOf", []):
        yield from limits(child, root, f"{path}[]" if "items" in schema else path)


def test_every_limit_of_the_code_is_described_and_no_other() -> None:
    code = DeploymentRequest.model_json_schema()
    described = copy.deepcopy(DOCUMENT["components"]["schemas"]["DeploymentRequest"])
    described["required"].remove("secret")  # compared at the door, before the model
    del described["properties"]["secret"]
    found = [
        limit
        for limit in limits(described, DOCUMENT)
        if limit[1] not in OURS_ALONE.get(limit[0], ())
    ]
    assert sorted(found, key=str) == sorted(limits(code, code), key=str)


def accepted(body: dict[str, Any]) -> bool:
    try:
        parse_request(body, EvaluationRules())
    except RequestError:
        return False
    return True


def attachments(name: str = "data.csv", url: str = "data:,x") -> dict[str, Any]:
    return {"attachments": [{"name": name, "url": url}]}


def evaluation_url(length: int) -> dict[str, Any]:
    start = "https://example.com/"
    return {"evaluation_url": start + "x" * (length - len(start))}


@pytest.mark.parametrize(
    "change",
    [
        {"checks": None, "attachments": None},
        {"checks": ["x"] * 100},
        {"round": 1000},
        {"nonce": "n" * 256},
        {"brief": "b" * 100_000},
        {"email": "e" * 252 + "@x"},
        {"task": "t" * 100},
        {"colour": "blue"},
        evaluation_url(2048),
        {"evaluation_url": "HTTPS://example.com:8443"},
        attachments("a" * 255),
        attachments("a b/.c/ä.txt"),
        attachments(url="data:text/csv;charset=utf-8;base64,QQ=="),
        attachments(url="https://example.com/a?b=c"),
        {"attachments": [{"name": f"{i}", "url": "data:,"} for i in range(20)]},
    ],
    ids=lambda change: f"{change}"[:40],
)
def test_what_it_allows_is_accepted(change: dict[str, Any]) -> None:
    assert request_errors(a_body(**change)) == []
    assert accepted(a_body(**change))


@pytest.mark.parametrize(
    "change",
    [
        {"checks": ["x"] * 101},
        {"checks": [""]},
        {"checks": [{"js": "x" * 10_001}]},
        {"round": 1001},
        {"round": True},
        {"round": 1.5},
        {"nonce": "n" * 257},
        {"brief": "b" * 100_001},
        {"email": "e" * 253 + "@x"},
        {"email": "a@b@c"},
        {"task": "t" * 101},
        {"task": "-t"},
        evaluation_url(2049),
        {"evaluation_url": "ftp://example.com/"},
        {"evaluation_url": "https://exa mple.com/"},
        attachments(""),
        attachments("a" * 256),
        attachments("/a"),
        attachments(".a"),
        attachments("a\\b"),
        attachments("a\x00b"),
        attachments(url="http://example.com/a"),
        attachments(url="https://exa mple.com/a"),
        attachments(url="data:text/csv"),
        {"attachments": [{"name": f"{i}", "url": "data:,"} for i in range(21)]},
    ],
    ids=lambda change: f"{change}"[:40],
)
def test_what_it_forbids_is_refused(change: dict[str, Any]) -> None:
    assert request_errors(a_body(**change)) != []
    assert not accepted(a_body(**change))
