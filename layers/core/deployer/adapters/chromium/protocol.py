"""The DevTools protocol over two pipes: JSON messages that end with a NUL byte.

One thread calls: while it waits for an answer, events are handed on as they come. Their handler
may `post`, never `call`; other threads may `post` too.
"""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, get_ident
from typing import Any

from deployer.domain.page import PageLostError

CHUNK_BYTES = 1 << 18
MAX_MESSAGE_BYTES = 64 << 20
"""A page may log a string of any length; the largest screenshot is far below."""

Handler = Callable[[str, dict[str, Any], str], None]
"""Takes an event: its name, its parameters, and its session ("" for the browser's own)."""


class ProtocolError(Exception):
    """The browser did not do what it was asked."""


class BrowserGoneError(ProtocolError, PageLostError):
    """The pipe is closed: the browser ended, crashed or was killed."""


class NoAnswerError(ProtocolError):
    """No answer came in time."""


class Connection:
    """Calls and events of one browser. Owns both ends that it is given."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd, self._write_fd = read_fd, write_fd
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)
        self._incoming = bytearray()
        self._searched = 0
        self._outgoing = bytearray()
        self._lock = Lock()
        self._wake_read_fd, self._wake_write_fd = os.pipe()
        os.set_blocking(self._wake_write_fd, False)
        self._open: tuple[int, ...] = (
            read_fd,
            write_fd,
            self._wake_read_fd,
            self._wake_write_fd,
        )
        self._last_id = 0
        self._answers: dict[int, dict[str, Any] | None] = {}
        self._closed = False
        self._owner = get_ident()
        self.on_event: Handler = lambda *_: None

    def post(self, method: str, params: dict[str, Any] | None = None, session: str = "") -> int:
        """Queue a command and wait for nothing; its id."""
        message: dict[str, Any] = {"method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        with self._lock:
            self._last_id += 1
            self._outgoing += json.dumps({"id": self._last_id, **message}).encode() + b"\0"
            if not self._closed and get_ident() != self._owner:
                with suppress(BlockingIOError):  # full of wake-ups: one is enough
                    os.write(self._wake_write_fd, b".")
            return self._last_id

    def call(
        self,
        method: str,
        params: dict[str, Any] | None = None,
        session: str = "",
        *,
        seconds: float = 10,
    ) -> dict[str, Any]:
        """
        Returns:
            the command's result.

        Raises:
            BrowserGoneError: the browser has ended.
            NoAnswerError: `seconds` went by.
            ProtocolError: the browser refuses; the message is its own.
        """
        command = self.post(method, params, session)
        self._answers[command] = None
        try:
            self.pump(seconds, until=lambda: self._answers[command] is not None)
            answer = self._answers[command]
        finally:
            del self._answers[command]
        if answer is None:
            raise NoAnswerError(f"{method}: no answer within {seconds:.1f} s")
        if "error" in answer:
            raise ProtocolError(f"{method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer["result"]
        return result

    def pump(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Send what waits and hand on what comes, for `seconds` or until `until` is so.

        Raises:
            BrowserGoneError: the browser has ended.
        """
        deadline = time.monotonic() + seconds
        while not until():
            left = deadline - time.monotonic()
            if self._dispatch_one():
                if left <= 0:
                    return
                continue
            if self._closed:
                raise BrowserGoneError("the browser is gone")
            if left <= 0:
                return
            self._exchange(left)

    def close(self) -> None:
        """Close the pipes; safe to do twice."""
        with self._lock:
            self._closed = True
            for fd in self._open:
                os.close(fd)
            self._open = ()

    def _exchange(self, seconds: float) -> None:
        """Write and read once, as far as the pipes have room and bytes."""
        waiting = [self._write_fd] if self._outgoing else []
        readable, writable, _ = select.select(
            [self._read_fd, self._wake_read_fd], waiting, [], seconds
        )
        try:
            if self._wake_read_fd in readable:
                os.read(self._wake_read_fd, CHUNK_BYTES)
            if writable:
                with self._lock:
                    del self._outgoing[: os.write(self._write_fd, self._outgoing[:CHUNK_BYTES])]
            if self._read_fd in readable:
                self._take(os.read(self._read_fd, CHUNK_BYTES))
        except BlockingIOError:
            return
        except OSError:
            self._closed = True

    def _take(self, chunk: bytes) -> None:
        self._incoming += chunk
        if not chunk or len(self._incoming) > MAX_MESSAGE_BYTES:
            self._closed = True

    def _dispatch_one(self) -> bool:
        """Hand on the next whole message; False if there is none."""
        end = self._incoming.find(0, self._searched)
        if end < 0:
            self._searched = len(self._incoming)
            return False
        try:
            message = json.loads(self._incoming[:end])
        except ValueError as exc:
            raise ProtocolError("what came is not the protocol") from exc
        del self._incoming[: end + 1]
        self._searched = 0
        if "id" not in message:
            self.on_event(message["method"], message["params"], message.get("sessionId", ""))
        elif message["id"] in self._answers:
            self._answers[message["id"]] = message
        return True
