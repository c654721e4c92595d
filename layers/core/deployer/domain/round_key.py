"""What a record is found by."""

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
        """Stands for the caller where fairness between callers is kept; tells no address."""
        return hashlib.sha256(self.email.lower().encode()).hexdigest()[:16]

    def previous(self) -> RoundKey:
        return replace(self, round=self.round - 1)
