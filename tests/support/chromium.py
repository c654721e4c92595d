"""The real browser, for tests: a site opened as we open it, or as its visitors would.

`open_site` has our interception between the page and the world. `Visitor` has none: the site is
published at `SITE_URL` and every host of the internet is a server on this machine that notes who
was contacted.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from deployer.adapters.chromium.answers import Source
from deployer.adapters.chromium.browser import Chromium
from deployer.adapters.chromium.executable import (
    Executable,
    installed,
    runs_packed,
    unpack,
)
from deployer.adapters.chromium.process import Options, Process
from deployer.adapters.chromium.published import SITE_URL
from deployer.domain.page import NoBrowserError, Page
from deployer.domain.site import Site
from tests.support.internet import Contact, Internet

AT_ONCE = 12
"""Windows of one browser, which together take more memory than one page may."""
MEMORY_BYTES = 6 << 30
FETCHED = Path(__file__).parents[2] / ".local/chromium"
"""The folder that `make browser` puts Chromium into."""
LIBRARIES = FETCHED.parent / "libraries"


@functools.cache
def executable() -> Executable:
    """The browser that the function runs, or an installed one where that cannot run."""
    if runs_packed():
        packages = sorted(FETCHED.glob("@sparticuz/chromium@*"))
        assert packages, "Chromium is not here: run `make browser`"
        return unpack(packages[-1] / "bin", FETCHED / packages[-1].name.replace("@", "-"))
    try:
        return installed()
    except NoBrowserError as exc:
        pytest.skip(str(exc))


@contextmanager
def open_site(
    site: Mapping[str, bytes],
    *sources: Source,
    chromium: Chromium | None = None,
    seconds: float = 8,
) -> Iterator[Page]:
    """The site's page, opened; what it asks of other hosts is answered by `sources`, if any."""
    browser = chromium or Chromium(executable, sources)
    with browser.open(Site(site), lambda _: bool(sources)) as opened:
        opened.page.open("", seconds)
        yield opened.page


class Visitor:
    """Somebody's browser at the published page: no interception, every name leads to `internet`.

    Chromium's headless shell asks for no name ahead and connects to none ahead: what a page gives
    away by `dns-prefetch` and `preconnect` does not show here.
    """

    def __init__(self, internet: Internet) -> None:
        self.internet = internet
        network = (
            "--no-proxy-server",
            f"--host-resolver-rules=MAP * {internet.address}",
            "--ignore-certificate-errors",
        )
        self._options = Options(network=network, memory_bytes=MEMORY_BYTES)

    def open(
        self,
        site: Mapping[str, bytes],
        *,
        seconds: float = 1.0,
        query: str = "",
        clicks: Sequence[str] = (),
    ) -> list[Contact]:
        """Open the site, click on the elements of the selectors, stay for `seconds`.

        Returns:
            who was contacted, the site's own host left out.
        """
        self.internet.publish(site)
        process = Process(executable(), self._options)
        try:
            self._visit(process, query, clicks, seconds)
        finally:
            process.kill()
        return self.internet.contacts()

    def open_all(
        self, site: Mapping[str, bytes], pages: Sequence[str], *, seconds: float = 2.0
    ) -> list[Contact]:
        """Open these pages of the site, a window each, and stay for `seconds` when some are there.

        Returns:
            who was contacted, the site's own host left out.
        """
        self.internet.publish(site)
        for begin in range(0, len(pages), AT_ONCE):
            process = Process(executable(), self._options)
            try:
                for page in pages[begin : begin + AT_ONCE]:
                    url = f"{SITE_URL}{quote(page)}"
                    process.connection.call("Target.createTarget", {"url": url})
                process.connection.pump(seconds)
            finally:
                process.kill()
        return self.internet.contacts()

    def _visit(self, process: Process, query: str, clicks: Sequence[str], seconds: float) -> None:
        browser = process.connection
        target = browser.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attach = {"targetId": target, "flatten": True}
        session = browser.call("Target.attachToTarget", attach)["sessionId"]
        for domain in ("Page", "Runtime"):
            browser.call(f"{domain}.enable", {}, session)
        loaded: list[str] = []

        def on_event(name: str, params: dict[str, object], _: str) -> None:
            if name == "Page.loadEventFired":
                loaded.append(name)
            if name == "Page.javascriptDialogOpening":
                browser.post("Page.handleJavaScriptDialog", {"accept": True}, session)

        browser.on_event = on_event
        browser.post("Page.navigate", {"url": f"{SITE_URL}{query}"}, session)
        browser.pump(5, until=lambda: bool(loaded))
        for selector in clicks:
            browser.pump(0.2)
            _click(process, session, selector)
        browser.pump(seconds)


def _click(process: Process, session: str, selector: str) -> None:
    """A click of the mouse in the middle of the element, as a person does it."""
    script = (
        f"(() => {{ const element = document.querySelector({selector!r}); "
        "element.scrollIntoView(); const box = element.getBoundingClientRect(); "
        "return [box.x + box.width / 2, box.y + box.height / 2] })()"
    )
    options = {"expression": script, "returnByValue": True}
    answer = process.connection.call("Runtime.evaluate", options, session)
    assert "value" in answer["result"], f"{selector} is not in the page"
    x, y = answer["result"]["value"]
    for kind in ("mousePressed", "mouseReleased"):
        press = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
        process.connection.call("Input.dispatchMouseEvent", press, session)
