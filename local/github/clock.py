"""The time that the double lives by: the machine's, shifted or stopped when a test says so."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch; limits, Pages lag and creation dates are all measured on it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shift = 0.0
        self._stopped_at: float | None = None

    def now(self) -> float:
        """Return the present moment of the double."""
        with self._lock:
            return self._read()

    def stop(self, at: float | None = None) -> None:
        """Stand still, at the given moment or at the present one, until advanced."""
        with self._lock:
            self._stopped_at = self._read() if at is None else at

    def advance(self, seconds: float) -> None:
        """Move forward; a stopped clock stays stopped at the new moment."""
        with self._lock:
            if self._stopped_at is None:
                self._shift += seconds
            else:
                self._stopped_at += seconds

    def reset(self) -> None:
        """Follow the machine's time again."""
        with self._lock:
            self._shift = 0.0
            self._stopped_at = None

    def _read(self) -> float:
        return time.time() + self._shift if self._stopped_at is None else self._stopped_at


def github_timestamp(moment: float) -> str:
    """Write a moment the way GitHub's API does: ``2026-01-31T12:00:00Z``."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
