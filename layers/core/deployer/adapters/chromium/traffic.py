"""A browser's requests, each paused until our side has answered it."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from deployer.adapters.chromium.answers import Asked, RefusedError, Reply, UnreachedError
from deployer.adapters.chromium.happenings import Happenings, short
from deployer.adapters.chromium.protocol import Connection
from deployer.adapters.chromium.published import HOST
from deployer.domain.visit import Kind

FETCHERS = 6
"""Requests that are answered at a time: as many as browsers send to one host."""
_WITHIN_THE_BROWSER = ("about", "blob", "data")
_UNASKED = "/favicon.ico"
"""The browser looks for it by itself."""
_MATTERING = ("Document", "Fetch", "Script", "XHR")
"""Resources that a page cannot do without; a font or a picture it can."""
_ITS_OWN_TROUBLE = (401, 403, 408, 429)
"""A host that answers so, or 500 and more, turns our side away, not the page."""


class Traffic:
    """Answers the paused requests of all pages and workers of a browser, several at a time."""

    def __init__(
        self, connection: Connection, answer: Callable[[Asked], Reply], happenings: Happenings
    ) -> None:
        self._connection = connection
        self._answer = answer
        self._happenings = happenings
        self._threads = ThreadPoolExecutor(FETCHERS, thread_name_prefix="fetcher")
        self._lock = Lock()
        self._open = 0
        self._last = time.monotonic()
        self.missed = ""
        """The first script or data that our side could not have, in words; empty for none."""

    def intercept(self) -> None:
        """Pause every request from now on: of pages, frames, workers and windows."""
        self._connection.call("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    def touch(self) -> None:
        """Count the quiet seconds from now."""
        self._last = time.monotonic()

    def quiet_seconds(self) -> float:
        """The seconds since the last request or answer; 0 while an answer is awaited."""
        return 0.0 if self._open else time.monotonic() - self._last

    def on_paused(self, paused: dict[str, Any]) -> None:
        """Handle `Fetch.requestPaused`."""
        url = paused["request"]["url"]
        if urlsplit(url).scheme in _WITHIN_THE_BROWSER:
            self._connection.post("Fetch.continueRequest", {"requestId": paused["requestId"]})
            return
        self._count(1)
        self._threads.submit(self._reply_to, paused)

    def miss(self, url: str, why: str, *, matters: bool = True) -> None:
        """Note what the page may ask for and our side could not have."""
        text = f"{short(url)}: {why}"
        self._happenings.add(Kind.NOT_REACHED, text)
        if matters and not self.missed:
            self.missed = text

    def close(self) -> None:
        """Answer no more; what is being fetched ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _reply_to(self, paused: dict[str, Any]) -> None:
        request = paused["request"]
        asked = Asked(request["url"], request["method"], request["headers"])
        try:
            reply = self._answer(asked)
        except RefusedError as exc:
            self._happenings.add(Kind.VIOLATION, f"{short(asked.url)}: {exc}")
            self._fail(paused, "BlockedByClient")
        except UnreachedError as exc:
            self._not_reached(paused, str(exc))
            self._fail(paused, "ConnectionFailed")
        else:
            self._judge(paused, reply.status)
            self._fulfil(paused, reply)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._lock:
            self._open += change
            self._last = time.monotonic()

    def _judge(self, paused: dict[str, Any], status: int) -> None:
        url = urlsplit(paused["request"]["url"])
        if status < 400 or (url.hostname == HOST and url.path == _UNASKED):
            return
        if url.hostname != HOST and (status in _ITS_OWN_TROUBLE or status >= 500):
            self._not_reached(paused, f"answered {status}")
        else:
            self._happenings.add(Kind.FAILED_REQUEST, f"{short(url.geturl())}: {status}")

    def _not_reached(self, paused: dict[str, Any], why: str) -> None:
        self.miss(paused["request"]["url"], why, matters=paused["resourceType"] in _MATTERING)

    def _fulfil(self, paused: dict[str, Any], reply: Reply) -> None:
        headers = [{"name": name, "value": value} for name, value in reply.headers.items()]
        answer = {
            "requestId": paused["requestId"],
            "responseCode": reply.status,
            "responseHeaders": headers,
            "body": base64.b64encode(reply.body).decode(),
        }
        self._connection.post("Fetch.fulfillRequest", answer)

    def _fail(self, paused: dict[str, Any], reason: str) -> None:
        failure = {"requestId": paused["requestId"], "errorReason": reason}
        self._connection.post("Fetch.failRequest", failure)
