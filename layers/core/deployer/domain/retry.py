"""How soon a message that failed is delivered again."""

from __future__ import annotations

DELAYS_SECONDS = (5, 15, 45, 120)
"""Together three minutes: an outage of that length costs no mark, as a task has ten."""


def redelivery_delay(receives: int) -> int:
    """Seconds after receive number `receives` (the first is 1)."""
    return DELAYS_SECONDS[min(receives, len(DELAYS_SECONDS)) - 1]
