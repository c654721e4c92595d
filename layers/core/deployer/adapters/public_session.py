"""The HTTP session for URLs that others name: it connects only where it may, and can be cut off."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from threading import Lock
from typing import Any
from urllib.parse import urldefrag, urljoin

import requests
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from deployer.domain.address import special_kind
from deployer.domain.evaluation_url import EvaluationRules, ForbiddenDestinationError, Network


class ForbiddenAddressError(requests.RequestException):
    """The host's address is not a public server's. A ValueError would become an InvalidURL."""


class PublicSession(requests.Session):
    """Connects where the rules allow, follows no redirect itself, and can be cut off."""

    def __init__(self, rules: EvaluationRules) -> None:
        super().__init__()
        self._line = _Line()
        self.trust_env = False  # no proxy, no netrc
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # none kept, none sent
        self.headers["User-Agent"] = "llm-code-deployer"
        self.mount("https://", _PinningAdapter(rules, self._line, https=True))
        self.mount("http://", _PinningAdapter(rules, self._line, https=False))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no target: requests would read and unpack a redirect's body before it decides."""

    def cut_off(self) -> None:
        """End the exchange, whichever thread it runs in: nothing is read or connected any more."""
        self._line.cut()


def resolved(url: str, location: str) -> str:
    """The absolute URL of a Location, without its fragment; one that is none stays as it is."""
    try:
        return urldefrag(urljoin(url, location)).url
    except ValueError:
        return location


def read_at_most(limit: int, response: requests.Response) -> bytes | None:
    """The body, unpacked; None if it has more than `limit` bytes, of which no more is read."""
    body = bytearray()
    for chunk in response.iter_content(1 << 14):
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


class _Line:
    """The sockets of one exchange."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: list[socket.socket] = []
        self._cut = False

    def hold(self, connected: socket.socket) -> None:
        with self._lock:
            self._open.append(connected)
            if self._cut:
                _shut(connected)

    def cut(self) -> None:
        with self._lock:
            self._cut = True
            for connected in self._open:
                _shut(connected)


def _shut(connected: socket.socket) -> None:
    """Shut the socket down: `close` would let a thread that reads go on until something comes."""
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


class _PinningAdapter(IPFilterAdapter):
    """Connects to the one address that was looked up and judged, so that a name whose answer
    changes in between leads nowhere else. The certificate is still checked against the name.

    The library's filter lets some special addresses through; ours judges what it has chosen.
    """

    def __init__(self, rules: EvaluationRules, line: _Line, *, https: bool) -> None:
        super().__init__(https, allow_loopback=rules.network is Network.LOCAL)
        self._rules = rules
        self._line = line

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        pool.ConnectionCls = _held(pool.ConnectionCls, self._line)
        return pool

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        try:
            host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
            self._rules.check_address(ipaddress.ip_address(host["host"].strip("[]")))
        except InvalidIPAddress as exc:
            # The library's own filter came first; ours has a better word for most addresses.
            kind = special_kind(exc.args[0]) or "a special address"
            raise ForbiddenAddressError(f"leads to {kind}") from exc
        except ForbiddenDestinationError as exc:
            raise ForbiddenAddressError(exc.reason) from exc
        return host, pool


def _held(connection_class: type[Any], line: _Line) -> type[Any]:
    """`connection_class` of urllib3's, whose sockets are on the line as soon as they are open."""

    class Held(connection_class):  # type: ignore[misc]
        def connect(self) -> None:
            super().connect()
            line.hold(self.sock)

    return Held
