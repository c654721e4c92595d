"""`make deploy`: the stack to AWS with what `.env` says, and its secrets into Secrets Manager."""

from __future__ import annotations

import os
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from operate import env_file, parameters, secret_upload
from operate.errors import CommandError
from operate.places import CHECKOUT, CHROMIUM, ENV_FILE, SAM, SAM_CONFIG, UV
from operate.sam import leave_out_other_providers, overrides

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from operate.progress import Progress


def deploy(environment: str, say: Progress) -> None:
    """
    Raises:
        CommandError: `.env` or samconfig.toml lacks something, or a step failed.
    """
    values = env_file.read(ENV_FILE)
    for problem in env_file.problems_for_aws(values):
        raise CommandError(str(problem))
    config = _config(environment)
    say(f"sam build, for {values['LLM_PROVIDER']}")
    providers = env_file.providers(values)
    _sam(["build", "--config-env", environment, *leave_out_other_providers(providers)])
    say(f"sam deploy: stack {config['stack_name']}")
    given = parameters.given(values) | {"Stage": environment}
    _sam(
        [
            *("deploy", "--config-file", str(SAM_CONFIG), "--config-env", environment),
            *("--parameter-overrides", *overrides(given)),
        ]
    )
    session, outputs = stack(environment)
    client: SecretsManagerClient = session.client("secretsmanager")
    put = secret_upload.put(client, outputs["SecretName"], values)
    say(f"secret {outputs['SecretName']} holds {', '.join(put)}")
    say(f"up: {outputs['ApiUrl']}")


def stack(environment: str) -> tuple[boto3.Session, dict[str, str]]:
    """A session where the stack is, and the stack's outputs.

    Raises:
        CommandError: samconfig.toml has no such environment, or AWS no such stack.
    """
    config = _config(environment)
    session = boto3.Session(region_name=config.get("region"), profile_name=config.get("profile"))
    client: CloudFormationClient = session.client("cloudformation")
    try:
        found = client.describe_stacks(StackName=config["stack_name"])["Stacks"][0]
    except (BotoCoreError, ClientError) as failed:
        raise CommandError(f"the stack {config['stack_name']}: {failed}") from failed
    return session, {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def _config(environment: str) -> Mapping[str, Any]:
    kept = tomllib.loads(SAM_CONFIG.read_text())
    try:
        config: Mapping[str, Any] = kept[environment]["deploy"]["parameters"]
    except KeyError:
        raise CommandError(
            f"samconfig.toml has no [{environment}.deploy.parameters]: "
            "add it, or use ENV=dev or ENV=prod"
        ) from None
    return config


def _sam(arguments: list[str]) -> None:
    """With this shell's AWS credentials and on this terminal: SAM may ask."""
    given = os.environ | {"UV": str(UV), "SAM_CLI_TELEMETRY": "0", "PACKAGES": str(CHROMIUM)}
    given.pop("LAYER_PYTHON", None)
    if subprocess.run([str(SAM), *arguments], cwd=CHECKOUT, env=given, check=False).returncode:
        raise CommandError(f"sam {arguments[0]} failed: its own words are above")
