"""One run of the worker for one message: its time, and its number among the tries."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

TIME_TO_STOP_SECONDS = 20
"""Kept back from the function's timeout, to leave the record in order."""
LEASE_MARGIN_SECONDS = 10
"""The lease outlives the function, so that nobody takes over from a worker that still runs."""

CLOCK_SKEW_SECONDS = 5
"""Between two workers, or a worker and the queue."""

REDELIVERY_SECONDS = (1, 9, 45, 125)
"""Together three minutes: an outage of that length costs no mark, as a task has ten. The first is
short for a message that came before its record."""
GIVEN_UP_SECONDS = 1
"""A message that is given up need not wait: the queue moves it to the dead letters."""

SecondsLeft = Callable[[], float]


@dataclass(frozen=True)
class Invocation:
    """One run of the worker for one message."""

    owner: str
    """Unique to this run: the lease's owner token."""
    function_seconds_left: SecondsLeft
    """Until the function is killed."""
    receives: int
    """The number of times the message was received, this time included."""
    max_receives: int
    """The most runs that may try; the queue allows a few more, to tell of runs that were killed."""

    def seconds_left(self) -> float:
        """The seconds that the run may still use."""
        return self.function_seconds_left() - TIME_TO_STOP_SECONDS

    @property
    def lease_seconds(self) -> float:
        """The seconds after which this run is certainly over."""
        return self.function_seconds_left() + LEASE_MARGIN_SECONDS

    @property
    def redelivery_seconds(self) -> int:
        """The seconds after which the next run finds the lease ended, by any machine's clock."""
        return math.ceil(self.lease_seconds) + CLOCK_SKEW_SECONDS

    @property
    def last(self) -> bool:
        """True if the message is given up after this run."""
        return self.receives >= self.max_receives

    @property
    def exhausted(self) -> bool:
        """True if the message was to be given up already, by a run that was killed."""
        return self.receives > self.max_receives


def redelivery_delay(receives: int) -> int:
    """The delay in seconds after receive number `receives` (the first is 1)."""
    return (*REDELIVERY_SECONDS, GIVEN_UP_SECONDS)[min(receives, len(REDELIVERY_SECONDS) + 1) - 1]
