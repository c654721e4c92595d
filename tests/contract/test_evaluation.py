"""One POST to an evaluation URL, against servers of every kind on this machine."""

from __future__ import annotations

import datetime
import http.server
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests.adapters
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from samtranslator.yaml_helper import yaml_parse

from deployer.adapters import evaluation
from deployer.adapters.evaluation import HTTPEvaluationEndpoint
from deployer.domain.evaluation_url import EvaluationRules, Network
from deployer.domain.notification import Answer
from local.evaluator.server import serve as serve_evaluator

Behaviour = Callable[[socket.socket], None]


@contextmanager
def listening(behave: Behaviour) -> Iterator[tuple[str, list[Exception]]]:
    """A server that reads a request's beginning and then does as it likes; how that ended."""
    ended: list[Exception] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    behave(connection)
            except OSError as exc:
                ended.append(exc)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/notify", ended
        thread.join(timeout=30)
        assert not thread.is_alive()


def post(url: str) -> Answer:
    return HTTPEvaluationEndpoint(EvaluationRules(Network.LOCAL)).post(url, b'{"round": 1}')


def test_the_body_arrives_as_json_byte_for_byte(tmp_path: Path) -> None:
    with serve_evaluator(tmp_path) as running:
        body = json.dumps({"email": "é@example.com"}, ensure_ascii=False).encode()
        HTTPEvaluationEndpoint(EvaluationRules(Network.LOCAL)).post(running.notify_url, body)
        (told,) = requests.get(f"{running.url}/notifications", timeout=5).json()
    assert told["text"].encode() == body
    assert told["headers"]["Content-Type"] == "application/json"


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    def redirect(connection: socket.socket) -> None:
        connection.sendall(
            b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://169.254.169.254/\r\n"
            b"Content-Length: 0\r\n\r\n"
        )

    with listening(redirect) as (url, _):
        assert post(url) == Answer(307, "HTTP 307")


@pytest.mark.parametrize("kind", ["plain", "gzip"])
def test_an_endless_body_is_not_read(kind: str) -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(
            f"HTTP/1.1 200 OK\r\nContent-Encoding: {kind}\r\nConnection: close\r\n\r\n".encode()
        )
        while True:
            connection.sendall(b"x" * 65536)

    with listening(pour) as (url, ended):
        assert post(url) == Answer(200, "HTTP 200")
    # The server could not go on: we had hung up.
    assert isinstance(ended[0], ConnectionError)


def test_a_server_that_drips_its_headers_does_not_hold_the_notifier(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluation, "EXCHANGE_SECONDS", 0.3)
    released = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not released.wait(0.05):
            connection.sendall(b"X-A: b\r\n")

    with listening(drip) as (url, _):
        assert post(url) == Answer(None, "no answer within 0.3 s")
        released.set()


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
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(header: str, seconds: float | None) -> None:
    def later(connection: socket.socket) -> None:
        head = f"HTTP/1.1 503 Later\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode("latin-1"))

    with listening(later) as (url, _):
        assert post(url) == Answer(503, "HTTP 503", seconds)


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
