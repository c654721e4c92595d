"""docs/openapi.yaml by itself, and against the template and the code that it describes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import openapi_spec_validator
import pytest

from deployer import __version__
from deployer.adapters.api_gateway import ANSWERS
from deployer.domain.notification import NotificationState, Payload
from deployer.domain.publication import PagesState
from deployer.domain.round import State
from tests.conftest import EVENTS
from tests.support.description import DOCUMENT, Description, errors, request_errors
from tests.support.gateway import gateway_answers, routes

SCHEMAS = DOCUMENT["components"]["schemas"]


def test_the_description_is_valid_openapi() -> None:
    openapi_spec_validator.validate(DOCUMENT)


def test_it_has_the_version_of_the_package() -> None:
    assert DOCUMENT["info"]["version"] == __version__


def test_it_has_the_routes_of_the_template_and_no_others(description: Description) -> None:
    assert set(description.operations) == set(routes())


def media_types(node: Any) -> Iterator[dict[str, Any]]:
    """Every media type object of the description."""
    if isinstance(node, dict):
        yield from node.get("content", {}).values() if "schema" not in node else ()
        for value in node.values():
            yield from media_types(value)


def examples(media: dict[str, Any]) -> list[Any]:
    several = [example["value"] for example in media.get("examples", {}).values()]
    return [media["example"], *several] if "example" in media else several


@pytest.mark.parametrize(
    ("schema", "example"),
    [(media["schema"], one) for media in media_types(DOCUMENT) for one in examples(media)],
)
def test_every_example_is_as_its_schema_says(schema: dict[str, Any], example: Any) -> None:
    assert errors(schema, example) == []


def test_every_body_has_an_example() -> None:
    assert all(examples(media) for media in media_types(DOCUMENT))


@pytest.mark.parametrize("event", ["round1", "round2", "bad_secret"])
def test_the_sample_events_send_what_it_describes(event: str) -> None:
    body = json.loads((EVENTS / f"{event}.json").read_text())["body"]
    assert request_errors(json.loads(body)) == []


def test_the_sample_event_with_invalid_fields_is_invalid_by_the_description_too() -> None:
    body = json.loads((EVENTS / "invalid_fields.json").read_text())["body"]
    assert len(request_errors(json.loads(body))) == 5


def codes(operation: dict[str, Any]) -> dict[str, str]:
    """Status → the error code of its example."""
    found = {}
    for status, response in operation["responses"].items():
        if "$ref" in response:
            response = DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]]
        example = response["content"]["application/json"].get("example", {})
        if "error" in example:
            found[status] = example["error"]["code"]
    return found


def test_post_has_an_answer_for_every_error_of_ours() -> None:
    described = codes(DOCUMENT["paths"]["/api/deploy"]["post"])
    assert {(str(status), code) for status, code in ANSWERS.values()} <= set(described.items())


@pytest.mark.parametrize("name", sorted(gateway_answers()))
def test_what_the_gateway_answers_by_itself_is_described(
    description: Description, name: str
) -> None:
    answer = gateway_answers()[name]
    if name == "MISSING_AUTHENTICATION_TOKEN":
        assert errors(SCHEMAS["Error"], answer.json()) == []
    else:
        assert description.mismatches("POST", "/api/deploy", answer) == []


def test_the_notification_has_the_fields_that_are_sent() -> None:
    fields = [field.name for field in dataclasses.fields(Payload)]
    assert SCHEMAS["Notification"]["required"] == fields
    assert list(SCHEMAS["Notification"]["properties"]) == fields


def test_the_status_has_the_states_of_the_code() -> None:
    round_ = SCHEMAS["Round"]["properties"]
    assert round_["state"]["enum"] == [state.value for state in State]
    assert round_["pages"]["enum"] == [*(state.value for state in PagesState), None]
    notification = round_["notification"]["properties"]
    assert notification["state"]["enum"] == [state.value for state in NotificationState]
