"""Each function's settings, read from the environment once. Wrong ones fail with their name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from deployer.domain.evaluation_url import EvaluationRules, Network, check_pattern
from deployer.domain.providers import PROVIDERS, named
from deployer.domain.quota import Quota, quotas
from deployer.domain.site_cache import CacheScope
from deployer.domain.write_budget import LIMITS, Limits, parse_limits


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it."""


def _comma_separated(value: object) -> object:
    return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _write_limits(value: object) -> object:
    return parse_limits(value) if isinstance(value, str) else value


ProviderName = Annotated[str, AfterValidator(lambda name: named(name).name)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://")]


class _Settings(BaseModel):
    """A field is the variable of its name in capitals; the template passes it."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=str.upper)


class EvaluationSettings(_Settings):
    """Settings of the evaluation URLs, alike for the door and the notifier."""

    evaluation_network: Network = Network.PUBLIC
    evaluation_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(check_pattern)], ...], BeforeValidator(_comma_separated)
    ] = ()

    @property
    def evaluation_rules(self) -> EvaluationRules:
        return EvaluationRules(self.evaluation_network, self.evaluation_hosts)


class DeploymentSettings(_Settings):
    table_name: str = Field(min_length=1)
    bucket_name: str = Field(min_length=1)
    queue_url: str = Field(min_length=1)
    secret_name: str = Field(min_length=1)


class ValidatorSettings(DeploymentSettings, EvaluationSettings):
    public_url: str = ""
    """The URL at which callers reach the API, when that is not its own address."""
    caller_secrets: Literal["shared", "per-email"] = "shared"
    quota_per_minute: int = Field(default=2000, ge=0)
    quota_per_day: int = Field(default=0, ge=0)
    """New requests that are accepted from one e-mail; 0 for any number."""

    @property
    def quotas(self) -> tuple[Quota, ...]:
        return quotas(self.quota_per_minute, self.quota_per_day)


class GitHubSettings(_Settings):
    """The account that owns the repositories, and the identity that writes them."""

    secret_name: str = Field(min_length=1)
    github_api_url: Url = "https://api.github.com"
    github_organization: str = ""
    github_username: str = Field(default="", validate_default=True)
    github_app_id: str = ""
    github_app_installation_id: int | None = Field(default=None, validate_default=True)

    @field_validator("github_username")
    @classmethod
    def _somebody_owns(cls, value: str, info: ValidationInfo) -> str:
        if not value and not info.data.get("github_organization"):
            raise ValueError("name the token's account, or GITHUB_ORGANIZATION")
        return value

    @field_validator("github_app_id")
    @classmethod
    def _an_app_writes_to_an_organization(cls, value: str, info: ValidationInfo) -> str:
        if value and not info.data.get("github_organization"):
            raise ValueError(
                "a GitHub App creates repositories only in an organisation: set GITHUB_ORGANIZATION"
            )
        return value

    @field_validator("github_app_installation_id")
    @classmethod
    def _an_app_is_installed(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is None and info.data.get("github_app_id"):
            raise ValueError("GITHUB_APP_ID needs it")
        return value

    @property
    def github_owner(self) -> str:
        """The account that owns the repositories."""
        return self.github_organization or self.github_username

    @property
    def github_installation(self) -> tuple[str, int] | None:
        """The App and its installation to act as; None to use GITHUB_TOKEN."""
        if not self.github_app_id or self.github_app_installation_id is None:
            return None
        return self.github_app_id, self.github_app_installation_id


class WorkerSettings(DeploymentSettings, GitHubSettings):
    state_machine_arn: str = Field(min_length=1)
    browser_function: str = ""
    """The function's name; empty for a deployment without a browser, whose checks stay open."""
    max_receive_count: int = Field(ge=1)
    llm_provider: ProviderName
    llm_model: str = ""
    llm_fallback_provider: ProviderName | None = None
    llm_fallback_model: str = ""
    llm_prices: Annotated[tuple[float, float, float] | None, BeforeValidator(_comma_separated)] = (
        None
    )
    """US dollars for a million tokens: input, cached input, output."""
    max_cost_usd: float | None = Field(default=None, gt=0)
    site_cache: CacheScope = CacheScope.TASK
    allow_workflows: bool = False
    base_urls: tuple[tuple[str, str], ...] = ()
    """Pairs of a provider and its address, for those that are reached at another."""
    git_base_url: Url = "https://github.com"
    pages_base_url: str = ""
    github_write_limits: Annotated[Limits, BeforeValidator(_write_limits)] = LIMITS
    """The host's limits for one account: writes/seconds, comma separated."""

    @model_validator(mode="before")
    @classmethod
    def _gather_base_urls(cls, environment: dict[str, str]) -> dict[str, object]:
        given = [row for row in PROVIDERS.values() if row.base_url_name in environment]
        pairs = tuple((row.name, environment[row.base_url_name]) for row in given)
        return {**environment, "BASE_URLS": pairs}

    def base_url(self, provider: str) -> str:
        """The provider's address; empty for its own."""
        return dict(self.base_urls).get(provider, "")


class NotifierSettings(EvaluationSettings):
    table_name: str = Field(min_length=1)
    retry_delays: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(_comma_separated)
    ]
    max_retry_attempts: int = Field(ge=0)

    @property
    def delays(self) -> tuple[int, ...]:
        """The seconds before each further attempt."""
        return self.retry_delays[: self.max_retry_attempts]


class PagesCheckerSettings(GitHubSettings):
    table_name: str = Field(min_length=1)
    pages_patience: int = Field(default=120, ge=0)
    """Seconds."""


class BrowserSettings(_Settings):
    """Settings of the browser function; the last three are set by the local cloud alone."""

    bucket_name: str = Field(min_length=1)
    browser_path: str = ""
    """A browser of this machine, in place of the layer's."""
    chromium_folder: str = "/opt/chromium"
    """The folder of the layer's compressed Chromium."""
    libraries_folder: str = ""
    """npm packages that answer for CDNs on a machine without internet."""


class StatusSettings(_Settings):
    table_name: str = Field(min_length=1)
    bucket_name: str = Field(min_length=1)
    llm_provider: str = "unknown"


S = TypeVar("S", bound=_Settings)


def load(kind: type[S], environment: Mapping[str, str] = os.environ) -> S:
    """
    Raises:
        SettingsError: names every setting that is missing or wrong.
    """
    try:
        # A template passes an empty value for a parameter that was not given.
        return kind.model_validate({name: value for name, value in environment.items() if value})
    except ValidationError as exc:
        wrong = "; ".join(
            f"{str(error['loc'][0]).upper()}: {error['msg']}"
            for error in exc.errors(include_url=False, include_input=False)
        )
        raise SettingsError(f"wrong settings: {wrong}") from None
