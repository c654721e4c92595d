"""Repositories of the token's user, of an organisation, and of an organisation by a GitHub App."""

from __future__ import annotations

import json
import subprocess

import boto3
import pytest
from aws_lambda_powertools.utilities import parameters

from deployer import bootstrap
from deployer.connections import Connections
from tests.integration.conftest import System
from tests.support import github_app
from tests.support.aws import SECRET

# pytest's own filters take the place of the one in `deployer.observability`.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

ORGANIZATION = {"GITHUB_ORGANIZATION": "acme", "GITHUB_USERNAME": ""}
APP = {
    **ORGANIZATION,
    "GITHUB_APP_ID": github_app.APP_ID,
    "GITHUB_APP_INSTALLATION_ID": str(github_app.INSTALLATION_ID),
}


@pytest.fixture(params=["user", "organisation", "app"])
def owner(request: pytest.FixtureRequest, system: System, monkeypatch: pytest.MonkeyPatch) -> str:
    """The owner that the settings name; of an App, the secret holds no token."""
    accounts = system.github.double.accounts
    accounts.organizations = ("acme",)
    accounts.installation = github_app.an_installation()
    names = {"user": {}, "organisation": ORGANIZATION, "app": APP}[request.param]
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    if request.param == "app":
        replace_secret("GITHUB_TOKEN", "GITHUB_APP_PRIVATE_KEY", github_app.private_key())
    bootstrap.connect(Connections())
    return "acme" if names else system.github.owner


def replace_secret(old: str, new: str, value: str) -> None:
    client = boto3.client("secretsmanager")
    kept = json.loads(client.get_secret_value(SecretId=SECRET)["SecretString"])
    kept.pop(old)
    client.put_secret_value(SecretId=SECRET, SecretString=json.dumps({**kept, new: value}))
    parameters.clear_caches()


def test_both_rounds_are_published_in_the_owners_repository(system: System, owner: str) -> None:
    system.post(system.request("round1"))
    system.work()
    system.post(system.request("round2"))
    system.work()
    delivery = system.executions()[1]
    assert system.look_at_pages(delivery) == "live"

    _, told = system.status("student@example.com", "sum-of-sales-a1b2c")
    assert [told[f"round{number}"]["state"] for number in (1, 2)] == ["PUBLISHED", "PUBLISHED"]
    assert told["round2"]["repo_url"].endswith(f"/{owner}/sum-of-sales-a1b2c")
    licence = file_at(system, f"{owner}/sum-of-sales-a1b2c", "LICENSE")
    assert licence.startswith("MIT License\n\nCopyright (c) ")
    assert licence.splitlines()[2].endswith(f" {owner}")
    assert "WITHOUT WARRANTY OF ANY KIND" in licence
    fetched = [one for one in system.github.requests() if one.path.startswith("/app/")]
    # One for the worker, one for the pages checker, which is another process in AWS.
    assert len(fetched) == (2 if "GITHUB_TOKEN" not in secret_names() else 0)


def secret_names() -> set[str]:
    client = boto3.client("secretsmanager")
    return set(json.loads(client.get_secret_value(SecretId=SECRET)["SecretString"]))


def file_at(system: System, repository: str, path: str) -> str:
    folder = system.github_data / "repositories" / f"{repository}.git"
    return subprocess.run(
        ["git", "-C", str(folder), "show", f"main:{path}"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
