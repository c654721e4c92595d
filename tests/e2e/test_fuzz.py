"""Fuzzed requests over HTTP, through the front door and the emulator's API Gateway."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import replace
from http.client import HTTPResponse
from urllib.parse import quote, urlsplit

import pytest

from tests.e2e.conftest import Deployer
from tests.fuzz import described, hostile
from tests.fuzz.campaign import Campaign
from tests.fuzz.request import Expected, Request
from tests.support.description import Description
from tests.support.gateway import Answer

pytestmark = pytest.mark.e2e
REQUESTS = 120
WITHOUT_ROUTE = frozenset({400, 403, 404, 405, 414})
"""Answers of the front door and the emulator where API Gateway says 404."""


def over_http(deployer: Deployer) -> Callable[[Request], Answer]:
    address = urlsplit(deployer.endpoints["api_url"])
    assert address.hostname is not None
    assert address.port is not None
    notify_url = deployer.notify_url.encode()

    def send(request: Request) -> Answer:
        # Nothing that is accepted may be told to a host outside this machine.
        body = re.sub(rb"(?i)https?://[^\"\s]*", notify_url, request.body)
        path = re.sub(r"[\s\x00-\x1f]", lambda found: quote(found[0]), request.path)
        headers = {"Host": address.netloc, **request.headers, "Content-Length": str(len(body))}
        head = [f"{request.method} {path} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())]
        with socket.create_connection((address.hostname, address.port), timeout=60) as client:
            client.sendall("\r\n".join([*head, "", ""]).encode("utf-8", "replace") + body)
            with HTTPResponse(client, method=request.method) as response:
                response.begin()
                told = {name.lower(): value for name, value in response.getheaders()}
                return Answer(response.status, told, response.read())

    return send


def test_no_request_breaks_the_front_door_or_a_function_behind_it(deployer: Deployer) -> None:
    description = Description()
    strategies = [
        # The evaluation URL is changed on the way, so that it may not be what makes it invalid.
        described.requests(description).map(
            lambda one: (
                one if one.expected is Expected.ACCEPTANCE else replace(one, expected=Expected.ANY)
            )
        ),
        hostile.over_http,
    ]
    # The emulator hands a path over decoded, where a REST API leaves it as it was sent, so that
    # odd addresses have no status there.
    campaign = Campaign(over_http(deployer), description, without_route=WITHOUT_ROUTE, follow=False)
    report = campaign.run(strategies, REQUESTS, 1)
    assert report.findings == []
    assert {200, 400} <= set(report.by_status)
