"""Every adapter, made from settings: what the composition root takes from outside.

An adapter is imported inside the method that makes it, so that a function loads only what it
uses: import time is most of a cold start. A test puts its own connections in place of these.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer import settings
    from deployer.adapters.secrets import SecretValues
    from deployer.domain.evaluation_url import EvaluationRules
    from deployer.domain.language_model import LanguageModel
    from deployer.domain.ports import (
        CallerSecrets,
        DeploymentQueue,
        DeploymentStore,
        EvaluationEndpoint,
        GitRemote,
        PagesHost,
        RepositoryHost,
        RepositoryNames,
        RequestStore,
        SiteStore,
        UsageCounter,
        Workflow,
        WriteLedgers,
    )


class Connections:
    """Adapters to AWS, GitHub, the language models and the evaluation URLs."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def deployments(self, table_name: str) -> DeploymentStore:
        from deployer.adapters.dynamodb import DynamoDBDeployments

        return DynamoDBDeployments(table_name)

    def repository_names(self, table_name: str) -> RepositoryNames:
        from deployer.adapters.dynamodb import DynamoDBRepositoryNames

        return DynamoDBRepositoryNames(table_name)

    def write_ledgers(self, table_name: str) -> WriteLedgers:
        from deployer.adapters.dynamodb import DynamoDBWriteLedgers

        return DynamoDBWriteLedgers(table_name)

    def caller_secrets(self, table_name: str) -> CallerSecrets:
        from deployer.adapters.callers import DynamoDBCallerSecrets

        return DynamoDBCallerSecrets(table_name)

    def usage(self, table_name: str) -> UsageCounter:
        from deployer.adapters.callers import DynamoDBUsageCounter

        return DynamoDBUsageCounter(table_name)

    def requests(self, bucket_name: str) -> RequestStore:
        from deployer.adapters.s3 import S3Requests

        return S3Requests(bucket_name, self.client("s3"))

    def sites(self, bucket_name: str) -> SiteStore:
        from deployer.adapters.s3 import S3Sites

        return S3Sites(bucket_name, self.client("s3"))

    def queue(self, queue_url: str) -> DeploymentQueue:
        from deployer.adapters.sqs import SQSDeploymentQueue

        return SQSDeploymentQueue(queue_url, self.client("sqs"))

    def workflow(self, state_machine_arn: str) -> Workflow:
        from deployer.adapters.stepfunctions import StepFunctionsWorkflow

        return StepFunctionsWorkflow(state_machine_arn, self.client("stepfunctions"))

    def secrets(self, secret_name: str) -> SecretValues:
        from deployer.adapters.secrets import SecretValues

        return SecretValues(secret_name)

    def evaluation(self, rules: EvaluationRules) -> EvaluationEndpoint:
        from deployer.adapters.evaluation import HTTPEvaluationEndpoint

        return HTTPEvaluationEndpoint(rules)

    def repository_host(self, config: settings.WorkerSettings) -> RepositoryHost:
        from deployer.adapters.github import GitHubHost, github_client

        token = self._github_token(config.secret_name)
        return GitHubHost(
            lambda: github_client(token(), config.github_api_url),
            owner=config.github_username,
            pages_base_url=config.pages_base_url,
            clock=self.now,
        )

    def pages_host(self, config: settings.PagesCheckerSettings) -> PagesHost:
        from deployer.adapters.github import GitHubHost, github_client

        token = self._github_token(config.secret_name)
        return GitHubHost(
            lambda: github_client(token(), config.github_api_url),
            owner=config.github_username,
            pages_base_url="",
            clock=self.now,
        )

    def git(self, config: settings.WorkerSettings) -> GitRemote:
        from deployer.adapters.git import DulwichRemote

        return DulwichRemote(config.git_base_url, self._github_token(config.secret_name), self.now)

    def language_model(
        self, config: settings.WorkerSettings, provider: settings.Provider, model: str
    ) -> LanguageModel:
        from deployer.adapters.llm import language_model
        from deployer.settings import key_name

        return language_model(
            provider,
            model=model,
            api_key=self.secrets(config.secret_name).get(key_name(provider)),
            base_url=config.base_url(provider),
        )

    def _github_token(self, secret_name: str) -> Callable[[], str]:
        """Reads the token when it is used, so that a rotated one needs no new process."""
        return partial(self.secrets(secret_name).get, "GITHUB_TOKEN")

    @lru_cache  # noqa: B019 - one object for the life of the process
    def client(self, service: str) -> Any:
        import boto3

        return boto3.client(service)  # type: ignore[call-overload]
