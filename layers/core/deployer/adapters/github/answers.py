"""Answers of GitHub that are no success, turned into our errors, for REST and git alike.

Sources: GitHub's "Rate limits for the REST API" (both limits answer 403 or 429; `retry-after`
first, then `x-ratelimit-reset` when `x-ratelimit-remaining` is 0, else at least a minute) and
"Best practices for using the REST API".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from deployer.adapters.retry_after import seconds_until_retry
from deployer.domain.errors import (
    DeployerError,
    HostUnavailableError,
    RateLimitedError,
    RejectedError,
)
from deployer.domain.ports import Clock
from deployer.domain.redaction import redact

UNTOLD_WAIT = timedelta(seconds=60)
LONGEST_WAIT = timedelta(days=1)
"""GitHub's limits end within the hour; a longer time must not stop every worker for years."""
_SECONDS_SINCE_1970 = re.compile("[0-9]{1,10}")
"""More digits are no time that could be computed with."""


def error_for(status: int, headers: Mapping[str, str], message: str, clock: Clock) -> DeployerError:
    """Our error for an answer that is not a success."""
    headers = {name.lower(): value for name, value in headers.items()}
    message = redact(message)  # a proxy on the way may repeat what it was sent
    if status in (403, 429):
        now = clock()
        until = _told(headers, now)
        if until is not None:
            return RateLimitedError("GitHub's rate limit", min(until, now + LONGEST_WAIT))
        # A 403 without these headers is a limit only if its body says so; a 429 always is.
        if status == 429 or "rate limit" in message.lower():
            return RateLimitedError("GitHub's rate limit", now + UNTOLD_WAIT, told=False)
    if status in (401, 403):
        return HostUnavailableError(
            f"GitHub answered {status}: check GITHUB_TOKEN (of an App: GITHUB_APP_PRIVATE_KEY), "
            "its expiry and its permissions"
        )
    if status >= 500 or status in (404, 408, 409):
        return HostUnavailableError(f"GitHub answered {status}: {message[:200]}")
    return RejectedError(f"GitHub answered {status}: {message[:200]}")


def _told(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The time from which GitHub may be asked again; None if it does not say."""
    retry_after = seconds_until_retry(headers.get("retry-after"), now)
    if retry_after is not None:
        return now + timedelta(seconds=retry_after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and _SECONDS_SINCE_1970.fullmatch(reset):
        return datetime.fromtimestamp(int(reset), UTC) + timedelta(seconds=1)
    return None
