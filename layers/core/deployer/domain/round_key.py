"""The key of a round's record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class RoundKey:
    """One round of one task of one caller."""

    email: str
    task: str
    round: int

    @property
    def caller(self) -> str:
        """A digest that stands for the caller where turns are shared out; it reveals no address."""
        return hashlib.sha256(self.email.lower().encode()).hexdigest()[:16]

    def previous(self) -> RoundKey:
        return replace(self, round=self.round - 1)
