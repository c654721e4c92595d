"""Turns for counted writes to GitHub: one ledger for all workers, fair to all callers.

GitHub counts content-creating REST requests of one identity, 80 in a minute and 500 in an hour
("Rate limits for the REST API", secondary limits), and asks for silence while a limit is on.
A round asks for its turn before it sends any. If that is not now, it is told the time, waits in
the ledger and comes back. The caller with fewer turns within the hour goes first, so that the ten
rounds of one do not wait for the three hundred of another.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

PUNCTUALITY = timedelta(seconds=30)
"""Granted writes are sent within this time. The ledger's windows are longer by it, so that late
writes of one window and early ones of the next stay within GitHub's. Who comes back later than
this after its turn keeps its place, but nobody waits for it."""
FORGOTTEN_AFTER = timedelta(hours=1)
"""A writer that has not come back so long after its turn is taken to be gone."""
FIRST_SILENCE = timedelta(minutes=1)
LONGEST_SILENCE = timedelta(minutes=16)
"""The longest silence where GitHub gives no length: they grow exponentially from a minute."""
MOST_WAITING = 1500
MOST_WRITES = 4000
"""Of a window, in at least half as many grants. The ledger is one item, of at most 400 KB in
DynamoDB: a writer in line takes 150 bytes of it, a grant 80."""
ASKS_AGAIN_AFTER = timedelta(minutes=5)
"""The wait of a writer that finds the line full; some twenty have had their turn by then."""


@dataclass(frozen=True)
class Limit:
    """At most `writes` in any `window`."""

    writes: int
    window: timedelta


Limits = tuple[Limit, ...]
LIMITS: Limits = (Limit(80, timedelta(minutes=1)), Limit(500, timedelta(hours=1)))
"""GitHub.com's."""


def parse_limits(text: str) -> Limits:
    """`80/60,500/3600`: at most 80 writes in 60 seconds and 500 in 3600.

    Raises:
        ValueError: it is not of this form, has no room for a repository's two writes, or more
            than the ledger can hold.
    """
    limits = []
    for part in text.split(","):
        writes, _, seconds = (number.strip() for number in part.partition("/"))
        limits.append(Limit(int(writes), timedelta(seconds=int(seconds))))
    if any(limit.writes < 2 or not limit.window for limit in limits):
        raise ValueError("at least 2 writes in at least 1 second")
    if any(limit.writes > MOST_WRITES for limit in limits):
        raise ValueError(f"at most {MOST_WRITES} writes in a window")
    return tuple(limits)


@dataclass(frozen=True)
class Writer:
    """A deployment that wants to write."""

    build_id: str
    caller: str
    writes: int


@dataclass(frozen=True)
class InLine:
    """A writer in line, and the turn that it was told."""

    writer: Writer
    turn: datetime


@dataclass(frozen=True)
class Grant:
    """Writes that could be sent at a time."""

    at: datetime
    caller: str
    writes: int


@dataclass(frozen=True)
class WriteLedger:
    """Granted writes, oldest first, the writers in line, and GitHub's silence."""

    granted: tuple[Grant, ...] = ()
    waiting: tuple[InLine, ...] = ()
    """In the order of arrival."""
    closed_until: datetime | None = None
    silence: timedelta | None = None
    """The length of the last silence for which GitHub gave none."""
    version: int = 0
    """Counts the writes of the ledger itself; the store compares it."""

    def turn(
        self, writer: Writer, now: datetime, limits: Limits = LIMITS
    ) -> tuple[WriteLedger, datetime]:
        """The time of `writer`'s turn: now, and its writes are granted, or later, and it waits.

        Asking again keeps the place. The turn is reckoned anew each time, for who is there now.
        """
        opens = max(now, self.closed_until or now)
        if not writer.writes:
            return self, opens
        line = [one for one in self.waiting if now <= one.turn + FORGOTTEN_AFTER]
        if all(one.writer != writer for one in line):
            if len(line) >= MOST_WAITING:
                return self, now + ASKS_AGAIN_AFTER
            line.append(InLine(writer, now))
        at = self._reckon(writer, line, opens, now, limits)
        if at > now:
            line = [InLine(writer, at) if one.writer == writer else one for one in line]
            return replace(self, waiting=tuple(line)), at
        longest = max(limit.window for limit in limits) + PUNCTUALITY
        kept = tuple(one for one in self.granted if one.at > now - longest)
        return replace(
            self,
            granted=(*kept, Grant(now, writer.caller, writer.writes)),
            waiting=tuple(one for one in line if one.writer != writer),
        ), now

    def _reckon(
        self,
        writer: Writer,
        line: list[InLine],
        opens: datetime,
        now: datetime,
        limits: Limits,
    ) -> datetime:
        """The time of `writer`'s turn, if every writer before it that is there takes its own."""
        times, at = [one.at for one in self.granted for _ in range(one.writes)], opens
        for one in self._fair_order(line):
            if one.writer == writer or now <= one.turn + PUNCTUALITY:
                at = _earliest(times, one.writer.writes, at, limits)
                times += [at] * one.writer.writes
            if one.writer == writer:
                break
        return at

    def _fair_order(self, line: list[InLine]) -> list[InLine]:
        """By the number of turns that the caller will have had; among equals, by arrival."""
        turns = Counter(one.caller for one in self.granted)
        numbers = []
        for one in line:
            turns[one.writer.caller] += 1
            numbers.append(turns[one.writer.caller])
        return [one for _, one in sorted(zip(numbers, line, strict=True), key=lambda pair: pair[0])]

    def closed(self, until: datetime | None, now: datetime) -> WriteLedger:
        """GitHub has asked for silence: until `until`, or for a time that it did not say."""
        silence = self.silence
        if until is None:
            again = silence and self.closed_until and now < self.closed_until + 2 * silence
            silence = min(2 * silence, LONGEST_SILENCE) if silence and again else FIRST_SILENCE
            until = now + silence
        return replace(self, closed_until=max(until, self.closed_until or until), silence=silence)


def _earliest(times: list[datetime], writes: int, after: datetime, limits: Limits) -> datetime:
    """The earliest time, from `after` on, at which `writes` more fit behind the sorted `times`."""
    at = max(after, times[-1]) if times else after
    for limit in limits:
        # With this many later ones, the window is full until the one before them leaves it.
        room = limit.writes - writes
        if len(times) > room:
            at = max(at, times[len(times) - room - 1] + limit.window + PUNCTUALITY)
    return at
