"""A deployed stack, as its operators use it: the running local cloud's, or one in AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import requests

from operate import deploy, emulator
from operate.errors import CommandError
from operate.places import LOOPBACK

if TYPE_CHECKING:
    from operate.places import Home

LOCAL = "local"


@dataclass(frozen=True)
class Stack:
    """A stack's addresses and clients, for the operators' commands."""

    api_url: str
    outputs: Mapping[str, str]
    client: Callable[[str], Any]
    """A boto3 client of a service, by its name."""

    def round_status(self, email: str, task: str, round_number: int) -> dict[str, Any] | None:
        """The round as `GET /api/status` tells it; None if there is none.

        Raises:
            CommandError: the API did not answer.
        """
        url = f"{self.api_url}/api/status/{email}/{task}"
        try:
            with requests.Session() as session:
                session.trust_env = LOOPBACK not in url
                answer = session.get(url, timeout=30)
        except requests.RequestException as failed:
            raise CommandError(f"{url} does not answer: {failed}") from failed
        if answer.status_code == 404:
            return None
        if not answer.ok:
            raise CommandError(f"{url} was answered {answer.status_code}: {answer.text}")
        found: dict[str, Any] | None = answer.json().get(f"round{round_number}")
        return found


def open_stack(environment: str, home: Home) -> Stack:
    """The stack of `samconfig.toml`'s section, or the running local cloud's for `local`.

    Raises:
        CommandError: there is no such stack.
    """
    if environment == LOCAL:
        endpoints = endpoints_of(home)
        local = partial(emulator.client, cloud_url=endpoints["cloud_url"])
        return Stack(endpoints["api_url"], endpoints["stack"], local)
    session, outputs = deploy.stack(environment)

    def client(service: str) -> Any:
        return session.client(service)  # type: ignore[call-overload]

    return Stack(outputs["ApiUrl"], outputs, client)


def endpoints_of(home: Home) -> dict[str, Any]:
    """The addresses of the running local cloud.

    Raises:
        CommandError: none runs.
    """
    try:
        kept: dict[str, Any] = json.loads(home.endpoints.read_text())
    except OSError:
        raise CommandError("the local cloud is not running: start it with `make run`") from None
    return kept
