"""What a record is found by."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Key:
    """One round of one task of one caller."""

    email: str
    task: str
    round: int

    def previous(self) -> Key:
        return replace(self, round=self.round - 1)
