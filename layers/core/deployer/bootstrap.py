"""The composition root: the one place where settings, adapters and services meet.

An adapter is imported inside the factory that makes it, so that a function loads only what it
uses: import time is most of a cold start. What is made is kept for the life of the process.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from deployer import settings
from deployer.observability import PowertoolsTelemetry

if TYPE_CHECKING:
    from deployer.adapters.secrets import SecretValues
    from deployer.domain.deployment import Deployment, PagesState
    from deployer.domain.generation_report import StoredSite
    from deployer.domain.language_model import LanguageModel
    from deployer.domain.notification import Delivery, Outcome
    from deployer.domain.ports import DeploymentQueue, Message
    from deployer.domain.request import DeploymentRequest
    from deployer.domain.site_cache import SiteCache
    from deployer.generation.types import Assignment
    from deployer.services.build import BuildPorts, Invocation, SecondsLeft


def now() -> datetime:
    return datetime.now(UTC)


def forget() -> None:
    """Make everything anew at the next call: for tests, which change the environment."""
    for factory in (
        validator_settings,
        status_settings,
        worker_settings,
        accept,
        status,
        notify,
        check_pages,
        work_queue,
        _build_ports,
        _client,
    ):
        factory.cache_clear()


@lru_cache
def validator_settings() -> settings.ValidatorSettings:
    return settings.load(settings.ValidatorSettings)


@lru_cache
def status_settings() -> settings.StatusSettings:
    return settings.load(settings.StatusSettings)


@lru_cache
def worker_settings() -> settings.WorkerSettings:
    return settings.load(settings.WorkerSettings)


def admit(body: dict[str, Any]) -> DeploymentRequest:
    """See `services.accept.admit`."""
    from deployer.adapters.secrets import SecretValues
    from deployer.services import accept

    expected = SecretValues(validator_settings().secret_name).get("STUDENT_SECRET")
    return accept.admit(body, expected)


@lru_cache
def accept() -> Callable[[DeploymentRequest], Deployment]:
    """See `services.accept.accept`."""
    from deployer.adapters.dynamodb import DynamoDBDeployments
    from deployer.adapters.s3 import S3Requests
    from deployer.services.accept import accept

    config = validator_settings()
    return partial(
        accept,
        store=DynamoDBDeployments(config.table_name),
        requests=S3Requests(config.bucket_name, _client("s3")),
        queue=_queue(config.queue_url),
        telemetry=PowertoolsTelemetry(),
        clock=now,
    )


@lru_cache
def status() -> Callable[[str, str], dict[str, Any] | None]:
    """See `services.status.status`."""
    from deployer.adapters.dynamodb import DynamoDBDeployments
    from deployer.services.status import status

    return partial(status, store=DynamoDBDeployments(status_settings().table_name))


@lru_cache
def notify() -> Callable[[Delivery], Outcome]:
    """See `services.notify.notify`."""
    import requests

    from deployer.adapters.dynamodb import DynamoDBDeployments
    from deployer.adapters.evaluation import HTTPEvaluationEndpoint
    from deployer.services.notify import notify

    config = settings.load(settings.NotifierSettings)
    return partial(
        notify,
        endpoint=HTTPEvaluationEndpoint(requests.Session()),
        store=DynamoDBDeployments(config.table_name),
        telemetry=PowertoolsTelemetry(),
        clock=now,
        retry_delays=config.delays,
    )


@lru_cache
def check_pages() -> Callable[[Delivery], PagesState | None]:
    """See `services.check_pages.check_pages`."""
    from datetime import timedelta

    from deployer.adapters.dynamodb import DynamoDBDeployments
    from deployer.adapters.github import GitHubHost, github_client
    from deployer.adapters.secrets import SecretValues
    from deployer.services.check_pages import check_pages

    config = settings.load(settings.PagesCheckerSettings)
    token = partial(SecretValues(config.secret_name).get, "GITHUB_TOKEN")
    return partial(
        check_pages,
        pages=GitHubHost(
            lambda: github_client(token(), config.github_api_url),
            owner=config.github_username,
            pages_base_url="",
            clock=now,
        ),
        store=DynamoDBDeployments(config.table_name),
        telemetry=PowertoolsTelemetry(),
        clock=now,
        patience=timedelta(seconds=config.pages_patience_seconds),
    )


@lru_cache
def work_queue() -> DeploymentQueue:
    return _queue(worker_settings().queue_url)


def build(message: Message, invocation: Invocation) -> None:
    """See `services.build.build`."""
    from deployer.services.build import build

    build(message, _build_ports(), invocation)


@lru_cache
def _build_ports() -> BuildPorts:
    """The keys are read when they are used, so that a rotated one needs no new process."""
    from deployer.adapters.dynamodb import (
        DynamoDBDeployments,
        DynamoDBRepositoryNames,
        DynamoDBWriteLedgers,
    )
    from deployer.adapters.git import DulwichRemote
    from deployer.adapters.github import GitHubHost, github_client
    from deployer.adapters.s3 import S3Requests, S3Sites
    from deployer.adapters.secrets import SecretValues
    from deployer.adapters.stepfunctions import StepFunctionsWorkflow
    from deployer.services.build import BuildPorts
    from deployer.services.publish import Publisher
    from deployer.services.write_turns import WriteTurns

    config = worker_settings()
    keys = SecretValues(config.secret_name)
    token = partial(keys.get, "GITHUB_TOKEN")
    git = DulwichRemote(config.git_base_url, token, now)
    host = GitHubHost(
        lambda: github_client(token(), config.github_api_url),
        owner=config.github_username,
        pages_base_url=config.pages_base_url,
        clock=now,
    )
    return BuildPorts(
        store=DynamoDBDeployments(config.table_name),
        requests=S3Requests(config.bucket_name, _client("s3")),
        sites=S3Sites(config.bucket_name, _client("s3")),
        queue=work_queue(),
        site_cache=_site_cache(config),
        generate=_generator(config, keys),
        publisher=Publisher(host, git, DynamoDBRepositoryNames(config.table_name), now),
        git=git,
        turns=WriteTurns(host.owner, DynamoDBWriteLedgers(config.table_name), now),
        workflow=StepFunctionsWorkflow(config.state_machine_arn, _client("stepfunctions")),
        telemetry=PowertoolsTelemetry(),
        clock=now,
    )


def _generator(
    config: settings.WorkerSettings, keys: SecretValues
) -> Callable[[Assignment, SecondsLeft], StoredSite]:
    from deployer.domain.generation_report import Prices
    from deployer.generation.types import Budget
    from deployer.services.generate import generate_site

    prices = Prices(*config.llm_prices) if config.llm_prices else None
    budget = Budget(prices=prices, cost_usd=config.max_cost_usd)

    def generate(assignment: Assignment, seconds_left: SecondsLeft) -> StoredSite:
        return generate_site(
            replace(
                assignment,
                allow_workflows=config.allow_workflows,
                known_secrets=keys.all_values(),
            ),
            _language_model(config, keys),
            nonce=secrets.token_hex(4),
            seconds_left=seconds_left,
            budget=budget,
        )

    return generate


def _language_model(config: settings.WorkerSettings, keys: SecretValues) -> LanguageModel:
    from deployer.adapters.llm import language_model
    from deployer.adapters.llm.fallback import FallbackModel

    def connect(provider: settings.Provider, model: str) -> LanguageModel:
        return language_model(
            provider,
            model=model,
            api_key=keys.get(settings.key_name(provider)),
            base_url=config.base_url(provider),
        )

    first = connect(config.llm_provider, config.llm_model)
    if config.llm_fallback_provider is None:
        return first
    return FallbackModel(first, connect(config.llm_fallback_provider, config.llm_fallback_model))


def _site_cache(config: settings.WorkerSettings) -> SiteCache:
    from deployer.domain.site_cache import SiteCache
    from deployer.generation import instructions

    model = f"{config.llm_provider}/{config.llm_model}"
    return SiteCache(config.site_cache, model, instructions.DIGEST)


def _queue(queue_url: str) -> DeploymentQueue:
    from deployer.adapters.sqs import SQSDeploymentQueue

    return SQSDeploymentQueue(queue_url, _client("sqs"))


@lru_cache
def _client(service: str) -> Any:
    import boto3

    return boto3.client(service)  # type: ignore[call-overload]
