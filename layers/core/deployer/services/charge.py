"""Count a new request against its caller's quotas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from deployer.domain.errors import QuotaExceededError
from deployer.domain.ports import UsageCounter
from deployer.domain.quota import Quota


def charge(email: str, now: datetime, *, quotas: Sequence[Quota], usage: UsageCounter) -> None:
    """Count one request of `email` in every quota's window.

    What a shorter quota has counted stays counted when a longer one refuses.

    Raises:
        QuotaExceededError: a window is full; says when it ends.
        UnavailableError: it could not be counted.
    """
    for quota in quotas:
        window = quota.window(now)
        if not usage.count(email, window, quota.requests):
            seconds = max(1, math.ceil((window.ends_at - now).total_seconds()))
            raise QuotaExceededError(
                f"{quota.requests} requests a {quota.name} are accepted from one e-mail; "
                f"try again in {seconds} seconds",
                seconds,
            )
