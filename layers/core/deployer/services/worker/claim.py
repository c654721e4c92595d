"""One worker's hold on one record: the claim, and every change made under it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from deployer.domain.errors import (
    NotRecordedError,
    Postponed,
    RecordChangedError,
    RejectedError,
)
from deployer.domain.ports import Clock, Message, Rounds
from deployer.domain.round import Lease, Round

UPDATE_ATTEMPTS = 5
MAX_WAIT = timedelta(hours=24)
"""The longest that a round may wait for something before it fails."""
LOST_RACE_DELAY = timedelta(seconds=5)
LEASE_POLL = timedelta(seconds=20)


class Claim:
    """A lease on one message's record, fenced by its owner token."""

    def __init__(self, message: Message, owner: str, rounds: Rounds, clock: Clock) -> None:
        self.key = message.key
        self._deployment_id = message.deployment_id
        self.owner = owner
        self.held = False
        self._store = rounds
        self._clock = clock

    def take(self, seconds: float) -> Round | None:
        """Take the record on for `seconds`, or return None if there is nothing to do for it.

        Raises:
            NotRecordedError: the record does not know this message.
            Postponed: another worker holds it, or was first just now.
            RejectedError: it has waited too long already.
        """
        now = self._clock()
        record = self._store.find(self.key)
        if record is None or not record.knows(self._deployment_id):
            raise NotRecordedError(f"{self._deployment_id} is not recorded")
        if not record.has_work:
            return None
        if record.lease and record.lease.held_against(self.owner, now):
            until = min(record.lease.expires_at, now + LEASE_POLL)
            raise Postponed("another worker has it", until)
        lease = Lease(self.owner, now + timedelta(seconds=seconds))
        # From here on it may be ours, also if the answer to the write is lost.
        self.held = True
        try:
            claimed = self._store.save(record.claimed(lease, now))
        except RecordChangedError:
            raise Postponed("another worker was first", now + LOST_RACE_DELAY) from None
        if record.waiting and record.waiting_since and now > record.waiting_since + MAX_WAIT:
            raise RejectedError(f"waited too long; the last reason: {record.waiting.reason}")
        return claimed

    def update(self, change: Callable[[Round], Round]) -> Round:
        """Apply `change` to the record, as long as the lease on it is ours.

        The caller may add a nonce meanwhile: `change` is applied to the record as it is now. A
        write that the SDK repeated, as its answer was lost, is refused though it was ours.

        Raises:
            RecordChangedError: the deployment is no longer ours.
        """
        wanted: Round | None = None
        for _ in range(UPDATE_ATTEMPTS):
            record = self._store.find(self.key)
            if record is not None and wanted == record.at_version(record.version - 1):
                return record
            if record is None or record.lease is None or record.lease.owner != self.owner:
                break
            wanted = change(record)
            try:
                return self._store.save(wanted)
            except RecordChangedError:
                continue
        self.held = False
        raise RecordChangedError("the deployment is another worker's now")

    def give_back(self, change: Callable[[Round], Round]) -> bool:
        """Apply the last `change`; False if the record is not ours (any more)."""
        if not self.held:
            return False
        try:
            self.update(change)
        except RecordChangedError:
            return False
        return True
