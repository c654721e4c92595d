"""A page in a running browser: opened, questioned, photographed."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from deployer.adapters.chromium.answers import Asked, Reply
from deployer.adapters.chromium.events import Events
from deployer.adapters.chromium.happenings import Happenings, described, exception
from deployer.adapters.chromium.keyboard import key_events
from deployer.adapters.chromium.protocol import (
    BrowserGoneError,
    Connection,
    NoAnswerError,
    ProtocolError,
)
from deployer.adapters.chromium.published import SITE_URL
from deployer.adapters.chromium.script import run_script
from deployer.adapters.chromium.traffic import Traffic
from deployer.domain.computed import Output
from deployer.domain.page import NotJavaScriptError, Value
from deployer.domain.visit import Happening, Kind

QUIET_SECONDS = 0.15
"""A page that has asked for nothing for so long has settled."""
SETTLE_SECONDS = 3.0
WIDTH = 1280
"""Pixels, of the window in which checks are tried."""
SKIP_SECONDS = 5.0
"""The longest that skipping any time may take; a page that is busy for longer gets no more."""
MAX_VALUE = 500
_HEIGHTS = {1280: 800, 375: 812}
_FALSE = ("false", "null", "0", "-0", "NaN", "0n", '""', "undefined")


class Page:
    """`Page`: the one page of a browser, and the windows and workers that it opens.

    `answer` answers every request of theirs. `own_context`: apart from the browser's own cookies
    and storage; a browser of a single process has room for its default context alone.
    """

    def __init__(
        self, connection: Connection, answer: Callable[[Asked], Reply], *, own_context: bool
    ) -> None:
        self._connection = connection
        self._happenings = Happenings()
        self._traffic = Traffic(connection, answer, self._happenings)
        self._events = Events(connection, self._happenings, self._traffic)
        connection.on_event = self._events.handle
        self._traffic.intercept()
        context = _new_context(connection) if own_context else {}
        target = _new_target(connection, context) if context else _first_target(connection)
        self._session = _attach(connection, target, context)
        self._events.watch(target, self._session)
        self._skipped = False
        self._resize(WIDTH)

    @property
    def missed(self) -> str:
        return self._traffic.missed

    def open(self, address: str, seconds: float, *, scripts: bool = True) -> bool:
        with suppress(NoAnswerError):
            self._call("Emulation.setScriptExecutionDisabled", {"value": not scripts}, seconds)
        return self._load("Page.navigate", {"url": f"{SITE_URL}{address}"}, seconds)

    def reload(self, seconds: float) -> bool:
        return self._load("Page.reload", {}, seconds)

    def click(self, x: float, y: float) -> None:
        at = {"x": x, "y": y}
        self._act("Input.dispatchMouseEvent", {"type": "mouseMoved", **at})
        for kind in ("mousePressed", "mouseReleased"):
            button = {"type": kind, "button": "left", "clickCount": 1}
            self._act("Input.dispatchMouseEvent", {**button, **at})

    def press(self, key: str) -> None:
        for event in key_events(key):
            self._act("Input.dispatchKeyEvent", event)

    def _act(self, method: str, params: dict[str, Any]) -> None:
        try:
            self._call(method, params, 2)
        except BrowserGoneError:
            raise
        except ProtocolError as exc:
            self._silent(f"the page does not take input ({exc})")

    def _load(self, method: str, params: dict[str, Any], seconds: float) -> bool:
        until = time.monotonic() + seconds
        self._events.loaded = False
        with suppress(NoAnswerError):
            answer = self._call(method, params, seconds)
            # A hash of the page that is open loads nothing: there is no loader then.
            self._events.loaded |= method == "Page.navigate" and "loaderId" not in answer
            self._connection.pump(until - time.monotonic(), until=lambda: self._events.loaded)
        if not self._events.loaded:
            self._happenings.add(Kind.STUCK, f"the page had not loaded after {seconds:.0f} s")
            self._interrupt()
            return False
        self.settle(min(SETTLE_SECONDS, until - time.monotonic()))
        return True

    def settle(self, seconds: float) -> None:
        self._traffic.touch()
        until = time.monotonic() + seconds
        while self._traffic.quiet_seconds() < QUIET_SECONDS and time.monotonic() < until:
            self._connection.pump(0.02)

    def wait(self, seconds: float) -> None:
        self._connection.pump(seconds)

    def skip(self, seconds: float) -> None:
        self._events.time_is_up = False
        try:
            self._let_pass(seconds)
        except BrowserGoneError:
            raise
        except ProtocolError:
            return
        self._connection.pump(SKIP_SECONDS, until=lambda: self._events.time_is_up)
        self._skipped = True

    def evaluate(self, expression: str, seconds: float) -> Value:
        try:
            readable = self._readable(expression, seconds)
            answer = self._run("Runtime.evaluate", {"expression": readable}, seconds)
            if answer["result"].get("type") == "function":
                called = {
                    "objectId": answer["result"]["objectId"],
                    "functionDeclaration": "function () { return this() }",
                }
                answer = self._run("Runtime.callFunctionOn", called, seconds)
        except NoAnswerError:
            self._interrupt()
            return self._silent(f"the page did not answer within {seconds:.0f} s")
        except BrowserGoneError:
            raise
        except ProtocolError as exc:
            return self._silent(f"the page gave no answer ({exc})")
        return _value(answer)

    def html(self, selector: str) -> str | None:
        found = f"document.querySelector({json.dumps(selector)})?.outerHTML.slice(0, {MAX_VALUE})"
        try:
            options = {"expression": found, "returnByValue": True, "silent": True}
            answer = self._call("Runtime.evaluate", options, 1)
        except BrowserGoneError:
            raise
        except ProtocolError:
            return None
        value: str | None = answer["result"].get("value")
        return None if "exceptionDetails" in answer else value

    def screenshot(self, width: int, seconds: float) -> bytes | None:
        options = {"format": "png", "captureBeyondViewport": False}
        try:
            self._resize(width)
            drawn = self._call("Page.captureScreenshot", options, seconds)
            self._resize(WIDTH)
        except BrowserGoneError:
            raise
        except ProtocolError:
            return None
        return base64.b64decode(drawn["data"])

    def compute(
        self, script: str, files: Mapping[str, bytes], *, largest: int, seconds: float
    ) -> Output:
        return run_script(self._call, script, files, largest=largest, seconds=seconds)

    def happened(self) -> tuple[Happening, ...]:
        return self._happenings.take()

    def close(self) -> None:
        """Answer no more requests; the browser itself is ended by whoever started it."""
        self._traffic.close()

    def _let_pass(self, seconds: float) -> None:
        """Put the page's time under ours, and let some of it go by as fast as the page can."""
        budget = {"policy": "pauseIfNetworkFetchesPending", "budget": seconds * 1000}
        self._call("Emulation.setVirtualTimePolicy", budget, 2)

    def _call(self, method: str, params: dict[str, Any], seconds: float) -> dict[str, Any]:
        if self._events.crashed:
            raise ProtocolError("the page has crashed")
        return self._connection.call(method, params, self._session, seconds=max(0.0, seconds))

    def _run(self, method: str, options: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Run the command; if it returns a promise, wait and return what that resolves to."""
        until = time.monotonic() + seconds
        options = {**options, "userGesture": True, "generatePreview": True}
        answer = self._call(method, options, seconds)
        if answer["result"].get("subtype") != "promise":
            return answer
        if self._skipped:
            self._let_pass(seconds)
        promise = {"promiseObjectId": answer["result"]["objectId"], "generatePreview": True}
        return self._call("Runtime.awaitPromise", promise, until - time.monotonic())

    def _readable(self, expression: str, seconds: float) -> str:
        """The expression, as it is or where it may `await`.

        Raises:
            NotJavaScriptError: it can be read in neither way.
        """
        error = self._syntax_error(expression, seconds)
        if not error:
            return expression
        awaiting = f"(async () => (\n{expression}\n))()"
        if "await" in expression and not self._syntax_error(awaiting, seconds):
            return awaiting
        raise NotJavaScriptError(error)

    def _syntax_error(self, expression: str, seconds: float) -> str:
        options = {"expression": expression, "sourceURL": "", "persistScript": False}
        compiled = self._call("Runtime.compileScript", options, seconds)
        return exception(compiled["exceptionDetails"])[0] if "exceptionDetails" in compiled else ""

    def _interrupt(self) -> None:
        """Stop the script that runs, if the page can still hear it."""
        try:
            self._call("Runtime.terminateExecution", {}, 1)
        except BrowserGoneError:
            raise
        except ProtocolError:
            return

    def _silent(self, why: str) -> Value:
        self._happenings.add(Kind.CRASH if self._events.crashed else Kind.STUCK, why)
        return Value(silence=why)

    def _resize(self, width: int) -> None:
        size = {"width": width, "height": _HEIGHTS.get(width, 800)}
        shape = {**size, "deviceScaleFactor": 1, "mobile": False}
        self._call("Emulation.setDeviceMetricsOverride", shape, 5)


def _value(answer: dict[str, Any]) -> Value:
    if "exceptionDetails" in answer:
        return Value(threw=exception(answer["exceptionDetails"])[0][:MAX_VALUE])
    gave = described(answer["result"])
    return Value(gave=gave[:MAX_VALUE], holds=gave not in _FALSE)


def _new_context(connection: Connection) -> dict[str, str]:
    made = connection.call("Target.createBrowserContext", {"disposeOnDetach": True})
    return {"browserContextId": made["browserContextId"]}


def _new_target(connection: Connection, context: dict[str, str]) -> str:
    made = connection.call("Target.createTarget", {"url": "about:blank", **context})
    return str(made["targetId"])


def _first_target(connection: Connection) -> str:
    """The page that the browser opened when it started."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        for target in connection.call("Target.getTargets")["targetInfos"]:
            if target["type"] == "page":
                return str(target["targetId"])
        connection.pump(0.02)
    raise NoAnswerError("the browser opened no page")


def _attach(connection: Connection, target: str, context: dict[str, str]) -> str:
    deny = {"behavior": "deny", "eventsEnabled": True, **context}
    connection.call("Browser.setDownloadBehavior", deny)
    connection.call("Target.setDiscoverTargets", {"discover": True})
    attached = connection.call("Target.attachToTarget", {"targetId": target, "flatten": True})
    session = str(attached["sessionId"])
    for domain in ("Page", "Runtime", "Log", "Audits", "Inspector"):
        connection.call(f"{domain}.enable", {}, session)
    return session
