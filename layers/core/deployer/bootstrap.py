"""The composition root: the one place where settings, connections and services meet.

A service is imported inside the factory that joins it, so that a function loads only what it
uses. What is made is kept for the life of the process.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from deployer import settings
from deployer.connections import Connections

if TYPE_CHECKING:
    from deployer.domain.deployment import Deployment
    from deployer.domain.generation_report import StoredSite
    from deployer.domain.language_model import LanguageModel
    from deployer.domain.notification import Delivery, Outcome
    from deployer.domain.ports import DeploymentQueue, Message
    from deployer.domain.publication import PagesState
    from deployer.domain.request import DeploymentRequest
    from deployer.domain.site_cache import SiteCache
    from deployer.generation.types import Assignment
    from deployer.services.admit import Opens
    from deployer.services.build_ports import BuildPorts
    from deployer.services.invocation import Invocation, SecondsLeft

_connections = Connections()


def connect(connections: Connections) -> None:
    """Take `connections` from now on, and read the settings anew: for tests."""
    global _connections
    _connections = connections
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
    """See `services.admit.admit`."""
    from deployer.services.admit import admit

    return admit(body, _opens(), validator_settings().evaluation_rules)


def _opens() -> Opens:
    """Made at each request: a secret that was rotated opens, or no longer does, within a minute."""
    from deployer.services.admit import own_secret, shared_secret

    config = validator_settings()
    if config.caller_secrets == "per-email":
        return own_secret(_connections.caller_secrets(config.table_name))
    secrets = _connections.secrets(config.secret_name)
    return shared_secret(secrets.get("STUDENT_SECRET"), secrets.find("STUDENT_SECRET_PREVIOUS"))


@lru_cache
def accept() -> Callable[[DeploymentRequest], Deployment]:
    """See `services.accept.accept`."""
    from deployer.services.accept import accept
    from deployer.services.charge import charge

    config = validator_settings()
    usage = _connections.usage(config.table_name)
    return partial(
        accept,
        store=_connections.deployments(config.table_name),
        requests=_connections.requests(config.bucket_name),
        queue=_connections.queue(config.queue_url),
        charge=partial(charge, quotas=config.quotas, usage=usage),
        telemetry=_connections.telemetry(),
        clock=_connections.now,
    )


@lru_cache
def status() -> Callable[[str, str], dict[str, Any] | None]:
    """See `services.status.status`."""
    from deployer.services.status import status

    return partial(status, store=_connections.deployments(status_settings().table_name))


@lru_cache
def notify() -> Callable[[Delivery], Outcome]:
    """See `services.notify.notify`."""
    from deployer.services.notify import notify

    config = settings.load(settings.NotifierSettings)
    return partial(
        notify,
        endpoint=_connections.evaluation(config.evaluation_rules),
        store=_connections.deployments(config.table_name),
        telemetry=_connections.telemetry(),
        clock=_connections.now,
        retry_delays=config.delays,
    )


@lru_cache
def check_pages() -> Callable[[Delivery], PagesState | None]:
    """See `services.check_pages.check_pages`."""
    from deployer.services.check_pages import check_pages
    from deployer.services.write_turns import WriteTurns

    config = settings.load(settings.PagesCheckerSettings)
    ledgers = _connections.write_ledgers(config.table_name)
    return partial(
        check_pages,
        pages=_connections.pages_host(config),
        turns=WriteTurns(config.github_owner, ledgers, _connections.now),
        store=_connections.deployments(config.table_name),
        telemetry=_connections.telemetry(),
        clock=_connections.now,
        patience=timedelta(seconds=config.pages_patience_seconds),
    )


@lru_cache
def work_queue() -> DeploymentQueue:
    return _connections.queue(worker_settings().queue_url)


def build(message: Message, invocation: Invocation) -> None:
    """See `services.build.build`."""
    from deployer.services.build import build

    build(message, _build_ports(), invocation)


@lru_cache
def _build_ports() -> BuildPorts:
    from deployer.services.build_ports import BuildPorts
    from deployer.services.publish import Publisher
    from deployer.services.write_turns import WriteTurns

    config, clock = worker_settings(), _connections.now
    host, git = _connections.repository_host(config), _connections.git(config)
    names = _connections.repository_names(config.table_name)
    ledgers = _connections.write_ledgers(config.table_name)
    turns = WriteTurns(host.owner, ledgers, clock, config.github_write_limits)
    return BuildPorts(
        store=_connections.deployments(config.table_name),
        requests=_connections.requests(config.bucket_name),
        sites=_connections.sites(config.bucket_name),
        queue=work_queue(),
        site_cache=_site_cache(config),
        generate=_generator(config),
        publisher=Publisher(host, git, names, turns, clock),
        workflow=_connections.workflow(config.state_machine_arn),
        telemetry=_connections.telemetry(),
        clock=clock,
    )


def _generator(
    config: settings.WorkerSettings,
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
                known_secrets=_connections.secrets(config.secret_name).all_values(),
            ),
            _language_model(config),
            nonce=secrets.token_hex(4),
            seconds_left=seconds_left,
            budget=budget,
        )

    return generate


def _language_model(config: settings.WorkerSettings) -> LanguageModel:
    from deployer.adapters.llm.fallback import FallbackModel

    first = _connections.language_model(config, config.llm_provider, config.llm_model)
    if config.llm_fallback_provider is None:
        return first
    fallback = config.llm_fallback_provider, config.llm_fallback_model
    return FallbackModel(first, _connections.language_model(config, *fallback))


def _site_cache(config: settings.WorkerSettings) -> SiteCache:
    from deployer.domain.site_cache import SiteCache
    from deployer.generation import instructions

    model = f"{config.llm_provider}/{config.llm_model}"
    return SiteCache(config.site_cache, model, instructions.DIGEST, config.allow_workflows)
