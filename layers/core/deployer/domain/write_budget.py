"""When a counted write may be sent to GitHub: one ledger for all workers.

GitHub counts content-creating REST requests of one identity, 80 in a minute and 500 in an hour
("Rate limits for the REST API", secondary limits), and asks for silence while a limit is on.
A deployment books its writes before it sends any: the booking says when its turn is, first come
first served, and it comes back at that time and not before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

PUNCTUALITY = timedelta(seconds=30)
"""A booking holds for this long after its time. The ledger's windows are longer by it, so that
late writes of one window and early ones of the next stay within GitHub's."""


@dataclass(frozen=True)
class Limit:
    """At most `writes` in any `window`."""

    writes: int
    window: timedelta


LIMITS = (Limit(80, timedelta(minutes=1)), Limit(500, timedelta(hours=1)))


@dataclass(frozen=True)
class WriteLedger:
    """The writes that were booked, oldest first, and until when GitHub wants silence."""

    booked: tuple[datetime, ...] = ()
    closed_until: datetime | None = None
    version: int = 0
    """Counts the writes of the ledger itself; the store compares it."""

    def book(
        self, writes: int, now: datetime, limits: tuple[Limit, ...] = LIMITS
    ) -> tuple[WriteLedger, datetime]:
        """The ledger with `writes` more, and when they may be sent. None is booked for 0."""
        at = max(now, self.closed_until or now)
        if not writes:
            return self, at
        at = max(at, self.booked[-1]) if self.booked else at
        for limit in limits:
            # With this many later ones, the window is full until the one before them leaves it.
            room = limit.writes - writes
            if len(self.booked) > room:
                leaving = self.booked[len(self.booked) - room - 1]
                at = max(at, leaving + limit.window + PUNCTUALITY)
        longest = max(limit.window for limit in limits) + PUNCTUALITY
        kept = tuple(one for one in self.booked if one > at - longest)
        return replace(self, booked=(*kept, *(at for _ in range(writes)))), at

    def closed(self, until: datetime) -> WriteLedger:
        """GitHub has asked for silence until `until`."""
        return replace(self, closed_until=max(until, self.closed_until or until))

    def honours(self, turn: datetime, now: datetime) -> bool:
        """Whether a booking for `turn` is still good: not missed, and not inside a silence."""
        open_then = self.closed_until is None or self.closed_until <= turn
        return open_then and now <= turn + PUNCTUALITY
