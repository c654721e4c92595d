"""The real template, built and deployed by the SAM CLI to the emulator.

What `sam build` and `sam package` make is kept below .local/build, one folder per choice of
providers, with the fingerprint of what it was made from: an unchanged project is deployed again
without zipping.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local import cloud
from operate import emulator
from operate.errors import CommandError
from operate.places import CHECKOUT, CLOUD_PYTHON, INSTALLED, SAM_CONFIG, TEMPLATE, UV
from operate.sam import leave_out_other_providers, overrides, sam

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

STACK = "llm-code-deployer"
STAGE = "local"
FOR_THE_EMULATOR = {"Stage": STAGE, "TlsOnly": "false", "EvaluationNetwork": "local"}
ARTIFACTS = "deployment-artifacts"  # the bucket named in samconfig.toml
MAKES_A_BUILD = ("template.yaml", "samconfig.toml", "requirements/cloud.txt", "functions", "layers")


class Build:
    """The layers of the chosen providers, made for the Python that runs the functions here."""

    def __init__(self, providers: Sequence[str], log: Path) -> None:
        self._providers = providers
        self._log = log
        self._inherited: tuple[int, ...] = ()
        self.folder = INSTALLED / "build" / "-".join(providers)

    @property
    def built(self) -> Path:
        return self.folder / "built" / "template.yaml"

    @property
    def packaged(self) -> Path:
        return self.folder / "packaged.yaml"

    @property
    def objects(self) -> Path:
        return self.folder / "objects"

    @property
    def _unfinished(self) -> Path:
        return self.folder / "unfinished"

    @property
    def _stamp(self) -> Path:
        return self.folder / "fingerprint"

    @property
    def current(self) -> bool:
        return self._stamp.exists() and self._stamp.read_text() == _fingerprint()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Two runs of one checkout build one after the other."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # A child inherits it: when this process is killed, the lock is held until `sam` ends.
            os.set_inheritable(lock.fileno(), True)
            self._inherited = (lock.fileno(),)
            yield

    def make(self) -> None:
        """Run `sam build` for this machine's Python.

        A build that was killed leaves half a layer, which the SAM CLI would take for its cache.
        """
        self._stamp.unlink(missing_ok=True)
        if self._unfinished.exists():
            shutil.rmtree(self.folder / "cache", ignore_errors=True)
            shutil.rmtree(self.built.parent, ignore_errors=True)
        self._unfinished.touch()
        sam(
            [
                *("build", "--config-file", str(SAM_CONFIG), "--config-env", "local"),
                *("--template-file", str(TEMPLATE), "--base-dir", str(CHECKOUT)),
                *("--build-dir", str(self.built.parent), "--cache-dir", str(self.folder / "cache")),
                *leave_out_other_providers(self._providers),
            ],
            cloud.plain_environment()
            | {"AWS_DEFAULT_REGION": emulator.REGION, "SAM_CLI_TELEMETRY": "0"}
            | {"UV": str(UV), "LAYER_PYTHON": str(CLOUD_PYTHON)},
            self._log,
            self._inherited,
        )
        self._unfinished.unlink()

    def package(self, cloud_url: str) -> None:
        """Run `sam package`, and keep what it uploads for the next start."""
        sam(
            [
                *("package", "--template-file", str(self.built), "--s3-bucket", ARTIFACTS),
                *("--output-template-file", str(self.packaged)),
            ],
            cloud.client_environment(cloud_url),
            self._log,
            self._inherited,
        )
        shutil.rmtree(self.objects, ignore_errors=True)
        self.objects.mkdir()
        s3: S3Client = emulator.client("s3", cloud_url)
        for kept in s3.list_objects_v2(Bucket=ARTIFACTS).get("Contents", []):
            s3.download_file(ARTIFACTS, kept["Key"], str(self.objects / kept["Key"]))
        self._stamp.write_text(_fingerprint())

    def upload(self, cloud_url: str) -> None:
        """Give a new emulator what an earlier `sam package` uploaded."""
        s3: S3Client = emulator.client("s3", cloud_url)
        for kept in self.objects.iterdir():
            s3.upload_file(str(kept), ARTIFACTS, kept.name)


def deploy(
    build: Build, cloud_url: str, parameters: Mapping[str, str], log: Path
) -> dict[str, str]:
    """Deploy the packaged template; the stack's outputs."""
    try:
        sam(
            [
                *("deploy", "--config-file", str(SAM_CONFIG), "--config-env", "local"),
                *("--template-file", str(build.packaged), "--stack-name", STACK),
                *("--parameter-overrides", *overrides({**parameters, **FOR_THE_EMULATOR})),
            ],
            cloud.client_environment(cloud_url) | {"SAM_CLI_POLL_DELAY": "0.2"},
            log,
        )
    except CommandError as failed:
        reason = _first_failure(cloud_url)
        if reason:
            raise CommandError(
                f"the deployment of template.yaml failed at {reason} (all of it: {log})"
            ) from failed
        raise
    formation: CloudFormationClient = emulator.client("cloudformation", cloud_url)
    stack = formation.describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _first_failure(cloud_url: str) -> str:
    formation: CloudFormationClient = emulator.client("cloudformation", cloud_url)
    try:
        events = formation.describe_stack_events(StackName=STACK)["StackEvents"]
    except formation.exceptions.ClientError:
        return ""
    for event in reversed(events):
        reason = event.get("ResourceStatusReason", "")
        if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in reason:
            return f"{event['LogicalResourceId']}: {reason}"
    return ""


def _fingerprint() -> str:
    digest = hashlib.sha256(str(CLOUD_PYTHON.resolve()).encode())
    for name in MAKES_A_BUILD:
        top = CHECKOUT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path):
                digest.update(f"{path.relative_to(CHECKOUT)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
