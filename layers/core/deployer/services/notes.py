"""Put a fact into a record that others may be writing at the same time."""

from __future__ import annotations

from collections.abc import Callable

from deployer.domain.deployment import Deployment
from deployer.domain.errors import RecordChangedError, UnavailableError
from deployer.domain.key import Key
from deployer.domain.ports import DeploymentStore

ATTEMPTS = 5


def note(key: Key, change: Callable[[Deployment], Deployment], store: DeploymentStore) -> None:
    """Apply `change` to the record as it is now; nothing if there is none, or nothing to change.

    Raises:
        UnavailableError: others changed it at every attempt.
    """
    for _ in range(ATTEMPTS):
        record = store.find(key)
        changed = change(record) if record else None
        if changed is None or changed == record:
            return
        try:
            store.save(changed)
        except RecordChangedError:
            continue
        return
    raise UnavailableError("the record is being changed by others")
