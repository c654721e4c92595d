"""Other hosts' answers to a page: libraries of this machine, and the internet by our hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deployer.adapters.chromium import outside
from deployer.adapters.chromium.answers import Asked, RefusedError, Reply, UnreachedError
from deployer.adapters.chromium.libraries import MirroredLibraries
from deployer.adapters.chromium.outside import AllowedAddresses, Internet
from deployer.domain.evaluation_url import EvaluationRules, Network
from tests.support.chromium import LIBRARIES

JSDELIVR = "cdn.jsdelivr.net/npm/"
CDNJS = "cdnjs.cloudflare.com/ajax/libs/"
SERVED = {
    f"{JSDELIVR}bootstrap@5.3.3/dist/css/bootstrap.min.css": (
        "bootstrap@5.3.3/dist/css/bootstrap.min.css"
    ),
    f"{JSDELIVR}bootstrap@5/dist/js/bootstrap.js": "bootstrap@5.3.3/dist/js/bootstrap.js",
    f"{JSDELIVR}bootstrap@^5.3/dist/css/bootstrap.css": "bootstrap@5.3.3/dist/css/bootstrap.css",
    f"{JSDELIVR}marked/marked.min.js": "marked@12.0.2/marked.min.js",
    f"{JSDELIVR}marked@latest/lib/marked.umd.min.js": "marked@12.0.2/lib/marked.umd.js",
    f"{JSDELIVR}bootstrap": "bootstrap@5.3.3/dist/js/bootstrap.js",
    "cdn.jsdelivr.net/gh/highlightjs/cdn-release@11.9.0/build/highlight.min.js": (
        "@highlightjs/cdn-assets@11.9.0/highlight.min.js"
    ),
    "unpkg.com/@highlightjs/cdn-assets@11.9.0/highlight.min.js": (
        "@highlightjs/cdn-assets@11.9.0/highlight.min.js"
    ),
    f"{CDNJS}bootstrap/5.3.3/css/bootstrap.min.css": "bootstrap@5.3.3/dist/css/bootstrap.min.css",
    f"{CDNJS}highlight.js/11.9.0/styles/github.min.css": (
        "@highlightjs/cdn-assets@11.9.0/styles/github.min.css"
    ),
}


@pytest.mark.parametrize("address", SERVED)
def test_a_library_is_served_as_its_cdn_serves_it(address: str) -> None:
    reply = MirroredLibraries(LIBRARIES)(Asked(f"https://{address}"))
    assert reply is not None
    assert reply.body == (LIBRARIES / SERVED[address]).read_bytes()
    assert reply.headers["Content-Type"].startswith(("text/css", "text/javascript"))


@pytest.mark.parametrize(
    "address",
    [
        "cdn.jsdelivr.net/npm/bootstrap@4/dist/css/bootstrap.min.css",
        "cdn.jsdelivr.net/npm/bootstrap@5.3.2/dist/css/bootstrap.min.css",
        "cdn.jsdelivr.net/npm/unknown@1.0.0/x.js",
        "cdn.jsdelivr.net/npm/marked/+esm",
        "cdn.jsdelivr.net/npm/../../../etc/passwd",
        "cdn.jsdelivr.net/npm/bootstrap/%2e%2e/%2e%2e/chromium/x",
        "cdn.jsdelivr.net/",
        "cdnjs.cloudflare.com/ajax/libs/unknown/1/x.js",
        "unpkg.com/marked?module",
        "evil.example/npm/bootstrap@5.3.3/dist/css/bootstrap.min.css",
    ],
)
def test_what_is_not_here_is_left_to_the_internet(address: str) -> None:
    assert MirroredLibraries(LIBRARIES)(Asked(f"https://{address}")) is None


class Host(BaseHTTPRequestHandler):
    """Answers by the path, and keeps what it was asked."""

    asked: list[tuple[str, str, dict[str, str]]]

    def do_GET(self) -> None:
        self.asked.append((self.command, self.path, dict(self.headers)))
        if self.path == "/slow":
            threading.Event().wait(3)
        status = 302 if self.path == "/moved" else 200
        self.send_response(status)
        self.send_header("Location", "/there")
        self.send_header("Set-Cookie", "a=b")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"x" * 5000 if self.path == "/large" else b'{"a": 1}')

    do_POST = do_OPTIONS = do_GET  # noqa: N815 - names of the library's

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def host() -> Iterator[str]:
    Host.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def internet() -> Internet:
    return Internet(EvaluationRules(Network.LOCAL))


def test_an_answer_of_the_internet_is_handed_on(host: str, internet: Internet) -> None:
    headers = {"Origin": "https://app.invalid", "X-Key": "1", "Cookie": "no", "Referer": "no"}
    reply = internet(Asked(f"{host}/x", "GET", headers))
    assert (reply.status, reply.body) == (200, b'{"a": 1}')
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in reply.headers
    sent = Host.asked[0][2]
    assert (sent["Origin"], sent["X-Key"]) == ("https://app.invalid", "1")
    assert not {"Cookie", "Referer"} & sent.keys()


def test_a_redirect_is_the_browsers_to_follow(host: str, internet: Internet) -> None:
    reply = internet(Asked(f"{host}/moved"))
    assert (reply.status, reply.headers["Location"]) == (302, "/there")
    assert len(Host.asked) == 1


def test_an_answer_is_kept_for_the_next_page(host: str, internet: Internet) -> None:
    assert internet(Asked(f"{host}/x")) == internet(Asked(f"{host}/x"))
    assert len(Host.asked) == 1


def test_nothing_is_changed_at_a_host(host: str, internet: Internet) -> None:
    with pytest.raises(UnreachedError, match="POST is not sent"):
        internet(Asked(f"{host}/x", "POST"))
    assert internet(Asked(f"{host}/x", "OPTIONS")).status == 200
    assert [method for method, _, _ in Host.asked] == ["OPTIONS"]


def test_large_and_slow_answers_are_given_up(
    host: str, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "MAX_BYTES", 4096)
    with pytest.raises(UnreachedError, match="it has more than"):
        internet(Asked(f"{host}/large"))
    monkeypatch.setattr(outside, "EXCHANGE_SECONDS", 0.2)
    with pytest.raises(UnreachedError, match="no answer within"):
        internet(Asked(f"{host}/slow"))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://2130706433/",
        "https://localhost/",
        "https://example.com:22/",
        "https://metadata.internal/",
        "ftp://example.com/",
    ],
)
def test_only_public_hosts_are_asked_over_https(url: str) -> None:
    with pytest.raises(RefusedError):
        Internet()(Asked(url))


def test_a_page_keeps_no_host_busy() -> None:
    source = AllowedAddresses(lambda url: "api" in url, [lambda _: Reply(200, {})])
    assert source(Asked("https://other.example/")) is None
    for _ in range(outside.MAX_REQUESTS):
        assert source(Asked("https://api.example/")) == Reply(200, {})
    with pytest.raises(RefusedError, match="more than 100 requests"):
        source(Asked("https://api.example/"))


def test_a_sample_pages_libraries_are_here() -> None:
    """The demo's pages show Bootstrap on a machine without internet."""
    asked = "https://cdn.jsdelivr.net/npm/bootstrap@5.3.3/dist/css/bootstrap.min.css"
    assert MirroredLibraries(LIBRARIES)(Asked(asked))
    assert MirroredLibraries(Path("/nowhere"))(Asked(asked)) is None
