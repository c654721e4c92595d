"""Wait for one's turn to write to the host; nobody writes while the host wants silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from deployer.domain.errors import Postponed, RateLimitedError, RecordChangedError
from deployer.domain.ports import Clock, WriteLedgers
from deployer.domain.write_budget import LIMITS, PUNCTUALITY, Limits, WriteLedger, Writer

ATTEMPTS = 10
LOST_RACE = timedelta(seconds=3)
SILENCE = "GitHub's rate limit"


@dataclass(frozen=True)
class WriteTurns:
    """The write budget of one account."""

    account: str
    ledgers: WriteLedgers
    clock: Clock
    limits: Limits = LIMITS

    def take(self, writer: Writer) -> datetime:
        """Go on if it is `writer`'s turn to send its writes, and return when the turn began.

        Raises:
            Postponed: it is its turn later, or too many workers ask at this moment.
        """
        for _ in range(ATTEMPTS):
            ledger = self.ledgers.load(self.account)
            # Not before: a grant of later than now would look like a turn to wait for.
            now = self.clock()
            after, turn = ledger.turn(writer, now, self.limits)
            if self._saved(ledger, after):
                if turn > now:
                    raise Postponed(_reason(after, now), turn)
                return now
        raise Postponed("GitHub's write budget is being shared out", self.clock() + LOST_RACE)

    def keep(self, turn: datetime, writer: Writer) -> None:
        """Go on with what is left of a turn, and ask anew if it comes too late for it.

        Raises:
            Postponed: the host wants silence, or the new turn is later.
        """
        if self.clock() > turn + PUNCTUALITY:
            self.take(writer)
        self.require_open()

    def require_open(self) -> None:
        """
        Raises:
            Postponed: the host wants silence.
        """
        closed_until = self.ledgers.load(self.account).closed_until
        if closed_until is not None and closed_until > self.clock():
            raise Postponed(SILENCE, closed_until)

    def close(self, limited: RateLimitedError) -> datetime:
        """Stop all writes for as long as the host wants, and return the end of that time."""
        for _ in range(ATTEMPTS):
            ledger = self.ledgers.load(self.account)
            after = ledger.closed(limited.until if limited.told else None, self.clock())
            if self._saved(ledger, after):
                return after.closed_until or limited.until
        return limited.until

    def _saved(self, before: WriteLedger, after: WriteLedger) -> bool:
        if after == before:
            return True
        try:
            self.ledgers.save(self.account, after)
        except RecordChangedError:
            return False
        return True


def _reason(ledger: WriteLedger, now: datetime) -> str:
    closed = ledger.closed_until is not None and ledger.closed_until > now
    return SILENCE if closed else "GitHub's write budget"
