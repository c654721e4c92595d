"""Files by URL, from servers of every kind on this machine."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from deployer.adapters import web
from deployer.adapters.web import Web
from deployer.domain.errors import FetchRefusedError, FetchUnavailableError
from deployer.domain.evaluation_url import EvaluationRules, Network
from deployer.domain.ports import Fetched
from tests.support.servers import Behaviour, listening

MEBIBYTE = 1 << 20


def fetch(url: str, max_bytes: int = MEBIBYTE) -> Fetched:
    return Web(EvaluationRules(Network.LOCAL))(url, max_bytes)


def answering(status: int, body: bytes = b"", *headers: str) -> Behaviour:
    lines = [f"HTTP/1.1 {status} So", f"Content-Length: {len(body)}", *headers, "", ""]
    return lambda connection: connection.sendall("\r\n".join(lines).encode() + body)


def leading(status: int, location: str) -> Behaviour:
    return answering(status, b"", f"Location: {location}")


def test_a_file_comes_byte_for_byte_with_its_type() -> None:
    content = bytes(range(256)) * 100
    with listening(answering(200, content, "Content-Type: text/csv; charset=utf-8")) as (url, _):
        assert fetch(url) == Fetched("text/csv; charset=utf-8", content)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(status: int) -> None:
    with listening(answering(200, b"x")) as (file, _), listening(leading(status, file)) as (url, _):
        assert fetch(url).content == b"x"


def test_redirects_come_to_an_end() -> None:
    with (
        listening(leading(302, "http://127.0.0.1:9/")) as (fourth, _),
        listening(leading(302, fourth)) as (third, _),
        listening(leading(302, third)) as (second, _),
        listening(leading(302, second)) as (first, _),
        pytest.raises(FetchRefusedError, match="leads on more than 3 times"),
    ):
        fetch(first)


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[fd00:ec2::254]/",
        "http://printer.local/", "file:///etc/passwd", "http://a:b@example.com/", "http://[::1",
    ],
)  # fmt: skip
def test_a_redirect_leads_to_public_hosts_only(
    monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    connected: list[Any] = []
    with listening(leading(302, location)) as (url, _):
        connect: Callable[..., None] = socket.socket.connect

        def watched(sock: socket.socket, address: Any) -> None:
            connected.append(address[0])
            connect(sock, address)

        monkeypatch.setattr(socket.socket, "connect", watched)
        with pytest.raises(FetchRefusedError):
            fetch(url)
    assert connected == ["127.0.0.1"]


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.1", "127.0.0.1", "fd00:ec2::254"])
def test_a_name_that_resolves_inside_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    end = (address, 443, 0, 0) if ":" in address else (address, 443)
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(kind, socket.SOCK_STREAM, 6, "", end)]
    )
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it was connected to"))
    with pytest.raises(FetchRefusedError, match="leads to"):
        Web()("https://rebound.example.com/data.csv", MEBIBYTE)


def test_plain_http_is_not_fetched() -> None:
    with pytest.raises(FetchRefusedError, match="https"):
        Web()("http://example.com/data.csv", MEBIBYTE)


@pytest.mark.parametrize("kind", ["identity", "gzip"])
def test_a_body_without_end_is_hung_up_on(kind: str) -> None:
    piece = gzip.compress(bytes(64 * MEBIBYTE)) if kind == "gzip" else bytes(65536)

    def pour(connection: socket.socket) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {kind}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        for _ in range(512):
            connection.sendall(piece)

    with (
        listening(pour) as (url, ended),
        pytest.raises(FetchRefusedError, match="holds more than 1048576 bytes"),
    ):
        fetch(url)
    assert isinstance(ended[0], ConnectionError)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_server_that_drips_or_is_silent_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(web, "FETCH_SECONDS", 0.3)

    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(b"x" if start else b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.05)

    with (
        listening(drip) as (url, ended),
        pytest.raises(FetchUnavailableError, match=r"was not read within 0\.3 s"),
    ):
        fetch(url)
    assert isinstance(ended[0], ConnectionError)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_what_may_pass_is_unavailable(status: int) -> None:
    with listening(answering(status)) as (url, _), pytest.raises(FetchUnavailableError) as caught:
        fetch(url)
    assert str(caught.value) == f"answered {status}"


@pytest.mark.parametrize("status", [304, 400, 401, 403, 404, 410])
def test_what_will_not_pass_is_refused(status: int) -> None:
    with listening(answering(status)) as (url, _), pytest.raises(FetchRefusedError) as caught:
        fetch(url)
    assert str(caught.value) == f"answered {status}"


def test_what_is_no_http_is_unavailable() -> None:
    with (
        listening(lambda connection: connection.sendall(b"rubbish\r\n\r\n")) as (url, _),
        pytest.raises(FetchUnavailableError, match="was not reached"),
    ):
        fetch(url)
