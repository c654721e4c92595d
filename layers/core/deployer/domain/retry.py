"""How soon a message that failed is delivered again."""

from __future__ import annotations

DELAYS_SECONDS = (1, 9, 45, 125)
"""Together three minutes: an outage of that length costs no mark, as a task has ten. The first is
short for a message that came before its record."""
GIVEN_UP_SECONDS = 1
"""A message that is given up need not wait: the queue moves it to the dead letters."""


def redelivery_delay(receives: int) -> int:
    """Seconds after receive number `receives` (the first is 1)."""
    return (*DELAYS_SECONDS, GIVEN_UP_SECONDS)[min(receives, len(DELAYS_SECONDS) + 1) - 1]
