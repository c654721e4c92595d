"""Start the whole system on this machine, and end it."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import requests
from botocore.exceptions import BotoCoreError, ClientError

from local import cloud, stack, stand_ins
from local.front_door import FrontDoor
from local.processes import Children, RunningFile, end_stale
from operate import browser, callers, doctor, emulator, env_file, secret_upload
from operate.errors import CommandError
from operate.places import CHECKOUT, ENV_FILE, Home, Ports, url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_lambda import LambdaClient

    from local.stand_ins import Cast
    from operate.progress import Progress


SAMPLE_CALLER = "student@example.com"
"""The sender of the events in events/."""


class LocalCloud:
    """One run: the emulator, the servers beside it, the front door."""

    def __init__(self, ports: Ports, home: Home, say: Progress, cast: Cast) -> None:
        self._ports = ports
        self._home = home
        self._say = say
        self._children = Children(RunningFile(home.running), home.logs)
        self.cast = cast
        self.endpoints: dict[str, Any] = {}
        self._front_door: FrontDoor | None = None

    def start(self) -> None:
        """
        Raises:
            CommandError: something is missing, or did not start.
        """
        self._ports.check_free()
        self._empty_home()
        self._start_servers()
        outputs = self._deploy()
        self._connect_queue(outputs)
        self._open(outputs)
        self._warm()
        self._home.endpoints.write_text(json.dumps(self.endpoints, indent=2) + "\n")

    def tell_requests(self) -> None:
        """From now on, say what callers send."""
        if self._front_door is not None:
            self._front_door.tell = self._say

    @property
    def started(self) -> bool:
        """True if there is anything to end."""
        return self._children.any

    def check(self) -> None:
        """
        Raises:
            CommandError: one of the servers has stopped by itself.
        """
        self._children.check()

    def stop(self) -> None:
        """End everything that was started, and nothing else."""
        if self._front_door is not None:
            self._front_door.shutdown()
            self._front_door.server_close()
        self._children.stop()
        self._home.endpoints.unlink(missing_ok=True)
        shutil.rmtree(self._home.temporary, ignore_errors=True)

    def _empty_home(self) -> None:
        # The emulator keeps nothing between runs, so what the stand-ins kept would be nobody's.
        for folder in (self._home.data, self._home.logs, self._home.temporary):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        self._home.endpoints.unlink(missing_ok=True)
        self._home.github_requests.unlink(missing_ok=True)

    def _start_servers(self) -> None:
        if browser.missing():
            self._say(browser.missing())
        self._children.start(
            "cloud", cloud.command(), cloud.environment(self._ports, self._home), self._home.folder
        )
        servers = ["evaluator"]
        servers += [] if self.cast.real_github else ["github"]
        servers += [] if self.cast.real_model else ["model"]
        for name in servers:
            command = [
                *(sys.executable, "-m", f"local.{name}"),
                *("--port", str(getattr(self._ports, name))),
                *self._options(name),
            ]
            environment = cloud.plain_environment() | {"PYTHONUNBUFFERED": "1"}
            self._children.start(name, command, environment, CHECKOUT)
        self._say(f"starting the local AWS (MiniStack), {', '.join(servers)}")

    def _options(self, server: str) -> list[str]:
        if server == "model":
            return []
        options = ["--data", str(self._home.data / server)]
        if server == "github":
            options += ["--log", str(self._home.github_requests)]
            organization = self.cast.parameters.get("GithubOrganization")
            options += ["--organization", organization] if organization else []
            workflows = self.cast.parameters.get("AllowWorkflows") == "true"
            options += ["--may-write-workflows"] if workflows else []
        return options

    def _wait_for_servers(self) -> None:
        if not self.cast.real_github:
            self._children.wait_ready("github", url(self._ports.github, "/healthz"))
        if not self.cast.real_model:
            self._children.wait_ready("model", url(self._ports.model, "/healthz"))
        self._children.wait_ready("evaluator", url(self._ports.evaluator, "/healthz"))

    def _deploy(self) -> dict[str, str]:
        log = self._home.logs / "deploy.log"
        cloud_url = cloud.url_of(self._ports)
        build = stack.Build(self.cast.providers, log)
        with build.locked():
            current = build.current
            if not current:
                self._say("sam build: the functions' layers (again only when they change)")
                build.make()
            self._children.wait_ready("cloud", cloud_url + cloud.HEALTH_PATH)
            emulator.client("s3", cloud_url).create_bucket(Bucket=stack.ARTIFACTS)
            if current:
                build.upload(cloud_url)
            else:
                self._say("sam package")
                build.package(cloud_url)
            self._say("sam deploy: template.yaml to the local AWS")
            outputs = stack.deploy(build, cloud_url, self.cast.parameters, log)
        self._wait_for_servers()
        secret_upload.put(
            emulator.client("secretsmanager", cloud_url), outputs["SecretName"], self.cast.secrets
        )
        if self.cast.parameters.get("CallerSecrets") == "per-email":
            table = callers.of_emulator(cloud_url, outputs["TableName"])
            callers.give(table, SAMPLE_CALLER, self.cast.secrets["STUDENT_SECRET"])
        return outputs

    def _connect_queue(self, outputs: dict[str, str]) -> None:
        # The emulator keeps a template's number as text, and then cannot compare it with a count.
        client: LambdaClient = emulator.client("lambda", cloud.url_of(self._ports))
        for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
            limit = int(self.cast.parameters.get("WorkerConcurrency", "2"))
            client.update_event_source_mapping(
                UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": limit}
            )
        if not outputs.get("ApiId"):
            raise CommandError("template.yaml has no output ApiId: put it back")

    def _open(self, outputs: dict[str, str]) -> None:
        stage = stack.STAGE
        cloud_url = cloud.url_of(self._ports)
        api = f"{cloud_url}/_aws/execute-api/{outputs['ApiId']}/{stage}"
        self._front_door = FrontDoor(self._ports.front_door, api, stage)
        self._front_door.start()
        parameters = self.cast.parameters
        self.endpoints = {
            "api_url": url(self._ports.front_door),
            "cloud_url": cloud_url,
            "github_api_url": parameters.get("GithubApiUrl", "https://api.github.com"),
            "git_base_url": parameters.get("GitBaseUrl", "https://github.com"),
            "pages_url": parameters.get("PagesBaseUrl", ""),
            "evaluator_url": url(self._ports.evaluator),
            "llm_url": parameters.get(f"{self.cast.provider.capitalize()}BaseUrl", ""),
            "stack": outputs,
        }

    def _warm(self) -> None:
        """Start what answers requests, so that the first caller does not wait for it."""
        self._say("warming the functions")
        calls = [
            lambda: requests.get(self.endpoints["api_url"], timeout=60),
            lambda: requests.post(self.endpoints["api_url"] + "/api/deploy", "{", timeout=60),
        ]
        threads = [threading.Thread(target=call, daemon=True) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


@contextmanager
def running(
    ports: Ports, home: Home, say: Progress, cast: Cast | None = None
) -> Iterator[LocalCloud]:
    """A started local cloud, as `.env` says unless another `cast` is given.

    Everything has ended when the block is left.
    """
    doctor.require_ready()
    starter, children = RunningFile(home.running).read()
    if starter is not None:
        raise CommandError(
            f"the local cloud of this folder is running already (process {starter.pid}): "
            f"use it, or end it with `make down`"
        )
    if children:
        say(f"ending {len(children)} servers that a killed run left")
        end_stale(children)
    if cast is None:
        cast = stand_ins.cast(env_file.read(ENV_FILE), ports)
        for line in cast.lines():
            say(line)
    local_cloud = LocalCloud(ports, home, say, cast)
    try:
        local_cloud.start()
        yield local_cloud
    except (BotoCoreError, ClientError, requests.RequestException) as failed:
        raise CommandError(
            f"the local cloud did not do as asked: {failed} (its own words: {home.logs})"
        ) from failed
    finally:
        if local_cloud.started:
            say("stopping")
            local_cloud.stop()
