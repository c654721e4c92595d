"""Serving a Flask app on loopback, in a thread of this process or as its only work."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

LOOPBACK = "127.0.0.1"


class QuietHandler(WSGIRequestHandler):
    """Writes no access log: each stand-in keeps what it received in its own form."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


def bind(app: Flask, port: int, handler: type[WSGIRequestHandler] = QuietHandler) -> BaseWSGIServer:
    """A threaded server on loopback; port 0 takes a free one."""
    return make_server(LOOPBACK, port, app, threaded=True, request_handler=handler)


def serve_until_stopped(
    app: Flask, port: int, name: str, handler: type[WSGIRequestHandler] = QuietHandler
) -> None:
    """Say that `name` is ready, and serve until the process is interrupted."""
    server = bind(app, port, handler)
    print(f"{name} ready on http://{LOOPBACK}:{server.port}", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()


@contextmanager
def serve(
    app: Flask, port: int = 0, handler: type[WSGIRequestHandler] = QuietHandler
) -> Iterator[str]:
    """Serve `app` in a thread; its URL is yielded, and it ends with the block."""
    server = bind(app, port, handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
