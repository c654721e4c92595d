"""One POST to an evaluation URL, against servers of every kind on this machine."""

from __future__ import annotations

import datetime
import gzip
import http.server
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests.adapters
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from samtranslator.yaml_helper import yaml_parse

from deployer.adapters.evaluation import endpoint as evaluation
from deployer.adapters.evaluation.endpoint import HTTPEvaluationEndpoint
from deployer.domain.evaluation_url import EvaluationRules, Network
from deployer.domain.notification import Answer
from local.evaluator.server import serve as serve_evaluator
from tests.support.servers import listening

MEBIBYTE = 1024 * 1024


def post(url: str) -> Answer:
    return HTTPEvaluationEndpoint(EvaluationRules(Network.LOCAL)).send(url, b'{"round": 1}')


def test_the_body_arrives_as_json_byte_for_byte(tmp_path: Path) -> None:
    with serve_evaluator(tmp_path) as running:
        body = json.dumps({"email": "é@example.com"}, ensure_ascii=False).encode()
        HTTPEvaluationEndpoint(EvaluationRules(Network.LOCAL)).send(running.notify_url, body)
        (told,) = requests.get(f"{running.url}/notifications", timeout=5).json()
    assert told["text"].encode() == body
    assert told["headers"]["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [200, 301, 503])
@pytest.mark.parametrize("kind", ["identity", "gzip"])
def test_a_body_is_not_read(status: int, kind: str) -> None:
    piece = gzip.compress(bytes(MEBIBYTE)) * 64 if kind == "gzip" else bytes(65536)

    def pour(connection: socket.socket) -> None:
        connection.sendall(
            f"HTTP/1.1 {status} So\r\nLocation: /\r\nContent-Encoding: {kind}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        for _ in range(64 * MEBIBYTE // len(piece)):
            connection.sendall(piece)

    with listening(pour) as (url, ended):
        assert post(url) == Answer(status, f"HTTP {status}")
    # The server could not go on: we had hung up.
    assert [type(end) for end in ended if isinstance(end, ConnectionError)]


@pytest.mark.parametrize(
    ("start", "drop"),
    [(b"HTTP/1.1 200 OK\r\nX-A: ", b"b" * 8), (b"", b"HTTP/1.1 100 Continue\r\n\r\n")],
    ids=["a header", "answers before the answer"],
)
def test_a_server_that_drips_is_hung_up_on_when_time_is_up(
    monkeypatch: pytest.MonkeyPatch, start: bytes, drop: bytes
) -> None:
    monkeypatch.setattr(evaluation, "EXCHANGE_SECONDS", 0.3)

    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            time.sleep(0.05)

    with listening(drip) as (url, ended):
        assert post(url) == Answer(None, "no answer within 0.3 s")
    # The server could not go on, so nothing of ours read on.
    assert isinstance(ended[0], ConnectionError)


def test_a_connection_that_comes_after_the_deadline_is_hung_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluation, "EXCHANGE_SECONDS", 0.3)
    resolve, released = socket.getaddrinfo, threading.Event()

    def late(*asked: Any, **options: Any) -> Any:
        released.wait(30)
        return resolve(*asked, **options)

    def pour(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    with listening(pour) as (url, ended):
        monkeypatch.setattr(socket, "getaddrinfo", late)
        assert post(url) == Answer(None, "no answer within 0.3 s")
        released.set()
    assert isinstance(ended[0], ConnectionError)


def test_the_whole_exchange_is_shorter_than_the_notifier_may_run() -> None:
    template = yaml_parse((Path(__file__).parents[2] / "template.yaml").read_text())
    timeout = template["Resources"]["NotifierFunction"]["Properties"]["Timeout"]
    assert timeout > evaluation.EXCHANGE_SECONDS + 10


@pytest.mark.parametrize("answer", [b"", b"rubbish\r\n\r\n", b"HTTP/1.1 999999 No\r\n\r\n"])
def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    with listening(lambda connection: connection.sendall(answer)) as (url, _):
        got = post(url)
    assert (got.status, got.refused) == (None, False)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("²", None),
        ("soon", None),
        ("-1", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 01 Jan 99999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2024 00:00:00 +9999999999999", None),
        ("Thu, 01 Jan 9999 00:00:00 GMT", 86400.0),
        ("9" * 50, 86400.0),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(header: str, seconds: float | None) -> None:
    def later(connection: socket.socket) -> None:
        head = f"HTTP/1.1 503 Later\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode("latin-1"))

    with listening(later) as (url, _):
        assert post(url) == Answer(503, "HTTP 503", seconds)


def test_what_a_delivered_notification_is_asked_to_wait_is_not_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
    with listening(lambda connection: connection.sendall(head)) as (url, _):
        assert post(url) == Answer(200, "HTTP 200")


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with listening(lambda c: c.sendall(b"HTTP/1.1 204 No\r\n\r\n")) as (url, _):
        assert post(url) == Answer(204, "HTTP 204")


@pytest.mark.parametrize(
    ("certificate_for", "detail"),
    [("evaluator.example.com", "HTTP 200"), ("127.0.0.1", "SSLError")],
)
def test_the_certificate_is_the_names_though_the_address_is_pinned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certificate_for: str, detail: str
) -> None:
    # GIVEN a name of this machine, and a server with a certificate
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **options: resolve(
            "127.0.0.1" if host == "evaluator.example.com" else host, *rest, **options
        ),
    )
    chain = _certificate(certificate_for, tmp_path)
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(chain))
    asked: list[str | None] = []
    with _https_server(chain, asked) as port:
        # WHEN it is told
        answer = post(f"https://evaluator.example.com:{port}/notify")
    # THEN it was asked for by its name, and believed only with that name's certificate
    assert asked == ["evaluator.example.com"]
    assert answer.detail == detail


@contextmanager
def _https_server(chain: Path, asked: list[str | None]) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(http.server.HTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    context.sni_callback = lambda _, name, __: asked.append(name)
    with Quiet(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def _certificate(host: str, folder: Path) -> Path:
    """A key and its self-signed certificate for `host`, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now = datetime.datetime.now(datetime.UTC)
    subject: x509.GeneralName
    try:
        subject = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        subject = x509.DNSName(host)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([subject]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "chain.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
