"""The whole system on the local cloud, started once for all tests here, and used over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from local.stack import STACK
from operate.places import CHECKOUT
from tests.conftest import load_event

START_SECONDS = 240
FINAL_STATES = {"NOTIFIED", "NOTIFY_FAILED", "FAILED"}


@dataclass
class Deployer:
    """The running system, as its callers and its operators see it."""

    endpoints: dict[str, Any]
    home: Path

    @property
    def notify_url(self) -> str:
        return f"{self.endpoints['evaluator_url']}/notify"

    def request(self, event: str, task: str, **changes: Any) -> dict[str, Any]:
        """The sample event's request, for a task of the test's own."""
        body = json.loads(load_event(event)["body"])
        nonce = str(uuid.uuid4())
        return {**body, "task": task, "nonce": nonce, "evaluation_url": self.notify_url, **changes}

    def post(self, body: dict[str, Any] | str) -> requests.Response:
        data = body if isinstance(body, str) else json.dumps(body)
        url = f"{self.endpoints['api_url']}/api/deploy"
        return requests.post(
            url, data=data, headers={"Content-Type": "application/json"}, timeout=60
        )

    def status(self, task: str, email: str = "student@example.com") -> requests.Response:
        return requests.get(f"{self.endpoints['api_url']}/api/status/{email}/{task}", timeout=60)

    def wait(self, task: str, round_number: int = 1, seconds: float = 90) -> dict[str, Any]:
        """The round's status, once it is final."""

        def finished() -> dict[str, Any] | None:
            entry: dict[str, Any] = self.status(task).json()[f"round{round_number}"]
            return entry if entry["state"] in FINAL_STATES else None

        return eventually(finished, seconds)

    def received(self, task: str) -> list[dict[str, Any]]:
        """The notifications about a task, oldest first."""
        url = f"{self.endpoints['evaluator_url']}/notifications"
        found: list[dict[str, Any]] = requests.get(url, params={"task": task}, timeout=10).json()
        return found

    def aws(self, service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoints["cloud_url"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
        )

    def log_lines(self, function: str = "") -> list[str]:
        """Every line that one function, or all of them, have logged."""
        logs = self.aws("logs")
        prefix = f"/aws/lambda/{STACK}-{function}"
        lines = []
        for group in logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"]
            )
            lines += [event["message"] for page in pages for event in page["events"]]
        return lines

    def logged(self, *words: str) -> bool:
        """True if one line of a function holds all these words."""
        return any(all(word in line for word in words) for line in self.log_lines())


def eventually(attempt: Callable[[], Any], seconds: float) -> Any:
    """The answer of `attempt`, once that is true."""
    until = time.monotonic() + seconds
    while not (found := attempt()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.3)
    return found


@pytest.fixture(scope="session")
def deployer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployer]:
    home = tmp_path_factory.mktemp("local")
    port = five_free_ports()
    log = home / "run.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "local", "--home", str(home),
                "run", "--quiet", "--port", str(port),
            ],
            cwd=CHECKOUT, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until = time.monotonic() + START_SECONDS
        while not (home / "endpoints.json").exists():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.2)
        yield Deployer(json.loads((home / "endpoints.json").read_text()), home)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=180)


def five_free_ports() -> int:
    """The first of five in a row; another process begins its search elsewhere."""
    begin = os.getpid() % 100
    for first in range(18860 + 10 * begin, 19860 + 10 * begin, 10):
        try:
            for port in range(first, first + 5):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise RuntimeError("no five free ports in a row")
