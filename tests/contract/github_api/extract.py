"""Cut what this project uses out of GitHub's published description of its REST API.

By hand, when a request is added or a newer description is wanted:

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    .venv/bin/python -m tests.contract.github_api.extract package

It writes `description.json` beside this file: the operations below with every schema that they
need, without prose and examples. The package is under the MIT licence, as the result says.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

DESCRIPTION = Path(__file__).with_name("description.json")
DESCRIBED = "generated/api.github.com.json"
OPERATIONS = {
    "/app/installations/{installation_id}/access_tokens": ["post"],
    "/orgs/{org}": ["get"],
    "/orgs/{org}/repos": ["get", "post"],
    "/rate_limit": ["get"],
    "/repos/{owner}/{repo}": ["get", "patch", "delete"],
    "/repos/{owner}/{repo}/deployments": ["get"],
    "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses": ["get"],
    "/repos/{owner}/{repo}/pages": ["get", "post", "put"],
    "/repos/{owner}/{repo}/pages/builds/latest": ["get"],
    "/user": ["get"],
    "/user/repos": ["get", "post"],
    "/users/{username}": ["get"],
    "/users/{username}/repos": ["get"],
}
PROSE = {"description", "example", "examples", "title", "externalDocs"}
# The answer that any operation gives where it describes no other.
ALWAYS = ["basic-error"]


class Extract:
    """The chosen operations of one description, and the schemas they refer to."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self._whole = whole
        self._schemas: dict[str, Any] = {}

    def operations(self) -> dict[str, Any]:
        return {
            path: {method: self._operation(path, method) for method in methods}
            for path, methods in OPERATIONS.items()
        }

    def schemas(self) -> dict[str, Any]:
        for name in ALWAYS:
            self._keep(name)
        return dict(sorted(self._schemas.items()))

    def _operation(self, path: str, method: str) -> dict[str, Any]:
        described = self._whole["paths"][path][method]
        kept = {
            "operationId": described["operationId"],
            "parameters": [self._parameter(one) for one in described.get("parameters", [])],
            "responses": {
                status: self._response(one) for status, one in described["responses"].items()
            },
        }
        if "requestBody" in described:
            content = described["requestBody"]["content"]
            kept["requestBody"] = {
                "required": described["requestBody"].get("required", False),
                "schema": self._cut(content["application/json"]["schema"]),
            }
        return kept

    def _parameter(self, parameter: dict[str, Any]) -> dict[str, Any]:
        parameter = self._resolved(parameter)
        kept = {name: parameter[name] for name in ("name", "in", "required") if name in parameter}
        return kept | {"schema": self._cut(parameter["schema"])}

    def _response(self, response: dict[str, Any]) -> dict[str, Any]:
        response = self._resolved(response)
        headers = {
            name: self._cut(self._resolved(header).get("schema", {}))
            for name, header in response.get("headers", {}).items()
        }
        content = response.get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return {
            "headers": headers,
            "schema": None if schema is None else self._cut(schema),
        }

    def _resolved(self, one: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in one:
            return one
        found: Any = self._whole
        for step in one["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        resolved: dict[str, Any] = found
        return resolved

    def _cut(self, schema: Any) -> Any:
        """Without prose; what it refers to is kept, too."""
        if isinstance(schema, list):
            return [self._cut(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            self._keep(schema["$ref"].rsplit("/", 1)[-1])
            return {"$ref": schema["$ref"]}
        return {
            name: {field: self._cut(one) for field, one in value.items()}
            if name == "properties"
            else self._cut(value)
            for name, value in schema.items()
            if name not in PROSE and not name.startswith("x-")
        }

    def _keep(self, name: str) -> None:
        if name not in self._schemas:
            self._schemas[name] = {}  # a schema may refer to itself
            self._schemas[name] = self._cut(self._whole["components"]["schemas"][name])


def main() -> None:
    package = Path(sys.argv[1])
    about = json.loads((package / "package.json").read_text())
    extract = Extract(json.loads((package / DESCRIBED).read_text()))
    paths = extract.operations()
    cut = {
        "source": f"npm {about['name']} {about['version']}, {DESCRIBED}",
        "licence": f"{about['license']}, (c) GitHub, Inc. and Octokit contributors",
        "paths": paths,
        "components": {"schemas": extract.schemas()},
    }
    DESCRIPTION.write_text(json.dumps(cut, indent=1) + "\n")
    print(
        f"{sum(map(len, paths.values()))} operations, {len(cut['components']['schemas'])} schemas"
    )


if __name__ == "__main__":
    main()
