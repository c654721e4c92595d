"""`.env`: whose repositories, and as whom: a token's account, an organisation, a GitHub App."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.stand_ins import cast
from operate import env_file
from operate.places import Ports
from tests.support.github_app import private_key

APP = {
    "GITHUB_ORGANIZATION": "acme",
    "GITHUB_APP_ID": "123456",
    "GITHUB_APP_INSTALLATION_ID": "4711",
}
AWS = {"STUDENT_SECRET": "s", "LLM_PROVIDER": "openai", "OPENAI_API_KEY": "k"}


def test_an_app_needs_no_token_and_no_account(tmp_path: Path) -> None:
    values = {**AWS, **APP, "GITHUB_APP_PRIVATE_KEY": private_key()}
    assert list(env_file.problems_for_aws(values)) == []


def test_a_token_may_write_to_an_organisation() -> None:
    values = {**AWS, "GITHUB_TOKEN": "t", "GITHUB_ORGANIZATION": "acme"}
    assert list(env_file.problems_for_aws(values)) == []


@pytest.mark.parametrize("missing", [*APP, "GITHUB_APP_PRIVATE_KEY"])
def test_an_app_with_something_missing_is_told_what(missing: str) -> None:
    values = {**APP, "GITHUB_APP_PRIVATE_KEY": private_key()}
    del values[missing]
    assert missing in " ".join(str(problem) for problem in env_file.problems(values))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_ORGANIZATION", "https://github.com/acme"),
        ("GITHUB_APP_ID", "my app"),
        ("GITHUB_APP_INSTALLATION_ID", "acme"),
        ("GITHUB_APP_PRIVATE_KEY", "nowhere.pem"),
    ],
)
def test_what_has_another_form_is_named(name: str, value: str) -> None:
    values = {**APP, "GITHUB_APP_PRIVATE_KEY": private_key(), name: value}
    problems = list(env_file.problems(values))
    assert [problem.what.split()[0].split("=")[0] for problem in problems] == [name]
    assert problems[0].cure


@pytest.mark.parametrize("form", ["path", "quoted", "escaped", "lines"])
def test_a_private_key_may_be_a_path_or_text(tmp_path: Path, form: str) -> None:
    (tmp_path / "app.pem").write_text(private_key())
    one_line = private_key().strip().replace("\n", "\\n")
    written = {
        "path": "app.pem",
        "quoted": f'"{one_line}"',
        "escaped": one_line,
        "lines": f'"{private_key()}"',
    }[form]
    (tmp_path / ".env").write_text(f"GITHUB_APP_PRIVATE_KEY={written}\n")
    values = env_file.read(tmp_path / ".env")
    assert values["GITHUB_APP_PRIVATE_KEY"] == private_key().strip()


def test_an_app_makes_the_run_use_the_real_github_and_its_key_is_a_secret() -> None:
    played = cast({**APP, "GITHUB_APP_PRIVATE_KEY": private_key()}, Ports(7860))
    assert played.real_github
    assert played.secrets["GITHUB_APP_PRIVATE_KEY"] == private_key()
    assert "GithubApiUrl" not in played.parameters
    assert played.parameters["GithubAppInstallationId"] == "4711"
    assert private_key() not in played.parameters.values()
    assert "GitHub  REAL: repositories of acme will be created and changed" in played.lines()


def test_the_local_github_has_the_organisation_too() -> None:
    played = cast({"GITHUB_ORGANIZATION": "acme"}, Ports(7860))
    assert not played.real_github
    assert played.parameters["GithubOrganization"] == "acme"
