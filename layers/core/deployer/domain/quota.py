"""Quotas: the number of requests that one caller may have accepted in a window of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Window:
    """One stretch of the clock in which requests are counted."""

    name: str
    """`minute` or `day`."""
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Quota:
    """At most `requests` in each window of `seconds`; windows begin on the clock, in UTC.

    A window of the clock costs one counter and lets a caller have two windows' worth around its
    edge, which a quota for fairness can afford.
    """

    name: str
    requests: int
    seconds: int

    def window(self, now: datetime) -> Window:
        since = int(now.timestamp()) // self.seconds * self.seconds
        starts_at = datetime.fromtimestamp(since, UTC)
        return Window(self.name, starts_at, starts_at + timedelta(seconds=self.seconds))


def quotas(per_minute: int, per_day: int) -> tuple[Quota, ...]:
    """The quotas in force; 0 is none."""
    all_of_them = (Quota("minute", per_minute, 60), Quota("day", per_day, 24 * 3600))
    return tuple(quota for quota in all_of_them if quota.requests)
