"""GitHub's rate limits, on the double's clock."""

from __future__ import annotations

import math
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.github.clock import Clock

MINUTE = 60.0
HOUR = 3600.0
READ_POINTS = 1
WRITE_POINTS = 5
SECONDARY_MESSAGE = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content "
    "creation. Please retry your request again later."
)
BAN_MESSAGE = "Sorry. Your account was suspended."
PRIMARY_MESSAGE = "API rate limit exceeded for user ID 1."


@dataclass(frozen=True)
class LimitRules:
    """Limits, and the form of a refusal; the numbers are GitHub's."""

    enabled: bool = False
    writes_per_minute: int = 80
    writes_per_hour: int = 500
    points_per_minute: int = 900
    requests_per_hour: int = 5000
    concurrent_requests: int = 100
    ban_after: int | None = None
    """So many requests inside a closed window end in a ban; GitHub does not tell the number."""
    refusal: Literal["secondary", "primary", "too many requests"] = "secondary"
    """403 with retry-after; 403 with x-ratelimit-remaining 0; or 429 with retry-after."""
    retry_after: int | Literal["exact", "absent"] = "exact"
    """Seconds; until the limit is over; or no header, when GitHub asks for at least a minute."""


@dataclass(frozen=True)
class Refusal:
    """An answer in place of the one that was asked for."""

    status: int
    message: str
    headers: dict[str, str]


class Limits:
    """Counts the requests of the one identity that the double knows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.rules = LimitRules()
        self._writes: deque[float] = deque()
        self._points: deque[tuple[float, int]] = deque()
        self._used = 0
        self._reset_at = clock.now() + HOUR
        self._closed_until = 0.0
        self._running = 0
        self._inside = 0

    def reset(self, rules: LimitRules | None = None) -> None:
        """Take other rules, with nothing counted so far."""
        with self._lock:
            self.rules = rules or LimitRules()
            self._forget()

    def admit(self, *, write: bool) -> Refusal | None:
        """Count a REST request, or say why it is refused; a refused one is not counted."""
        with self._lock:
            now = self._clock.now()
            self._drop_what_is_over(now)
            refusal = self._refusal(now, write=write) if self.rules.enabled else None
            if refusal is None:
                self._used += 1
                self._points.append((now, WRITE_POINTS if write else READ_POINTS))
                if write:
                    self._writes.append(now)
            return refusal

    def close_for(self, seconds: float) -> None:
        """Open a window in which the client was told to stay away."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock.now() + seconds)

    def is_closed(self) -> bool:
        """True while a client that obeys would be waiting."""
        with self._lock:
            return self._clock.now() < self._closed_until

    @property
    def at_once(self) -> int:
        """The number of REST requests at work."""
        with self._lock:
            return self._running

    @contextmanager
    def running(self) -> Iterator[None]:
        """A REST request is at work as long as this lasts."""
        with self._lock:
            self._running += 1
            self._inside += self._clock.now() < self._closed_until
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    def headers(self) -> dict[str, str]:
        """Return the x-ratelimit family as it stands."""
        return {f"x-ratelimit-{name}": str(value) for name, value in self.standing().items()} | {
            "x-ratelimit-resource": "core"
        }

    def standing(self) -> dict[str, int]:
        """Return limit, remaining, reset and used of the primary limit."""
        with self._lock:
            self._drop_what_is_over(self._clock.now())
            limit = self.rules.requests_per_hour
            return {
                "limit": limit,
                "remaining": max(0, limit - self._used),
                "reset": math.ceil(self._reset_at),
                "used": self._used,
            }

    def _forget(self) -> None:
        self._writes.clear()
        self._points.clear()
        self._used = 0
        self._reset_at = self._clock.now() + HOUR
        self._closed_until = 0.0
        self._inside = 0

    def _drop_what_is_over(self, now: float) -> None:
        while self._writes and self._writes[0] <= now - HOUR:
            self._writes.popleft()
        while self._points and self._points[0][0] <= now - MINUTE:
            self._points.popleft()
        if now >= self._reset_at:
            self._used = 0
            self._reset_at = now + HOUR

    def _refusal(self, now: float, *, write: bool) -> Refusal | None:
        if self.rules.ban_after is not None and self._inside > self.rules.ban_after:
            return Refusal(403, BAN_MESSAGE, {})
        if self._running > self.rules.concurrent_requests:
            return self._refuse_until(now + MINUTE, now)
        if self._used >= self.rules.requests_per_hour:
            self._closed_until = max(self._closed_until, self._reset_at)
            return self._primary(self._reset_at)
        free_at = max(
            self._writes_free_at(now) if write else now,
            self._points_free_at(now, WRITE_POINTS if write else READ_POINTS),
            self._closed_until if write else now,
        )
        return None if free_at <= now else self._refuse_until(free_at, now)

    def _writes_free_at(self, now: float) -> float:
        free_at = now
        for amount, span in (
            (self.rules.writes_per_minute, MINUTE),
            (self.rules.writes_per_hour, HOUR),
        ):
            if len(self._writes) >= amount:
                free_at = max(free_at, self._writes[-amount] + span)
        return free_at

    def _points_free_at(self, now: float, cost: int) -> float:
        excess = sum(points for _, points in self._points) + cost - self.rules.points_per_minute
        free_at = now
        for moment, points in self._points:
            if excess <= 0:
                break
            excess -= points
            free_at = moment + MINUTE
        return free_at

    def _refuse_until(self, free_at: float, now: float) -> Refusal:
        if self.rules.refusal == "primary":
            self._closed_until = max(self._closed_until, free_at)
            return self._primary(free_at)
        wait = math.ceil(free_at - now)
        if now >= self._closed_until:  # the first refusal says how long; later ones what is left
            if self.rules.retry_after == "absent":
                wait = max(wait, int(MINUTE))
            elif self.rules.retry_after != "exact":
                wait = self.rules.retry_after
        absent = self.rules.retry_after == "absent"
        headers = {} if absent else {"retry-after": str(wait)}
        self._closed_until = max(self._closed_until, now + wait)
        status = 403 if self.rules.refusal == "secondary" else 429
        return Refusal(status, SECONDARY_MESSAGE, headers)

    @staticmethod
    def _primary(reset_at: float) -> Refusal:
        headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(math.ceil(reset_at))}
        return Refusal(403, PRIMARY_MESSAGE, headers)
