"""Put a fact into a record that others may be writing at the same time."""

from __future__ import annotations

from collections.abc import Callable

from deployer.domain.errors import RecordChangedError, UnavailableError
from deployer.domain.ports import Rounds
from deployer.domain.round import Round
from deployer.domain.round_key import RoundKey

ATTEMPTS = 5


def change_round(key: RoundKey, change: Callable[[Round], Round], rounds: Rounds) -> None:
    """Apply `change` to the record as it is now; nothing if there is none, or nothing to change.

    Raises:
        UnavailableError: others changed it at every attempt.
    """
    for _ in range(ATTEMPTS):
        record = rounds.find(key)
        changed = change(record) if record else None
        if changed is None or changed == record:
            return
        try:
            rounds.save(changed)
        except RecordChangedError:
            continue
        return
    raise UnavailableError("the record is being changed by others")
