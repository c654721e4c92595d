"""An HTTP server that answers as it was told and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Answer:
    """The server's answer; `trickles` sends blanks for ever, `hangs` nothing at all."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    missing_bytes: int = 0
    hangs: bool = False
    trickles: bool = False


@dataclass(frozen=True)
class Request:
    """A request that the server got."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class ModelServer:
    """Gives its answers in order, on a free port of this machine."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[Request] = []
        self.released = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.requests.append(Request(self.path, headers, json.loads(body)))
            answer = server.answers.pop(0)
            if answer.hangs:
                server.released.wait()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", answer.content_type)
            if answer.trickles:
                self._trickle()
                return
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: len(answer.body) - answer.missing_bytes])

        def _trickle(self) -> None:
            self.end_headers()
            try:
                while not server.released.wait(0.05):
                    self.wfile.write(b"\n")
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    return Handler
