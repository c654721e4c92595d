"""The caller's evaluation URL."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from deployer.domain.notification import Answer

CONNECT_TIMEOUT_SECONDS = 3.05
READ_TIMEOUT_SECONDS = 15


class HTTPEvaluationEndpoint:
    """`EvaluationEndpoint` over HTTP. A redirect is not followed: it is an answer like others."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._session.trust_env = False

    def post(self, url: str, body: bytes) -> Answer:
        try:
            with self._session.post(
                url,
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                retry_after = _seconds(response.headers.get("Retry-After"))
                return Answer(response.status_code, f"HTTP {response.status_code}", retry_after)
        except (requests.RequestException, ValueError) as exc:
            return Answer(None, type(exc).__name__)


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After is a number of seconds or a date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
