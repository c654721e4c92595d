"""The front door passes on what is a request, answers what is none, and stays up."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.front_door import FrontDoor

Exchange = Callable[[bytes], bytes]


class Upstream(BaseHTTPRequestHandler):
    """Answers with the method, the path and the body that it got."""

    protocol_version = "HTTP/1.1"

    def echo(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = f"{self.command} {self.path} {body!r}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = echo  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing to tell."""


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    """Sends bytes to a front door, tells that no more will come, and gives what comes back."""
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    upstream.daemon_threads = True
    Thread(target=upstream.serve_forever, daemon=True).start()
    door = FrontDoor(0, f"http://127.0.0.1:{upstream.server_port}/stage", "dev")
    door.start()

    def exchange(sent: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", door.server_port), timeout=10) as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            answer = b""
            while received := client.recv(65536):
                answer += received
            return answer

    yield exchange
    for server in (door, upstream):
        server.shutdown()
        server.server_close()


def post(*headers: bytes, path: bytes = b"/api/deploy", body: bytes = b"{}") -> bytes:
    return b"\r\n".join([b"POST " + path + b" HTTP/1.1", b"Host: a", *headers, b"", body])


def test_a_request_is_passed_on(exchange: Exchange) -> None:
    answer = exchange(post(b"Content-Length: 2"))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"POST /stage/api/deploy b'{}'")


@pytest.mark.parametrize(
    ("path", "passed_on"),
    [(b"/a%20b", b"/a%20b"), ("/ä".encode(), b"/%C3%A4"), (b"/a\x00\x1bb", b"/a%00%1Bb")],
)
def test_any_path_is_passed_on_as_a_url_may_have_it(
    exchange: Exchange, path: bytes, passed_on: bytes
) -> None:
    assert b"POST /stage" + passed_on in exchange(post(b"Content-Length: 0", path=path))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (post(b"Content-Length: two"), 400),
        (post(b"Content-Length: -1"), 400),
        (post(b"Content-Length: 2", b"content-length: 3"), 400),
        (post(b"Content-Length: 3"), 400),
        (post(b"Content-Length: " + b"9" * 30), 400),
        (post(b"Content-Length: 99999999"), 413),
        (post(b"Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n"), 411),
        (b"FOO / HTTP/1.1\r\n\r\n", 404),
        (b"GET  / / HTTP/1.1\r\n\r\n", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
    ],
)
def test_what_cannot_be_passed_on_gets_an_error_of_the_contract(
    exchange: Exchange, sent: bytes, status: int
) -> None:
    head, _, body = exchange(sent).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), head
    assert set(json.loads(body)["error"]) == {"code", "message"}


def test_a_body_that_is_left_over_is_not_read_as_a_request(exchange: Exchange) -> None:
    smuggled = post(b"Content-Length: two", body=post(b"Content-Length: 2", path=b"/smuggled"))
    assert b"smuggled" not in exchange(smuggled)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=200).map(lambda noise: b"GET /" + noise + b" HTTP/1.1\r\n\r\n"),
        st.binary(max_size=200).map(lambda noise: post(noise)),
        st.binary(max_size=200).map(lambda noise: post(b"Content-Length: 2", noise)),
    )
)
def test_no_bytes_break_it(exchange: Exchange, sent: bytes) -> None:
    answer = exchange(sent)
    assert b"500" not in answer[:20]
    assert b"502" not in answer[:20]
    assert exchange(post(b"Content-Length: 2")).startswith(b"HTTP/1.1 200")
