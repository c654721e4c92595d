"""Every adapter, made from settings for the composition root.

An adapter is imported inside the method that makes it, so that a function loads only what it
uses: import time is most of a cold start. A test puts its own connections in place of these.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer import settings
    from deployer.adapters.github.host import GitHubHost
    from deployer.adapters.github.token import Token
    from deployer.adapters.s3 import S3Pictures
    from deployer.adapters.secrets import SecretValues
    from deployer.domain.evaluation_url import EvaluationRules
    from deployer.domain.language_model import LanguageModel
    from deployer.domain.notification import Channel
    from deployer.domain.page import Engine
    from deployer.domain.ports import (
        AttachmentStore,
        Browser,
        CallerSecrets,
        CandidateStore,
        DeploymentQueue,
        Fetch,
        GitRemote,
        PagesHost,
        RepositoryHost,
        RepositoryNames,
        RequestStore,
        Rounds,
        Sender,
        SiteStore,
        Telemetry,
        UsageCounter,
        Workflow,
        WriteLedgers,
    )


class Connections:
    """Adapters to AWS, GitHub, the language models and the evaluation URLs."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def telemetry(self) -> Telemetry:
        from deployer.observability import PowertoolsTelemetry

        return PowertoolsTelemetry()

    def rounds(self, table_name: str) -> Rounds:
        from deployer.adapters.dynamodb.rounds import DynamoDBRounds

        return DynamoDBRounds(table_name)

    def repository_names(self, table_name: str) -> RepositoryNames:
        from deployer.adapters.dynamodb.rounds import DynamoDBRepositoryNames

        return DynamoDBRepositoryNames(table_name)

    def write_ledgers(self, table_name: str) -> WriteLedgers:
        from deployer.adapters.dynamodb.rounds import DynamoDBWriteLedgers

        return DynamoDBWriteLedgers(table_name)

    def caller_secrets(self, table_name: str) -> CallerSecrets:
        from deployer.adapters.dynamodb.callers import DynamoDBCallerSecrets

        return DynamoDBCallerSecrets(table_name)

    def usage(self, table_name: str) -> UsageCounter:
        from deployer.adapters.dynamodb.callers import DynamoDBUsageCounter

        return DynamoDBUsageCounter(table_name)

    def requests(self, bucket_name: str) -> RequestStore:
        from deployer.adapters.s3 import S3Requests

        return S3Requests(bucket_name, self.client("s3"))

    def attachments(self, bucket_name: str) -> AttachmentStore:
        from deployer.adapters.s3 import S3Attachments

        return S3Attachments(bucket_name, self.client("s3"))

    def web(self) -> Fetch:
        from deployer.adapters.web import Web

        return Web()

    def sites(self, bucket_name: str) -> SiteStore:
        from deployer.adapters.s3 import S3Sites

        return S3Sites(bucket_name, self.client("s3"))

    def candidates(self, bucket_name: str) -> CandidateStore:
        from deployer.adapters.s3 import S3Candidates

        return S3Candidates(bucket_name, self.client("s3"))

    def pictures(self, bucket_name: str) -> S3Pictures:
        from deployer.adapters.s3 import S3Pictures

        return S3Pictures(bucket_name, self.client("s3"))

    def browser(self, config: settings.WorkerSettings) -> Browser:
        from deployer.adapters.browser import LambdaBrowser

        candidates = self.candidates(config.bucket_name)
        return LambdaBrowser(
            config.browser_function, self._patient_lambda(), candidates, self.telemetry()
        )

    def engine(self, config: settings.BrowserSettings) -> Engine:
        from deployer.adapters.chromium.browser import connect

        return connect(config.browser_path, config.chromium_folder, config.libraries_folder)

    def queue(self, queue_url: str) -> DeploymentQueue:
        from deployer.adapters.sqs import SQSDeploymentQueue

        return SQSDeploymentQueue(queue_url, self.client("sqs"))

    def workflow(self, state_machine_arn: str) -> Workflow:
        from deployer.adapters.stepfunctions import StepFunctionsWorkflow

        return StepFunctionsWorkflow(state_machine_arn, self.client("stepfunctions"))

    def secrets(self, secret_name: str) -> SecretValues:
        from deployer.adapters.secrets import SecretValues
        from deployer.observability import conceal

        return SecretValues(secret_name, conceal)

    def senders(self, rules: EvaluationRules) -> Mapping[Channel, Sender]:
        from deployer.adapters.evaluation.endpoint import HTTPEvaluationEndpoint
        from deployer.domain.notification import Channel

        return {Channel.EVALUATION: HTTPEvaluationEndpoint(rules)}

    def repository_host(self, config: settings.WorkerSettings) -> RepositoryHost:
        return self._github(config, config.pages_base_url)

    def pages_host(self, config: settings.PagesCheckerSettings) -> PagesHost:
        return self._github(config, pages_base_url="")

    def git(self, config: settings.WorkerSettings) -> GitRemote:
        from deployer.adapters.github.git import DulwichRemote

        token = self.github_token(config)
        return DulwichRemote(config.git_base_url, token, self.now, token_refused=token.refused)

    def language_model(
        self, config: settings.WorkerSettings, provider: str, model: str
    ) -> LanguageModel:
        from deployer.adapters.llm import language_model
        from deployer.domain.providers import named

        return language_model(
            provider,
            model=model,
            api_key=self.secrets(config.secret_name).get(named(provider).key_name),
            base_url=config.base_url(provider),
        )

    def _github(self, config: settings.GitHubSettings, pages_base_url: str) -> GitHubHost:
        from deployer.adapters.github.host import GitHubHost, github_client

        token = self.github_token(config)
        return GitHubHost(
            lambda: github_client(token(), config.github_api_url),
            owner=config.github_owner,
            pages_base_url=pages_base_url,
            clock=self.now,
            is_organization=bool(config.github_organization),
            token_refused=token.refused,
        )

    @lru_cache  # noqa: B019 - one object for the life of the process
    def github_token(self, config: settings.GitHubSettings) -> Token:
        """A token that reads the secret at each use, so that a rotation needs no new process."""
        from deployer.adapters.github.token import InstallationToken, StoredToken

        secrets = self.secrets(config.secret_name)
        if config.github_installation is None:
            return StoredToken(partial(secrets.get, "GITHUB_TOKEN"))
        return InstallationToken(
            *config.github_installation,
            private_key=partial(secrets.get, "GITHUB_APP_PRIVATE_KEY"),
            api_url=config.github_api_url,
            clock=self.now,
        )

    def _patient_lambda(self) -> Any:
        """A client that waits for an answer as long as a function may run, and asks once."""
        import boto3
        from botocore.config import Config

        patient = Config(connect_timeout=3, read_timeout=120, retries={"total_max_attempts": 1})
        return boto3.client("lambda", config=patient)

    @lru_cache  # noqa: B019 - one object for the life of the process
    def client(self, service: str) -> Any:
        import boto3

        return boto3.client(service)  # type: ignore[call-overload]
