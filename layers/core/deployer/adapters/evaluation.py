"""The caller's evaluation URL: one POST, to an address that our rules allow."""

from __future__ import annotations

import ipaddress
from concurrent.futures import TimeoutError as OutOfTimeError
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from deployer.adapters.deadline import within
from deployer.domain.address import special_kind
from deployer.domain.evaluation_url import EvaluationRules, ForbiddenDestinationError, Network
from deployer.domain.notification import Answer

CONNECT_TIMEOUT_SECONDS = 3.05
READ_TIMEOUT_SECONDS = 15
EXCHANGE_SECONDS = 25
"""For the whole of it, name resolution included; the notifier may run for 45 s."""


class HTTPEvaluationEndpoint:
    """`EvaluationEndpoint` over HTTP.

    A redirect is not followed: it is an answer like others. Of an answer the status and the
    headers are read, never the body.
    """

    def __init__(self, rules: EvaluationRules) -> None:
        self._rules = rules

    def post(self, url: str, body: bytes) -> Answer:
        try:
            self._rules.check(url)
            return within(EXCHANGE_SECONDS, lambda: self._exchange(url, body))
        except ForbiddenDestinationError as exc:
            return Answer(None, f"the evaluation URL {exc.reason}", refused=True)
        except _ForbiddenAddressError as exc:
            return Answer(None, f"the evaluation URL {exc}", refused=True)
        except OutOfTimeError:
            return Answer(None, f"no answer within {EXCHANGE_SECONDS} s")
        except (requests.RequestException, ValueError) as exc:
            return Answer(None, type(exc).__name__)

    def _exchange(self, url: str, body: bytes) -> Answer:
        with (
            _session(self._rules) as session,
            session.post(
                url,
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            retry_after = _seconds(response.headers.get("Retry-After"))
            return Answer(response.status_code, f"HTTP {response.status_code}", retry_after)


class _ForbiddenAddressError(requests.RequestException):
    """The host's address is not a public server's. A ValueError would become an InvalidURL."""


class _PinningAdapter(IPFilterAdapter):
    """Connects to the one address that was looked up and judged, so that a name whose answer
    changes in between leads nowhere else. The certificate is still checked against the name.

    The library's filter lets some special addresses through; ours judges what it has chosen.
    """

    def __init__(self, rules: EvaluationRules, *, https: bool) -> None:
        super().__init__(https, allow_loopback=rules.network is Network.LOCAL)
        self._rules = rules

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        try:
            host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
            self._rules.check_address(ipaddress.ip_address(host["host"].strip("[]")))
        except InvalidIPAddress as exc:
            # The library's own filter came first; ours has a better word for most addresses.
            kind = special_kind(exc.args[0]) or "a special address"
            raise _ForbiddenAddressError(f"leads to {kind}") from exc
        except ForbiddenDestinationError as exc:
            raise _ForbiddenAddressError(exc.reason) from exc
        return host, pool


def _session(rules: EvaluationRules) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, no netrc
    session.headers["User-Agent"] = "llm-code-deployer"
    session.mount("https://", _PinningAdapter(rules, https=True))
    session.mount("http://", _PinningAdapter(rules, https=False))
    return session


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After is a number of seconds or a date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    wanted = retry_after.strip()
    if wanted.isascii() and wanted.isdigit():
        return float(wanted)
    try:
        until = parsedate_to_datetime(wanted)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
