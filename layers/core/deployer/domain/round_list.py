"""A list of rounds, newest first: what a row shows, its place, and the port to read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from deployer.domain.round import State
from deployer.domain.round_key import RoundKey

Field = Literal["state", "email", "task"]


@dataclass(frozen=True)
class Listed:
    """One round, as the list shows it. All times are UTC."""

    key: RoundKey
    state: State
    accepted_at: datetime
    updated_at: datetime

    @property
    def place(self) -> tuple[datetime, str, str, int]:
        """The place in the order of the list; two rounds never share one."""
        return (self.accepted_at, self.key.email, self.key.task, self.key.round)


class RoundList(Protocol):
    """The rounds of one value of a field. Rounds that an older version saved last are not in it."""

    def newest(self, field: Field, value: str, until: datetime | None, limit: int) -> list[Listed]:
        """At most `limit` rounds, newest first, none accepted after `until`."""
