"""The template as CloudFormation gets it: SAM's transform, without AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
Resources = dict[str, dict[str, Any]]
# `sam package` puts these addresses in; the transform wants them to be there.
PACKAGED = {
    "AWS::Serverless::Function": ("CodeUri", "s3://bucket/function.zip"),
    "AWS::Serverless::LayerVersion": ("ContentUri", "s3://bucket/layer.zip"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "s3://bucket/definition.json"),
}


class _NoManagedPolicies:
    """The template uses none of SAM's policy templates, so their names need not be looked up."""

    def load(self) -> dict[str, str]:
        return {}


@cache
def transformed() -> dict[str, Any]:
    """Not to be changed: everybody gets the same one."""
    parsed = yaml_parse(TEMPLATE.read_text())
    for resource in parsed["Resources"].values():
        if resource["Type"] in PACKAGED:
            name, address = PACKAGED[resource["Type"]]
            resource["Properties"][name] = address
    values = {"AWS::Region": "us-east-1", "AWS::Partition": "aws"}
    template: dict[str, Any] = transform(parsed, values, _NoManagedPolicies())
    return template


def of_type(resources: Resources, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and properties of each resource of a type, of which there is at least one."""
    found = [(n, r["Properties"]) for n, r in resources.items() if r["Type"] == kind]
    assert found, kind
    yield from found


def role_statements(
    resources: Resources, conditions: Mapping[str, bool] | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each policy statement of each role, with the role's name.

    `conditions`: what the template's conditions are; without it, every statement that may be there.
    """
    for name, role in of_type(resources, "AWS::IAM::Role"):
        for policy in role.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                for one in _alternatives(statement, conditions):
                    yield name, one


def _alternatives(
    statement: dict[str, Any], conditions: Mapping[str, bool] | None
) -> list[dict[str, Any]]:
    if "Fn::If" not in statement:
        return [statement]
    condition, then, otherwise = statement["Fn::If"]
    if conditions is None:
        return [then, otherwise]
    return [then if conditions[condition] else otherwise]
