"""The API on one short URL: a reverse proxy to the emulator's API Gateway."""

from __future__ import annotations

import http.client
import json
import re
import string
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from operate.places import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

BODY_LIMIT = 10 * 1024 * 1024  # API Gateway's own
TIMEOUT_SECONDS = 60
JSON = {"Content-Type": "application/json"}
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer"}


def _error_body(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()


class FrontDoor(ThreadingHTTPServer):
    """Listens on loopback; `tell` is called with every request that is not a GET."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, api_url: str, stage: str) -> None:
        super().__init__((LOOPBACK, port), _Request)
        self.target = urlsplit(api_url)
        self.stage = f"/{stage}"
        self.tell: Callable[[str], None] = lambda _: None
        self.connections = threading.local()

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, name="front-door", daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def connection(self) -> http.client.HTTPConnection:
        """This thread's connection, which is one client's."""
        kept: http.client.HTTPConnection | None = getattr(self.connections, "kept", None)
        if kept is None:
            kept = http.client.HTTPConnection(
                self.target.hostname or LOOPBACK, self.target.port, timeout=TIMEOUT_SECONDS
            )
            self.connections.kept = kept
        return kept

    def forget_connection(self) -> None:
        if getattr(self.connections, "kept", None) is not None:
            self.connections.kept.close()
            self.connections.kept = None

    def path_of(self, asked: str) -> str:
        """The API's path; links that carry the stage, as API Gateway's own do, work too."""
        if asked == self.stage or asked.startswith(f"{self.stage}/"):
            asked = asked.removeprefix(self.stage) or "/"
        return self.target.path + asked


class _BadRequestError(Exception):
    """The client's bytes are no request that could be passed on."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = _error_body(code, message)


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = TIMEOUT_SECONDS
    server: FrontDoor

    def _forward(self) -> None:
        # Whatever bytes a path holds, it is passed on, and told, as a URL may have them.
        self.path = quote(self.path, safe=string.punctuation, encoding="latin-1")
        try:
            status, answer, kind = self._ask(self._body(), self._headers())
        except _BadRequestError as bad:
            self.close_connection = True
            status, answer, kind = bad.status, bad.body, JSON
        except (OSError, http.client.HTTPException) as failed:
            self.server.forget_connection()
            message = f"the local cloud does not answer: {type(failed).__name__}"
            status, answer, kind = 502, _error_body("unavailable", message), JSON
        self._answer(status, answer, kind)
        if self.command != "GET":
            self.server.tell(f"{self.command} {self.path} -> {status}")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _forward  # noqa: N815

    def finish(self) -> None:
        super().finish()
        self.server.forget_connection()

    def _body(self) -> bytes | None:
        """The bytes of this request, by the one length that it must give."""
        if "Transfer-Encoding" in self.headers:
            raise _BadRequestError(411, "bad_request", "send the body with a Content-Length")
        lengths = set(self.headers.get_all("Content-Length", ["0"]))
        length = lengths.pop()
        if lengths or not re.fullmatch("[0-9]{1,19}", length):
            raise _BadRequestError(400, "bad_request", "the Content-Length is not a number")
        if int(length) > BODY_LIMIT:
            raise _BadRequestError(413, "too_large", "above 10 MB")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise _BadRequestError(400, "bad_request", "the body ended early")
        return body or None

    def _headers(self) -> dict[str, str]:
        ours = {"X-Forwarded-Proto": "http", "X-Forwarded-Port": str(self.server.server_port)}
        theirs = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in _HOP_BY_HOP | {"content-length"}
        }
        return theirs | ours

    def _ask(
        self, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = self.server.connection()
        try:
            connection.request(self.command, self.server.path_of(self.path), body, headers)
            response = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # An idle connection may have been closed; what was answered is not sent again.
            self.server.forget_connection()
            connection = self.server.connection()
            connection.request(self.command, self.server.path_of(self.path), body, headers)
            response = connection.getresponse()
        kept = {
            name: value
            for name, value in response.getheaders()
            if name.lower() not in _HOP_BY_HOP | {"content-length", "date", "server"}
        }
        return response.status, response.read(), kept

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Unknown methods and bytes that are no HTTP get an answer in the contract's form, too."""
        del explain
        self.close_connection = True
        if code == HTTPStatus.NOT_IMPLEMENTED:
            self._answer(404, _error_body("not_found", "there is no such method"), JSON)
        else:
            self._answer(code, _error_body("bad_request", message or HTTPStatus(code).phrase), JSON)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The console is for progress."""
