"""Somebody who reads our pages in a real browser, with or without scripts, wide or narrow."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

from deployer.adapters.chromium.keyboard import key_events
from deployer.adapters.chromium.process import Options, Process
from tests.support.chromium import LIBRARIES, MEMORY_BYTES, executable

PATIENCE_SECONDS = 20
WIDE, NARROW, NARROWEST = 1280, 375, 320


class Reader:
    """One window of one browser."""

    def __init__(self) -> None:
        options = Options(network=("--no-proxy-server",), memory_bytes=MEMORY_BYTES)
        self._process = Process(executable(), options)
        browser = self._process.connection
        target = browser.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attach = {"targetId": target, "flatten": True}
        self._session = browser.call("Target.attachToTarget", attach)["sessionId"]
        self.complaints: list[str] = []
        browser.on_event = self._note
        for domain in ("Page", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def close(self) -> None:
        self._process.kill()

    def open(self, url: str) -> None:
        """Load the page, and wait until it has loaded."""
        self.complaints.clear()
        self._call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def look(self, width: int, *, dark: bool = False) -> None:
        """Read in a window of this width, in light or in dark."""
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        self._call("Emulation.setDeviceMetricsOverride", **size)
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[feature])

    def scripts(self, *, on: bool) -> None:
        self._call("Emulation.setScriptExecutionDisabled", value=not on)

    def value(self, expression: str) -> Any:
        """The value of an expression in the page, as JSON; a promise is awaited."""
        answer = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until the expression is true in the page."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.value(expression):
            assert time.monotonic() < until, f"never came: {expression}\n{self.text()}"
            self._process.connection.pump(0.1)

    def press(self, key: str) -> None:
        for event in key_events(key):
            self._call("Input.dispatchKeyEvent", **event)

    def text(self) -> str:
        found: str = self.value("document.body.innerText")
        return found

    def violations(self) -> list[str]:
        """The findings of axe-core, each with the elements that it concerns."""
        (axe,) = LIBRARIES.glob("axe-core@*/axe.min.js")
        self.value(f"{axe.read_text()}; true")
        found: list[str] = self.value(
            "axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html)}`))"
        )
        return found

    def overflows(self) -> bool:
        found: bool = self.value("document.documentElement.scrollWidth > window.innerWidth")
        return found

    def photograph(self, path: Path) -> None:
        shot = self._call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _call(self, method: str, **params: Any) -> Any:
        return self._process.connection.call(method, params, self._session)

    def _note(self, name: str, params: dict[str, Any], _: str) -> None:
        if name == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        if name == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
