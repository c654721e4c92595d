"""docs/openapi.yaml, and whether an answer is as it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import requests
import schemathesis
import yaml
from openapi_schema_validator import OAS31Validator
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.gateway import Answer

PATH = Path(__file__).parents[2] / "docs/openapi.yaml"
CONFORMANCE = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def load() -> dict[str, Any]:
    description: dict[str, Any] = yaml.safe_load(PATH.read_text())
    return description


DOCUMENT = load()


def errors(schema: dict[str, Any], value: Any) -> list[str]:
    """Faults of `value` by a schema of the description, formats included."""
    validator = OAS31Validator(
        schema | {"components": DOCUMENT["components"]},
        format_checker=jsonschema.FormatChecker(),
    )
    return [error.message for error in validator.iter_errors(value)]


def request_errors(body: Any) -> list[str]:
    """Faults of a POST's body."""
    return errors({"$ref": "#/components/schemas/DeploymentRequest"}, body)


class Description:
    """The operations of the description by (method, path)."""

    def __init__(self) -> None:
        self.schema = schemathesis.openapi.from_dict(DOCUMENT)
        found = [result.ok() for result in self.schema.get_all_operations()]
        self.operations = {(one.method.upper(), one.path): one for one in found}

    def operation_of(self, method: str, path: str) -> str | None:
        """The path, as in the description, of the operation that a request on the wire is for."""
        asked = path.partition("?")[0]
        for known_method, known in self.operations:
            pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(known))
            if known_method == method and re.fullmatch(pattern, asked):
                return known
        return None

    def mismatches(self, method: str, path: str, answer: Answer) -> list[str]:
        """Parts of an answer that its operation (`path` as in the description) does not describe.

        Status code, content type, headers and body are held against it.
        """
        response = schemathesis.Response(
            status_code=answer.status,
            headers={name: [value] for name, value in answer.headers.items()},
            content=answer.body,
            request=requests.Request(method, f"http://127.0.0.1{path}").prepare(),
            elapsed=0,
            verify=False,
        )
        case = self.operations[method, path].Case(
            path_parameters=dict.fromkeys(re.findall(r"{(\w+)}", path), "any")
        )
        try:
            case.validate_response(response, checks=CONFORMANCE)
        except FailureGroup as failures:
            return [f"{one.title}: {one.message}" for one in failures.exceptions]
        return []
