"""Servers on this machine that behave as badly as a test wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
