"""Redirects of an evaluation URL: one is followed, under the rules of the URL itself."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from deployer.adapters.evaluation import endpoint as evaluation
from deployer.adapters.evaluation.endpoint import HTTPEvaluationEndpoint
from deployer.domain.evaluation_url import EvaluationRules, Network
from deployer.domain.notification import Answer
from local.evaluator.server import serve as serve_evaluator
from tests.support.servers import Behaviour, listening

if TYPE_CHECKING:
    from pathlib import Path

    from local.evaluator import RunningEvaluator


def post(url: str) -> Answer:
    return HTTPEvaluationEndpoint(EvaluationRules(Network.LOCAL)).send(url, b'{"round": 1}')


def redirecting(status: int, location: str) -> Behaviour:
    head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    return lambda connection: connection.sendall(head.encode())


def order(running: RunningEvaluator, **failure: Any) -> None:
    requests.post(f"{running.url}/fail", json=failure, timeout=5).raise_for_status()


def told(running: RunningEvaluator) -> list[str]:
    return [one["text"] for one in requests.get(f"{running.url}/notifications", timeout=5).json()]


@pytest.mark.parametrize("status", [302, 303])
def test_a_receiver_that_has_run_is_looked_up_once_where_its_answer_lies(
    tmp_path: Path, status: int
) -> None:
    with serve_evaluator(tmp_path) as running:
        order(running, times=1, status=status, location="received#here")
        assert post(running.notify_url) == Answer(200, f"HTTP {status}, then HTTP 200")
        assert told(running) == ['{"round": 1}']


@pytest.mark.parametrize("status", [307, 308])
def test_a_receiver_that_runs_elsewhere_is_told_there_with_the_same_bytes(
    tmp_path: Path, status: int
) -> None:
    with serve_evaluator(tmp_path) as running:
        order(running, times=1, status=status, location=running.notify_url)
        # The evaluator refuses what is no whole notification, and keeps it.
        assert post(running.notify_url) == Answer(400, f"HTTP {status}, then HTTP 400")
        assert told(running) == ['{"round": 1}'] * 2


@pytest.mark.parametrize("status", [302, 308])
def test_a_second_redirect_is_an_answer_and_is_not_followed(tmp_path: Path, status: int) -> None:
    with (
        serve_evaluator(tmp_path) as running,
        listening(redirecting(status, running.notify_url)) as (second, _),
        listening(redirecting(status, second)) as (first, _),
    ):
        assert post(first) == Answer(status, f"HTTP {status}, then HTTP {status}")
        assert told(running) == []


def test_a_moved_receiver_and_a_redirect_to_nowhere_are_answers() -> None:
    with listening(redirecting(301, "/elsewhere")) as (url, _):
        assert post(url) == Answer(301, "HTTP 301")
    with listening(lambda c: c.sendall(b"HTTP/1.1 302 So\r\nContent-Length: 0\r\n\r\n")) as (
        url,
        _,
    ):
        assert post(url) == Answer(302, "HTTP 302")


@pytest.mark.parametrize("status", [302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://169.254.169.254/latest/", "leads to "),
        ("http://10.0.0.1/", "leads to "),
        ("http://printer.local/", "must have a host that the internet reaches"),
        ("file:///etc/passwd", "must be an https URL in plain ASCII characters"),
        ("http://a:b@example.com/", "must not carry a user name or a password"),
        ("http://[::1", "must have a host"),
    ],
)
def test_a_redirect_leads_only_where_the_evaluation_url_may(
    status: int, location: str, reason: str
) -> None:
    with listening(redirecting(status, location)) as (url, _):
        answer = post(url)
    assert (answer.status, answer.refused) == (status, False)
    assert answer.detail.startswith(f"HTTP {status}, then its Location {reason}")


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirects_name_that_resolves_inside_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **options: resolve(
            "169.254.169.254" if host == "rebound.example.com" else host, *rest, **options
        ),
    )
    with listening(redirecting(status, "http://rebound.example.com/")) as (url, _):
        answer = post(url)
    assert answer.status == status
    assert "its Location leads to" in answer.detail


def test_nothing_of_the_first_answer_is_sent_to_the_second_receiver() -> None:
    got: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as second:

        def once() -> None:
            connection, _ = second.accept()
            with connection:
                got.append(connection.recv(65536))
                serve(connection)

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        target = f"http://127.0.0.1:{second.getsockname()[1]}/answer"
        head = f"HTTP/1.1 302 So\r\nSet-Cookie: session=1; Path=/\r\nLocation: {target}\r\n"
        with listening(lambda c: c.sendall(f"{head}Content-Length: 0\r\n\r\n".encode())) as (
            url,
            _,
        ):
            assert post(url).accepted
        thread.join(timeout=30)
    (request,) = got
    assert request.startswith(b"GET /answer HTTP/1.1\r\n")
    for header in (b"cookie", b"referer", b"authorization", b"content-type"):
        assert header not in request.lower()
    assert b"round" not in request


def test_a_redirect_and_its_answer_share_the_time_of_one_exchange(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluation, "EXCHANGE_SECONDS", 0.5)

    def drip(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.05)

    with listening(drip) as (second, ended), listening(redirecting(303, second)) as (first, _):
        assert post(first) == Answer(None, "no answer within 0.5 s")
    assert isinstance(ended[0], ConnectionError)
