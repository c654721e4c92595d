"""The functions' CloudWatch logs, one readable line per fact."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

from operate import emulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_logs import CloudWatchLogsClient

POLL_SECONDS = 0.5
_OURS = "deployer.domain.errors."
# What every line has anyway, or what the line begins with.
_LEFT_OUT = {
    *(
        "level",
        "location",
        "message",
        "timestamp",
        "service",
        "cold_start",
        "deployment_id",
        "fact",
    ),
    *("function_name", "function_memory_size", "function_arn", "function_request_id"),
    *("xray_trace_id", "exception", "exception_name", "stack_trace"),
}


class FunctionLogs:
    """The log groups of the stack's functions, read from where the last read ended."""

    def __init__(self, endpoints: Mapping[str, Any], deployment_id: str = "") -> None:
        self._client: CloudWatchLogsClient = emulator.client("logs", endpoints["cloud_url"])
        outputs = endpoints["stack"]
        self._groups = {
            name.removesuffix("LogGroup").lower(): group
            for name, group in outputs.items()
            if name.endswith("LogGroup")
        }
        self._deployment_id = deployment_id
        self._since = dict.fromkeys(self._groups, 0)
        self._seen: set[tuple[str, int, str]] = set()

    def new_lines(self) -> list[str]:
        """The functions' lines since the last call, oldest first."""
        lines = [
            (milliseconds, readable(function, milliseconds, message, self._deployment_id))
            for function in self._groups
            for milliseconds, message in self._new_events(function)
        ]
        return [line for _, line in sorted(lines, key=lambda kept: kept[0]) if line]

    def _new_events(self, function: str) -> Iterator[tuple[int, str]]:
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=self._groups[function], startTime=self._since[function]
        )
        for page in pages:
            for event in page["events"]:
                # The emulator gives events no id.
                identity = (event["logStreamName"], event["timestamp"], event["message"])
                if identity not in self._seen:
                    self._seen.add(identity)
                    self._since[function] = max(self._since[function], event["timestamp"])
                    yield event["timestamp"], event["message"]

    def follow(self) -> Iterator[str]:
        """Lines as they come, until the local cloud ends."""
        while True:
            try:
                lines = self.new_lines()
            except BotoCoreError:
                return
            yield from lines
            time.sleep(POLL_SECONDS)


def readable(function: str, milliseconds: int, message: str, deployment_id: str = "") -> str:
    """One line for a person; empty for Lambda's own, metrics, and other deployments' facts."""
    if message.startswith(("START ", "END ", "REPORT ", "INIT_START")):
        return ""
    at = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone().strftime("%H:%M:%S")
    try:
        fact = json.loads(message)
    except ValueError:
        return "" if deployment_id else f"{at}  {function:9}  {message}"
    if not isinstance(fact, dict) or "_aws" in fact:
        return ""
    about = str(fact.get("deployment_id", ""))
    if not about.startswith(deployment_id):
        return ""
    rest = " ".join(f"{name}={value}" for name, value in fact.items() if name not in _LEFT_OUT)
    level = "" if fact.get("level") in ("INFO", None) else f"{fact['level']} "
    error = f"\n{_told(str(fact['exception']))}" if fact.get("exception") else ""
    said = f"{level}{fact.get('message', '')}  {rest}{error}".rstrip()
    return f"{at}  {function:9}  {about[:10]:10}  {said}"


def _told(exception: str) -> str:
    """An exception for a person: one of ours says enough by itself, an unknown one keeps the lines
    that show its origin."""
    last = exception.strip().splitlines()[-1]
    return f"    {last.removeprefix(_OURS)}" if last.startswith(_OURS) else exception
