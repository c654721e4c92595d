"""The composition root: the one place where settings, connections and services meet.

A service is imported inside the property that joins it, so that a function loads only what it
uses. Everything that is made is kept for the life of the process.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from deployer import settings
from deployer.connections import Connections

if TYPE_CHECKING:
    from deployer.domain.computed import Computing, Outputs
    from deployer.domain.generation_report import Prices
    from deployer.domain.language_model import LanguageModel
    from deployer.domain.notification import Delivery, Outcome
    from deployer.domain.page import Engine
    from deployer.domain.ports import CandidateStore, DeploymentQueue, Message
    from deployer.domain.publication import PagesState
    from deployer.domain.request import DeploymentRequest
    from deployer.domain.round import Round
    from deployer.domain.site_cache import SiteCache
    from deployer.domain.visit import Report, Visit
    from deployer.generation.loop import Generator
    from deployer.services.admit import Opens
    from deployer.services.worker.invocation import Invocation
    from deployer.services.worker.ports import BuildPorts


class Application:
    """Every use case, joined to its settings and connections when it is first asked for."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @cached_property
    def validator_settings(self) -> settings.ValidatorSettings:
        return settings.load(settings.ValidatorSettings)

    @cached_property
    def status_settings(self) -> settings.StatusSettings:
        return settings.load(settings.StatusSettings)

    @cached_property
    def worker_settings(self) -> settings.WorkerSettings:
        return settings.load(settings.WorkerSettings)

    def admit(self, body: dict[str, Any]) -> DeploymentRequest:
        """See `services.admit.admit`."""
        from deployer.services.admit import admit

        return admit(body, self._opens(), self.validator_settings.evaluation_rules)

    def _opens(self) -> Opens:
        """The secrets that open, read at each request: a rotation takes effect within a minute."""
        from deployer.services.admit import own_secret, shared_secret

        config = self.validator_settings
        if config.caller_secrets == "per-email":
            return own_secret(self._connections.caller_secrets(config.table_name))
        kept = self._connections.secrets(config.secret_name)
        return shared_secret(kept.get("STUDENT_SECRET"), kept.find("STUDENT_SECRET_PREVIOUS"))

    @cached_property
    def accept(self) -> Callable[[DeploymentRequest], Round]:
        """See `services.accept.accept`."""
        from deployer.services.accept import accept, charge

        config = self.validator_settings
        usage = self._connections.usage(config.table_name)
        return partial(
            accept,
            rounds=self._connections.rounds(config.table_name),
            requests=self._connections.requests(config.bucket_name),
            queue=self._connections.queue(config.queue_url),
            charge=partial(charge, quotas=config.quotas, usage=usage),
            telemetry=self._connections.telemetry(),
            clock=self._connections.now,
        )

    @cached_property
    def status(self) -> Callable[[str, str], dict[str, Any] | None]:
        """See `services.status.status`."""
        from deployer.services.status import status

        config = self.status_settings
        rounds = self._connections.rounds(config.table_name)
        return partial(status, rounds=rounds, link=self._picture_link)

    def _picture_link(self, key: str) -> str:
        # S3's client is dear to load, and few rounds that are asked for have pictures yet.
        return self._connections.pictures(self.status_settings.bucket_name).link(key)

    @cached_property
    def notify(self) -> Callable[[Delivery], Outcome]:
        """See `services.notify.notify`."""
        from deployer.services.notify import notify

        config = settings.load(settings.NotifierSettings)
        return partial(
            notify,
            senders=self._connections.senders(config.evaluation_rules),
            rounds=self._connections.rounds(config.table_name),
            telemetry=self._connections.telemetry(),
            clock=self._connections.now,
            retry_delays=config.delays,
        )

    @cached_property
    def check_pages(self) -> Callable[[Delivery], PagesState | None]:
        """See `services.check_pages.check_pages`."""
        from deployer.services.check_pages import check_pages
        from deployer.services.github.write_turns import WriteTurns

        config = settings.load(settings.PagesCheckerSettings)
        ledgers = self._connections.write_ledgers(config.table_name)
        return partial(
            check_pages,
            pages=self._connections.pages_host(config),
            turns=WriteTurns(config.github_owner, ledgers, self._connections.now),
            rounds=self._connections.rounds(config.table_name),
            telemetry=self._connections.telemetry(),
            clock=self._connections.now,
            patience=timedelta(seconds=config.pages_patience),
        )

    @cached_property
    def visit(self) -> Callable[[Visit], Report]:
        """See `services.visit.visit`; the candidate is loaded first."""
        from deployer.services.visit.visit import visit

        candidates, engine = self._candidates, self._engine
        save = self._connections.pictures(self._browser_settings.bucket_name).save
        telemetry = self._connections.telemetry()

        def visit_stored(wanted: Visit) -> Report:
            site = candidates.load(wanted.candidate)
            report = visit(wanted, site, engine=engine, save=save, clock=time.monotonic)
            telemetry.fact(
                "visited",
                seconds=report.seconds,
                mode=report.mode,
                starts=report.starts,
                memory_mb=report.memory_bytes >> 20,
                problem=report.problem or None,
            )
            return report

        return visit_stored

    @cached_property
    def compute(self) -> Callable[[Computing], Outputs]:
        """See `services.compute.compute`; the inputs are loaded first."""
        from deployer.services.compute import compute

        candidates, engine = self._candidates, self._engine
        telemetry = self._connections.telemetry()

        def compute_stored(wanted: Computing) -> Outputs:
            inputs = candidates.load(wanted.candidate)
            outputs = compute(wanted, inputs, engine=engine, clock=time.monotonic)
            telemetry.fact(
                "computed",
                seconds=outputs.seconds,
                files=sum(not one.fault for one in outputs.outputs),
                faults=sum(bool(one.fault) for one in outputs.outputs),
                problem=outputs.problem or None,
            )
            return outputs

        return compute_stored

    @cached_property
    def _browser_settings(self) -> settings.BrowserSettings:
        return settings.load(settings.BrowserSettings)

    @cached_property
    def _candidates(self) -> CandidateStore:
        return self._connections.candidates(self._browser_settings.bucket_name)

    @cached_property
    def _engine(self) -> Engine:
        return self._connections.engine(self._browser_settings)

    @cached_property
    def queue(self) -> DeploymentQueue:
        """The worker's own queue."""
        return self._connections.queue(self.worker_settings.queue_url)

    def build(self, message: Message, invocation: Invocation) -> None:
        """See `services.worker.run.build`."""
        from deployer.services.worker.run import build

        build(message, self._build_ports, invocation)

    @cached_property
    def _build_ports(self) -> BuildPorts:
        from deployer.services.github.repositories import Publisher
        from deployer.services.github.write_turns import WriteTurns
        from deployer.services.worker.ports import BuildPorts

        config, connections = self.worker_settings, self._connections
        host, git = connections.repository_host(config), connections.git(config)
        names = connections.repository_names(config.table_name)
        ledgers = connections.write_ledgers(config.table_name)
        turns = WriteTurns(host.owner, ledgers, connections.now, config.github_write_limits)
        return BuildPorts(
            rounds=connections.rounds(config.table_name),
            requests=connections.requests(config.bucket_name),
            attachments=connections.attachments(config.bucket_name),
            fetch=connections.web(),
            sites=connections.sites(config.bucket_name),
            queue=self.queue,
            site_cache=self._site_cache(),
            generate=self._generator(),
            publisher=Publisher(host, git, names, turns, connections.now),
            workflow=connections.workflow(config.state_machine_arn),
            telemetry=connections.telemetry(),
            clock=connections.now,
        )

    def _generator(self) -> Generator:
        from deployer.generation.computing import Computer
        from deployer.generation.conversation import Budget
        from deployer.generation.inspector import Inspector
        from deployer.generation.loop import Generator

        config = self.worker_settings
        browser = self._connections.browser(config)
        return Generator(
            model=self._language_model,
            nonce=lambda: secrets.token_hex(4),
            known_secrets=self._connections.secrets(config.secret_name).all_values,
            allow_workflows=config.allow_workflows,
            budget=Budget(prices=self._prices, cost_usd=config.max_cost_usd),
            inspect=Inspector(browser),
            compute=Computer(browser),
        )

    def _prices(self, model: str) -> Prices | None:
        """The configured prices of a model, `provider/model`, else its provider's own; a service
        of one's own has none that we could know."""
        from deployer.domain.generation_report import Prices
        from deployer.domain.price_list import published

        config = self.worker_settings
        if config.llm_prices:
            return Prices(*config.llm_prices)
        provider, _, name = model.partition("/")
        if config.base_url(provider):
            return None
        return published(provider, name, self._connections.now().date())

    def _language_model(self) -> LanguageModel:
        from deployer.adapters.llm.fallback import FallbackModel

        config, connect = self.worker_settings, self._connections.language_model
        first = connect(config, config.llm_provider, config.llm_model)
        if config.llm_fallback_provider is None:
            return first
        fallback = config.llm_fallback_provider, config.llm_fallback_model
        return FallbackModel(first, connect(config, *fallback))

    def _site_cache(self) -> SiteCache:
        from deployer.domain.site_cache import SiteCache
        from deployer.generation import instructions

        config = self.worker_settings
        model = f"{config.llm_provider}/{config.llm_model}"
        return SiteCache(config.site_cache, model, instructions.DIGEST, config.allow_workflows)


app = Application(Connections())


def connect(connections: Connections) -> None:
    """Put `connections` in place of the real ones, and read the settings anew: for tests."""
    global app
    app = Application(connections)
