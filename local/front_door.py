"""The API on one short URL: a reverse proxy to the emulator's API Gateway."""

from __future__ import annotations

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local.places import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

BODY_LIMIT = 10 * 1024 * 1024  # API Gateway's own
TIMEOUT_SECONDS = 60
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer"}


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
        self.connection().close()
        self.connections.kept = None

    def path_of(self, asked: str) -> str:
        """The API's path; links that carry the stage, as API Gateway's own do, work too."""
        if asked == self.stage or asked.startswith(f"{self.stage}/"):
            asked = asked.removeprefix(self.stage) or "/"
        return self.target.path + asked


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: FrontDoor

    def _forward(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_LIMIT:
            self.close_connection = True
            self._answer(413, b'{"error":{"code":"too_large","message":"above 10 MB"}}')
            return
        body = self.rfile.read(length) if length else None
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP
        }
        headers |= {"X-Forwarded-Proto": "http", "X-Forwarded-Port": str(self.server.server_port)}
        try:
            status, answer, kind = self._ask(body, headers)
        except OSError as failed:
            self.server.forget_connection()
            message = f"the local cloud does not answer: {type(failed).__name__}"
            answer = json.dumps({"error": {"code": "unavailable", "message": message}}).encode()
            status, kind = 502, {"Content-Type": "application/json"}
        self._answer(status, answer, kind)
        if self.command != "GET":
            self.server.tell(f"{self.command} {self.path} -> {status}")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _forward  # noqa: N815

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

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {"Content-Type": "application/json"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The console is for progress."""
