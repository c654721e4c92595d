"""The caller's evaluation URL: one POST, to an address that our rules allow."""

from __future__ import annotations

from concurrent.futures import TimeoutError as OutOfTimeError
from dataclasses import replace
from datetime import UTC, datetime

import requests

from deployer.adapters.deadline import within
from deployer.adapters.public_session import ForbiddenAddressError, PublicSession, resolved
from deployer.adapters.retry_after import seconds_until_retry
from deployer.domain.evaluation_url import EvaluationRules, ForbiddenDestinationError
from deployer.domain.notification import Answer

CONNECT_TIMEOUT_SECONDS = 3.05
READ_TIMEOUT_SECONDS = 15
EXCHANGE_SECONDS = 25
"""For the whole of it, name resolution and a redirect included; the notifier may run for 45 s."""

_METHODS_AFTER = {302: "GET", 303: "GET", 307: "POST", 308: "POST"}
"""RFC 9110, 15.4. A receiver that answers 302 or 303 has run, as Google Apps Script does, and says
where its answer lies; at 307 and 308 it has not, and says where it runs. 301 says neither."""


class HTTPEvaluationEndpoint:
    """`Sender` of the evaluation channel: a POST of JSON.

    One redirect is followed, under the rules of the evaluation URL itself; a second one is an
    answer like others. The status and the headers of an answer are read, its body never, and
    nothing after `EXCHANGE_SECONDS`.
    """

    def __init__(self, rules: EvaluationRules) -> None:
        self._rules = rules

    def send(self, url: str, body: bytes) -> Answer:
        session = PublicSession(self._rules)
        try:
            return within(EXCHANGE_SECONDS, lambda: self._exchange(session, url, body))
        except OutOfTimeError:
            session.cut_off()
            return Answer(None, f"no answer within {EXCHANGE_SECONDS} s")

    def _exchange(self, session: PublicSession, url: str, body: bytes) -> Answer:
        with session:
            first, location = self._ask(session, "POST", url, body)
            method = _METHODS_AFTER.get(first.status or 0)
            if method is None or location is None:
                return first
            last, _ = self._ask(session, method, resolved(url, location), body, "its Location")
        both = f"{first.detail}, then {last.detail}"
        if last.refused:  # the receiver may lead elsewhere at the next attempt
            return Answer(first.status, both)
        return replace(last, detail=both)

    def _ask(
        self,
        session: PublicSession,
        method: str,
        url: str,
        body: bytes,
        called: str = "the evaluation URL",
    ) -> tuple[Answer, str | None]:
        """The answer at `url`, and the Location that it names. A reason calls the URL `called`."""
        try:
            self._rules.check(url)
            return _request(session, method, url, body)
        except ForbiddenDestinationError as exc:
            return Answer(None, f"{called} {exc.reason}", refused=True), None
        except ForbiddenAddressError as exc:
            return Answer(None, f"{called} {exc}", refused=True), None
        except (requests.RequestException, ValueError) as exc:
            return Answer(None, type(exc).__name__), None


def _request(
    session: PublicSession, method: str, url: str, body: bytes
) -> tuple[Answer, str | None]:
    with session.request(
        method,
        url,
        data=body if method == "POST" else None,
        headers={"Content-Type": "application/json"} if method == "POST" else None,
        timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
        allow_redirects=False,
        stream=True,
    ) as response:
        answer = Answer(response.status_code, f"HTTP {response.status_code}")
        if answer.accepted:
            return answer, None
        asked = seconds_until_retry(response.headers.get("Retry-After"), datetime.now(UTC))
        return replace(answer, retry_after=asked), response.headers.get("Location")
