"""Lists of rounds by the table's indexes: a query each, never a scan."""

from __future__ import annotations

from datetime import datetime

from deployer.adapters.dynamodb.table import Row, instant, rows, table_errors
from deployer.domain.errors import UnavailableError
from deployer.domain.round import State
from deployer.domain.round_key import RoundKey
from deployer.domain.round_list import Field, Listed


class DynamoDBRoundList:
    """`RoundList` over the indexes `by_state`, `by_email` and `by_task`."""

    def __init__(self, table_name: str) -> None:
        self._rows = rows(table_name)

    def newest(self, field: Field, value: str, until: datetime | None, limit: int) -> list[Listed]:
        reached = self._rows.accepted_at <= instant(until) if until else None
        with table_errors():
            found = self._rows.query(
                value, reached, index_name=f"by_{field}", scan_index_forward=False, limit=limit
            )
            return [_listed(row) for row in found]


def _listed(row: Row) -> Listed:
    if not (row.email and row.task and row.round and row.state):
        raise UnavailableError(f"the index holds {row.pk} {row.sk} without its fields")
    return Listed(
        RoundKey(row.email, row.task, int(row.round)),
        State(row.state),
        datetime.fromisoformat(row.accepted_at or ""),
        datetime.fromisoformat(row.updated_at or ""),
    )
