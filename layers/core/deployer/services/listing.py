"""The list of all rounds: newest first, by state, caller and task, in pages of bounded reads."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from itertools import islice

from deployer.domain.round import State
from deployer.domain.round_list import Field, Listed, RoundList

PAGE = 50
READ_AT_MOST = 500
"""Rounds that are looked at for one page, where a second filter drops some of them."""


@dataclass(frozen=True)
class Wanted:
    """The filters of a list; None for any."""

    state: State | None = None
    email: str | None = None
    task: str | None = None

    def takes(self, row: Listed) -> bool:
        return (
            self.state in (None, row.state)
            and self.email in (None, row.key.email)
            and self.task in (None, row.key.task)
        )

    @property
    def queries(self) -> list[tuple[Field, str]]:
        """The narrowest index's value; without a filter each state's."""
        if self.email is not None:
            return [("email", self.email)]
        if self.task is not None:
            return [("task", self.task)]
        return [("state", one.value) for one in ([self.state] if self.state else State)]

    @property
    def is_combined(self) -> bool:
        return (self.state, self.email, self.task).count(None) < 2


@dataclass(frozen=True)
class Page:
    rows: tuple[Listed, ...]
    after: Listed | None
    """The round after which the next page begins; None at the end. A page of combined filters may
    be short, or empty, and not the last."""


def listing(wanted: Wanted, after: Listed | None, *, rounds: RoundList, size: int = PAGE) -> Page:
    """One page of the rounds that `wanted` takes, from the round after `after`."""
    read = READ_AT_MOST if wanted.is_combined else size
    until = after.accepted_at if after else None
    # Two more: the round that the last page ended with, and one that tells whether there is more.
    found = [rounds.newest(field, value, until, read + 2) for field, value in wanted.queries]
    ordered = merge(
        *(sorted(each, key=_place, reverse=True) for each in found), key=_place, reverse=True
    )
    unseen = [row for row in ordered if after is None or row.place < after.place]
    seen = unseen[:read]
    rows = tuple(islice(filter(wanted.takes, seen), size))
    if len(rows) == size and rows[-1] != unseen[-1]:
        return Page(rows, rows[-1])
    return Page(rows, seen[-1] if len(unseen) > read else None)


def _place(row: Listed) -> tuple[object, ...]:
    return row.place
