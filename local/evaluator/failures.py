"""Answers that were ordered to go wrong."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Failure:
    """The answer to the next ``times`` notifications."""

    times: int
    status: int = 500
    retry_after: int | None = None
    delay: float = 0.0
    """Seconds of silence before the answer."""
    location: str | None = None
    """The address that a redirect names."""

    def __post_init__(self) -> None:
        if self.times < 0 or self.delay < 0 or not 200 <= self.status <= 599:
            raise ValueError("times and delay are 0 or more, status is from 200 to 599")


class Failures:
    """The order in force, used up one notification at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered = Failure(times=0)

    def order(self, fields: Any) -> Failure:
        """Replace the order by what a JSON body says.

        Raises:
            ValueError: a field is unknown or out of range.
        """
        try:
            failure = Failure(**fields)
        except TypeError as wrong:
            raise ValueError(str(wrong)) from wrong
        with self._lock:
            self._ordered = failure
        return failure

    def take(self) -> Failure | None:
        """Return how to fail now, or None."""
        with self._lock:
            now = self._ordered
            if now.times == 0:
                return None
            self._ordered = replace(now, times=now.times - 1)
            return now
