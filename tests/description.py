"""docs/openapi.yaml, and whether an answer is as it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import requests
import schemathesis
import yaml
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.gateway import Answer

PATH = Path(__file__).parent.parent / "docs/openapi.yaml"
CONFORMANCE = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def load() -> dict[str, Any]:
    description: dict[str, Any] = yaml.safe_load(PATH.read_text())
    return description


class Description:
    """The operations of the description by (method, path)."""

    def __init__(self) -> None:
        self.schema = schemathesis.openapi.from_dict(load())
        found = [result.ok() for result in self.schema.get_all_operations()]
        self.operations = {(one.method.upper(), one.path): one for one in found}

    def mismatches(self, method: str, path: str, answer: Answer) -> list[str]:
        """What an answer of the operation (`path` as in the description) has that it does not say.

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
