"""The table of providers and everything that is written once for each of them."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from deployer.domain.providers import PROVIDERS, Provider
from tests.support.sam_template import TEMPLATE, Resources, transformed

ROOT = TEMPLATE.parent
CHOSEN_BY = ("LlmProvider", "LlmFallbackProvider")


@pytest.fixture(params=PROVIDERS.values(), ids=lambda provider: provider.name)
def provider(request: pytest.FixtureRequest) -> Provider:
    found: Provider = request.param
    return found


def environment_of(resources: Resources, function: str) -> dict[str, Any]:
    variables: dict[str, Any] = resources[function]["Properties"]["Environment"]["Variables"]
    return variables


def test_the_template_allows_every_provider_of_the_table_and_no_other() -> None:
    parameters = transformed()["Parameters"]
    first, fallback = (parameters[name]["AllowedValues"] for name in CHOSEN_BY)
    assert first == list(PROVIDERS)
    assert fallback == ["", *PROVIDERS]


def test_a_provider_has_a_layer_that_the_worker_gets_if_it_is_chosen(
    provider: Provider, resources: Resources
) -> None:
    name = provider.name.capitalize()
    condition = f"Uses{name}"
    chosen = [{"Fn::Equals": [{"Ref": parameter}, provider.name]} for parameter in CHOSEN_BY]
    assert transformed()["Conditions"][condition] == {"Fn::Or": chosen}
    (layer,) = [
        logical_id
        for logical_id, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::LayerVersion"
        and resource.get("Condition") == condition
    ]
    assert layer.startswith(f"{name}Layer")
    attached = resources["WorkerFunction"]["Properties"]["Layers"]
    assert {"Fn::If": [condition, {"Ref": layer}, {"Ref": "AWS::NoValue"}]} in attached


def test_a_provider_can_be_reached_at_another_address(
    provider: Provider, resources: Resources
) -> None:
    parameter = f"{provider.name.capitalize()}BaseUrl"
    assert parameter in transformed()["Parameters"]
    worker = environment_of(resources, "WorkerFunction")
    assert worker[provider.base_url_name] == {"Ref": parameter}


def test_a_provider_has_an_extra_an_adapter_a_lock_and_a_rule_for_its_layer(
    provider: Provider,
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert provider.name in project["optional-dependencies"]
    layers = ROOT / "layers"
    assert (layers / "core/deployer/adapters/llm" / f"{provider.name}.py").is_file()
    assert (layers / provider.name / "requirements.txt").is_file()
    assert (layers / provider.name / "Makefile").is_file()


def test_nothing_speaks_of_a_provider_that_is_not_in_the_table() -> None:
    conditions = transformed()["Conditions"].items()
    choosing = {name for name, condition in conditions if "LlmProvider" in str(condition)}
    assert choosing == {f"Uses{name.capitalize()}" for name in PROVIDERS}
    modules = (ROOT / "layers/core/deployer/adapters/llm").glob("*.py")
    adapters = {path.stem for path in modules if "\nconnect = " in path.read_text()}
    assert adapters == set(PROVIDERS)
