"""Hostile pages: bounded, without a word to the network, and gone for the next page."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployer.adapters.chromium.browser import Chromium
from deployer.adapters.chromium.page import Page
from deployer.adapters.chromium.process import Mode, Options
from deployer.domain.page import PageLostError
from deployer.domain.visit import Kind
from tests.support.chromium import executable, open_site
from tests.support.internet import Internet

LOAD_SECONDS = 1.5


@pytest.fixture(params=Mode)
def either(request: pytest.FixtureRequest) -> Chromium:
    """The browser in each of its modes."""
    return Chromium(executable, modes=[request.param])


@contextlib.contextmanager
def opened(chromium: Chromium, body: str) -> Iterator[Page]:
    """The page with this body, and afterwards one that is well."""
    site = {"index.html": f"<!doctype html><title>Hostile</title>{body}".encode()}
    try:
        with open_site(site, chromium=chromium, seconds=LOAD_SECONDS) as page:
            yield page
    finally:
        with open_site({"index.html": b"<title>Next</title>"}, chromium=chromium) as following:
            assert following.evaluate("document.title", 2).gave == '"Next"'
            assert following.happened() == ()


def kinds(page: Page) -> dict[Kind, int]:
    counts: dict[Kind, int] = {}
    for happening in page.happened():
        counts[happening.kind] = counts.get(happening.kind, 0) + happening.count
    return counts


LOOPS = {
    "at once": "while (true) {}",
    "from a timer": "setTimeout(() => { while (true) {} })",
    "of promises": "(function again() { Promise.resolve().then(again) })()",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_an_endless_loop_is_cut_off_and_said(either: Chromium, loop: str) -> None:
    begin = time.monotonic()
    with opened(either, f"<p>There</p><script>{LOOPS[loop]}</script>") as page:
        value = page.evaluate("document.title", 1)
        seen = page.happened()
    assert Kind.STUCK in {happening.kind for happening in seen}
    assert value.silence or value.gave == '"Hostile"'
    assert time.monotonic() - begin < 12


def test_a_worker_in_a_loop_does_not_keep_the_page(either: Chromium) -> None:
    with opened(
        either, "<script>new Worker('data:text/javascript,while(true){}')</script>"
    ) as page:
        assert page.evaluate("document.title", 2).gave == '"Hostile"'


def test_a_loop_in_the_check_itself_is_cut_off(either: Chromium) -> None:
    with opened(either, "") as page:
        assert "did not answer within 1 s" in page.evaluate("while (true) {}", 1).silence
        assert page.evaluate("document.title", 2).gave == '"Hostile"'


def test_a_promise_that_is_never_kept_is_not_waited_for(chromium: Chromium) -> None:
    with opened(chromium, "") as page:
        assert "did not answer" in page.evaluate("new Promise(() => {})", 0.5).silence


def test_dialogs_are_answered_and_counted(either: Chromium) -> None:
    script = "for (let i = 0; i < 100; i++) { alert('hi'); confirm('sure?'); prompt('who?') }"
    with opened(either, f"<script>{script}; window.after = 1</script>") as page:
        assert page.evaluate("window.after", 1).gave == "1"
        assert kinds(page)[Kind.DIALOG] == 300


def test_endless_dialogs_end_with_the_time(chromium: Chromium) -> None:
    with opened(chromium, "<script>while (true) alert(1)</script>") as page:
        assert Kind.STUCK in kinds(page)


def test_a_page_cannot_keep_us_by_asking_whether_to_leave(chromium: Chromium) -> None:
    script = "onbeforeunload = event => { event.preventDefault(); event.returnValue = 'stay' }"
    with opened(chromium, f"<script>{script}</script>") as page:
        page.evaluate("document.body.click()", 1)
        assert page.open("?again", 3)
        assert page.evaluate("location.search", 1).gave == '"?again"'


def test_windows_are_closed_and_named(chromium: Chromium) -> None:
    script = "for (let i = 0; i < 20; i++) open('https://evil.example/' + i)"
    with opened(chromium, f"<script>{script}</script>") as page:
        page.wait(0.5)
        happened = page.happened()
        assert page.evaluate("document.title", 2).gave == '"Hostile"'
    assert "https://evil.example/0" in [h.text for h in happened if h.kind is Kind.POPUP]


def test_downloads_leave_no_file(
    chromium: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    script = (
        "for (let i = 0; i < 5; i++) { const link = document.createElement('a');"
        "link.href = 'data:application/octet-stream,x'; link.download = `take-${i}.bin`;"
        "document.body.append(link); link.click() }"
    )
    with opened(chromium, f"<body><script>{script}</script>") as page:
        page.wait(0.5)
        assert Kind.DOWNLOAD in kinds(page)
        assert list(tmp_path.glob("browser-*")), "the browser's own folder"
        assert list(tmp_path.rglob("take-*")) == []


def test_a_flood_of_the_console_is_bounded(chromium: Chromium) -> None:
    script = "for (let i = 0; i < 200000; i++) console.error('line ' + i)"
    begin = time.monotonic()
    with opened(chromium, f"<script>{script}</script>") as page:
        happened = page.happened()
    assert 0 < len(happened) < 50
    assert time.monotonic() - begin < 12


BOMBS = {
    "numbers": "const all = []; while (true) all.push(new Array(1e6).fill(0.5))",
    "buffers": (
        "const all = []; const more = () => {"
        " for (let i = 0; i < 4; i++) all.push(new Uint8Array(64 << 20).fill(1));"
        " setTimeout(more) }; more()"
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_of_memory_is_the_pages_own_fault(either: Chromium, bomb: str) -> None:
    begin = time.monotonic()
    ends: list[Kind | bool] = []
    try:
        with opened(either, f"<script>{BOMBS[bomb]}</script>") as page:
            while Kind.CRASH not in ends and time.monotonic() - begin < 15:
                page.wait(0.2)
                ends += kinds(page)
    except PageLostError as lost:
        ends.append(lost.by_page)
    assert Kind.CRASH in ends or True in ends


def test_more_memory_than_is_allowed_is_never_had(chromium: Chromium) -> None:
    small = Chromium(executable, options=Options(memory_bytes=600 << 20))
    with (
        pytest.raises(PageLostError, match="more memory than it may") as lost,
        opened(small, f"<script>{BOMBS['buffers']}</script>") as page,
    ):
        page.wait(5)
    assert lost.value.by_page


REACHING = """
<link rel=preconnect href="http://ADDRESS"><link rel=dns-prefetch href="//evil.example">
<link rel=prefetch href="http://ADDRESS/prefetch"><img src="http://ADDRESS/img">
<iframe src="http://ADDRESS/frame"></iframe><iframe src="file:///etc/passwd"></iframe>
<form id=f target=_blank method=post action="http://ADDRESS/form"></form>
<script>
const to = path => `http://ADDRESS/${path}`
for (const url of [to('fetch'), 'http://169.254.169.254/latest/meta-data/', 'http://[::1]:PORT/',
    'http://2130706433:PORT/', 'file:///etc/passwd', 'http://127.0.0.1:9001/2018-06-01/runtime'])
  fetch(url).catch(() => 0)
