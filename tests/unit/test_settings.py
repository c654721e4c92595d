from __future__ import annotations

from datetime import timedelta

import pytest

from deployer.domain.providers import PROVIDERS, Provider
from deployer.domain.write_budget import LIMITS
from deployer.settings import NotifierSettings, SettingsError, WorkerSettings, load

WORKER = {
    "TABLE_NAME": "t",
    "BUCKET_NAME": "b",
    "QUEUE_URL": "q",
    "SECRET_NAME": "s",
    "STATE_MACHINE_ARN": "arn",
    "MAX_RECEIVE_COUNT": "5",
    "LLM_PROVIDER": "openai",
    "GITHUB_USERNAME": "octocat",
}


def test_missing_and_wrong_settings_are_all_named() -> None:
    environment = {**WORKER, "LLM_PROVIDER": "skynet", "GITHUB_USERNAME": "", "GIT_BASE_URL": "x"}
    with pytest.raises(SettingsError) as caught:
        load(WorkerSettings, environment)
    for name in ("LLM_PROVIDER", "GITHUB_USERNAME", "GIT_BASE_URL"):
        assert name in str(caught.value)


def test_an_empty_url_means_the_real_service() -> None:
    settings = load(WorkerSettings, {**WORKER, "GITHUB_API_URL": "", "GIT_BASE_URL": ""})
    assert settings.github_api_url == "https://api.github.com"
    assert settings.git_base_url == "https://github.com"


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda row: row.name)
def test_a_provider_is_reached_at_its_own_setting(provider: Provider) -> None:
    environment = {**WORKER, "LLM_PROVIDER": provider.name, provider.base_url_name: "https://mine/"}
    settings = load(WorkerSettings, environment)
    assert settings.llm_provider == provider.name
    urls = {name: settings.base_url(name) for name in PROVIDERS}
    assert urls == {**dict.fromkeys(PROVIDERS, ""), provider.name: "https://mine/"}


def test_prices_and_limits_are_numbers_and_off_by_default() -> None:
    settings = load(WorkerSettings, WORKER)
    assert (settings.llm_prices, settings.max_cost_usd) == (None, None)
    settings = load(WorkerSettings, {**WORKER, "LLM_PRICES": "1.5,0.15,6", "MAX_COST_USD": "0.5"})
    assert (settings.llm_prices, settings.max_cost_usd) == ((1.5, 0.15, 6.0), 0.5)
    with pytest.raises(SettingsError, match="LLM_PRICES"):
        load(WorkerSettings, {**WORKER, "LLM_PRICES": "1.5"})


def test_the_retry_schedule_is_cut_to_the_allowed_attempts() -> None:
    environment = {"TABLE_NAME": "t", "RETRY_DELAYS": "1, 2,4,8", "MAX_RETRY_ATTEMPTS": "3"}
    assert load(NotifierSettings, environment).delays == (1, 2, 4)


def test_a_schedule_that_is_no_list_of_seconds_is_refused_by_name() -> None:
    environment = {"TABLE_NAME": "t", "RETRY_DELAYS": "1,soon", "MAX_RETRY_ATTEMPTS": "3"}
    with pytest.raises(SettingsError, match="RETRY_DELAYS"):
        load(NotifierSettings, environment)


def test_the_write_limits_are_githubs_unless_another_server_has_others() -> None:
    assert load(WorkerSettings, WORKER).github_write_limits == LIMITS
    settings = load(WorkerSettings, {**WORKER, "GITHUB_WRITE_LIMITS": "20/60, 200/3600"})
    minute, hour = settings.github_write_limits
    assert (minute.writes, minute.window) == (20, timedelta(minutes=1))
    assert (hour.writes, hour.window) == (200, timedelta(hours=1))


@pytest.mark.parametrize("wrong", ["80", "80/", "1/60", "80/0", "80/60,", "eighty/60"])
def test_wrong_write_limits_are_refused(wrong: str) -> None:
    with pytest.raises(SettingsError, match="GITHUB_WRITE_LIMITS"):
        load(WorkerSettings, {**WORKER, "GITHUB_WRITE_LIMITS": wrong})


APP = {"GITHUB_APP_ID": "Iv1", "GITHUB_APP_INSTALLATION_ID": "4711", "GITHUB_ORGANIZATION": "acme"}


def test_an_organisation_owns_the_repositories_where_one_is_named() -> None:
    assert load(WorkerSettings, WORKER).github_owner == "octocat"
    in_organization = {**WORKER, "GITHUB_ORGANIZATION": "acme"}
    assert load(WorkerSettings, in_organization).github_owner == "acme"
    assert load(WorkerSettings, {**in_organization, "GITHUB_USERNAME": ""}).github_owner == "acme"


def test_an_app_is_used_when_its_id_is_set() -> None:
    assert load(WorkerSettings, WORKER).github_installation is None
    assert load(WorkerSettings, {**WORKER, **APP}).github_installation == ("Iv1", 4711)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("GITHUB_ORGANIZATION", "GITHUB_APP_ID: .* only in an organisation"),
        ("GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_INSTALLATION_ID: .*GITHUB_APP_ID needs it"),
    ],
)
def test_an_app_needs_an_organisation_and_an_installation(missing: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(WorkerSettings, {**WORKER, **APP, missing: ""})
