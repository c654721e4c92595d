"""What an answer of GitHub's means for us, for REST and git requests alike.

Sources: GitHub's "Rate limits for the REST API" (both limits answer 403 or 429; `retry-after`
first, then `x-ratelimit-reset` when `x-ratelimit-remaining` is 0, else at least a minute) and
"Best practices for using the REST API".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from deployer.domain.errors import (
    DeployerError,
    HostUnavailableError,
    RateLimitedError,
    RejectedError,
)
from deployer.domain.ports import Clock

UNTOLD_WAIT = timedelta(seconds=60)


def error_for(status: int, headers: Mapping[str, str], message: str, clock: Clock) -> DeployerError:
    """Our error for an answer that is not a success."""
    headers = {name.lower(): value for name, value in headers.items()}
    if status in (403, 429):
        until = _wait_until(status, headers, message, clock())
        if until is not None:
            return RateLimitedError("GitHub's rate limit", until)
    if status in (401, 403):
        return HostUnavailableError(
            f"GitHub answered {status}: check GITHUB_TOKEN, its expiry and its permissions"
        )
    if status >= 500 or status in (404, 408, 409):
        return HostUnavailableError(f"GitHub answered {status}: {message[:200]}")
    return RejectedError(f"GitHub answered {status}: {message[:200]}")


def _wait_until(
    status: int, headers: Mapping[str, str], message: str, now: datetime
) -> datetime | None:
    """When to ask again; None if the answer is a refusal and not a limit."""
    retry_after = headers.get("retry-after", "")
    if retry_after.isdigit():
        return now + timedelta(seconds=int(retry_after))
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return datetime.fromtimestamp(int(reset), UTC) + timedelta(seconds=1)
    # A 403 without these headers is a limit only if its body says so; a 429 always is.
    if status == 429 or "rate limit" in message.lower():
        return now + UNTOLD_WAIT
    return None
