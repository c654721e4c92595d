"""A setting is defined once, in the template: its name, default, form and meaning.

The functions' settings, `.env`, `.env.example` and docs/configuration.md follow.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from dotenv import dotenv_values

from deployer import settings
from deployer.domain.providers import PROVIDERS
from local import stack
from operate import configuration, parameters
from operate.env_file import SECRETS
from operate.parameters import LEFT_ALONE, Parameter
from tests.support.sam_template import TEMPLATE, Resources, transformed

ROOT = TEMPLATE.parent
SETTINGS: dict[str, Any] = {
    "ValidatorFunction": settings.ValidatorSettings,
    "WorkerFunction": settings.WorkerSettings,
    "NotifierFunction": settings.NotifierSettings,
    "PagesCheckerFunction": settings.PagesCheckerSettings,
    "StatusFunction": settings.StatusSettings,
}
FOR_POWERTOOLS = re.compile("POWERTOOLS_.*|LOG_LEVEL")


@pytest.fixture(params=parameters.settings().values(), ids=lambda one: one.env_name)
def parameter(request: pytest.FixtureRequest) -> Parameter:
    found: Parameter = request.param
    return found


def variables(resources: Resources, function: str) -> dict[str, Any]:
    """The variables that the template passes to the function, without those of its libraries."""
    passed = resources[function]["Properties"]["Environment"]["Variables"]
    return {name: value for name, value in passed.items() if not FOR_POWERTOOLS.fullmatch(name)}


def read_by(kind: type[settings.WorkerSettings]) -> set[str]:
    """The variables that the settings of a function read."""
    names = {name.upper() for name in kind.model_fields}
    if "BASE_URLS" in names:
        names = names - {"BASE_URLS"} | {row.base_url_name for row in PROVIDERS.values()}
    return names


@pytest.mark.parametrize("function", SETTINGS)
def test_a_function_reads_what_the_template_passes_and_nothing_else(
    function: str, resources: Resources
) -> None:
    assert set(variables(resources, function)) == read_by(SETTINGS[function])


@pytest.mark.parametrize("function", SETTINGS)
def test_a_setting_has_one_name_in_the_function_in_env_and_in_the_template(
    function: str, resources: Resources
) -> None:
    known = {one.name: name for name, one in parameters.settings().items()}
    for name, value in variables(resources, function).items():
        reference = value.get("Ref") if isinstance(value, dict) else None
        if reference in known:
            assert known[reference] == name


@pytest.mark.parametrize("function", SETTINGS)
def test_the_functions_own_defaults_are_the_templates(function: str, resources: Resources) -> None:
    defaults = {name: one.default for name, one in parameters.settings().items() if one.default}
    kind = SETTINGS[function]
    required = {name.upper() for name, one in kind.model_fields.items() if one.is_required()}
    alone = {name: defaults.get(name, "5") for name in required} | {"GITHUB_USERNAME": "octocat"}
    passed = {name: defaults[name] for name in variables(resources, function) if name in defaults}
    passed.pop("LLM_PROVIDER", None)  # the status function tells of none until it is passed
    assert settings.load(kind, alone | passed) == settings.load(kind, alone)


def test_a_parameter_says_what_it_means_and_what_it_takes(parameter: Parameter) -> None:
    assert parameter.meaning.endswith(".")
    if parameter.pattern:
        assert parameter.takes
        assert re.fullmatch(parameter.pattern, parameter.default)
    elif parameter.default:
        assert parameter.accepts(parameter.default)


def test_only_what_says_where_a_stack_runs_is_no_setting_of_env() -> None:
    names = {one.name for one in parameters.settings().values()}
    assert names | LEFT_ALONE == set(transformed()["Parameters"])
    assert set(stack.FOR_THE_EMULATOR) == LEFT_ALONE


def test_a_name_in_env_leads_to_its_parameter() -> None:
    names = {name: one.name for name, one in parameters.settings().items()}
    assert names["LLM_PROVIDER"] == "LlmProvider"
    assert names["GITHUB_APP_INSTALLATION_ID"] == "GithubAppInstallationId"
    values = {"LLM_MODEL": "m", "GITHUB_TOKEN": "t", "LOG_LEVEL": "", "QUOTA_PER_DAY": "5"}
    assert parameters.given(values) == {"LlmModel": "m", "QuotaPerDay": "5"}


def test_the_page_has_the_tables_that_make_configuration_writes() -> None:
    page = configuration.PAGE.read_text()
    assert configuration.rendered(page) == page, "run `make configuration`"


def test_the_page_names_every_secret() -> None:
    page = configuration.PAGE.read_text()
    assert [name for name in SECRETS if f"`{name}`" not in page] == []


EXAMPLE = ROOT / ".env.example"
OFFERED = re.compile(r"^#([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def test_the_example_offers_every_setting_once() -> None:
    names = [name for name, _ in OFFERED.findall(EXAMPLE.read_text())]
    assert sorted(names) == sorted([*SECRETS, *parameters.settings()])


def test_the_example_shows_each_default_and_only_values_that_are_taken() -> None:
    offered = dict(OFFERED.findall(EXAMPLE.read_text()))
    for name, parameter in parameters.settings().items():
        if parameter.default:
            assert offered[name] == parameter.default, name
        elif offered[name]:
            assert parameter.accepts(offered[name]), name


def test_the_example_as_it_stands_sets_nothing() -> None:
    assert dotenv_values(EXAMPLE) == {}
