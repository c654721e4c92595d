"""Wait for one's turn to write to the host; nobody writes while the host wants silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from deployer.domain.errors import Postponed, RecordChangedError
from deployer.domain.ports import Clock, WriteLedgers
from deployer.domain.write_budget import WriteLedger

ATTEMPTS = 10
LOST_RACE_DELAY = timedelta(seconds=3)
WRITES_OF_A_FIRST_ROUND = 2
"""Creating the repository and enabling Pages; a push is not counted."""


@dataclass(frozen=True)
class WriteTurns:
    """The write budget of one account."""

    account: str
    ledgers: WriteLedgers
    clock: Clock

    def book(self, writes: int, earlier: datetime | None) -> datetime:
        """When `writes` may be sent; `earlier` is a booking of this deployment, if it has one.

        Raises:
            Postponed: too many workers book at this moment.
        """
        for _ in range(ATTEMPTS):
            now = self.clock()
            ledger = self.ledgers.load(self.account)
            if earlier is not None and ledger.honours(earlier, now):
                return earlier
            booked, turn = ledger.book(writes, now)
            if self._saved(ledger, booked):
                return turn
        raise Postponed("the host's write budget is being booked", self.clock() + LOST_RACE_DELAY)

    def close(self, until: datetime) -> None:
        """The host wants silence until `until`."""
        for _ in range(ATTEMPTS):
            ledger = self.ledgers.load(self.account)
            if self._saved(ledger, ledger.closed(until)):
                return

    def _saved(self, before: WriteLedger, after: WriteLedger) -> bool:
        if after == before:
            return True
        try:
            self.ledgers.save(self.account, after)
        except RecordChangedError:
            return False
        return True