navigator.sendBeacon(to('beacon'), 'x')
new EventSource(to('events'))
try { new WebSocket('ws://ADDRESS/socket') } catch {}
new Worker(URL.createObjectURL(new Blob([`fetch('http://ADDRESS/worker').catch(() => 0)`])))
const peer = new RTCPeerConnection({iceServers: [
  {urls: 'stun:ADDRESS'}, {urls: 'turn:ADDRESS?transport=udp', username: 'a', credential: 'b'},
  {urls: 'turn:ADDRESS?transport=tcp', username: 'a', credential: 'b'}]})
peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer))
document.querySelector('#f').submit()
open(to('window'))
setTimeout(() => { location = to('away') }, 300)
</script>
"""


def test_nothing_reaches_the_network(either: Chromium, internet: Internet) -> None:
    body = REACHING.replace("ADDRESS", internet.address).replace("PORT", str(internet.port))
    with opened(either, body) as page:
        page.wait(1.5)
    assert internet.contacts() == []


def test_the_canary_sings_when_the_browser_has_a_network(internet: Internet) -> None:
    """The test above would see a contact."""
    body = REACHING.replace("ADDRESS", internet.address).replace("PORT", str(internet.port))
    free = Chromium(executable, options=Options(network=("--no-proxy-server",)))
    with contextlib.suppress(PageLostError), opened(free, body) as page:
        page.wait(1.5)
    assert "udp" in {contact.what for contact in internet.contacts()}


def test_a_file_of_the_machine_is_never_shown(chromium: Chromium) -> None:
    with opened(chromium, "<script>location = 'file:///etc/passwd'</script>") as page:
        page.wait(0.3)
        assert "root:" not in page.evaluate("document.documentElement.outerHTML", 2).gave


def test_pages_share_no_storage(chromium: Chromium) -> None:
    with opened(chromium, "<script>localStorage.mine = 1; document.cookie = 'a=b'</script>"):
        pass
    with opened(chromium, "") as page:
        assert page.evaluate("localStorage.length + document.cookie", 2).gave == '"0"'
