"""Delays that an answer asks for, read from untrusted text: bad ones become None."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_SECONDS = 24 * 3600.0
"""Nobody is waited for longer, whatever is asked."""
_NUMBER = re.compile(r"[0-9]{1,100}(\.[0-9]{0,100})?")
_LONGEST_DATE = 100
"""Characters. An HTTP date has 29."""


def seconds_until_retry(value: str | None, now: datetime) -> float | None:
    """The seconds, 0 to a day, that a Retry-After header asks for: a number or a date (RFC 9110,
    10.2.3). None if there is none that can be read."""
    seconds = duration(value)
    return seconds if seconds is not None else _until(value or "", now)


def duration(value: str | None, *, unit: float = 1.0) -> float | None:
    """The seconds, at most a day, that a number of so many `unit`s (each in seconds) stands for.

    RFC 9110 allows whole seconds; providers of models also send fractions.
    """
    number = _NUMBER.fullmatch((value or "").strip())
    return min(float(number[0]) * unit, MAX_SECONDS) if number else None


def _until(http_date: str, now: datetime) -> float | None:
    if len(http_date) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(http_date)
    except (ValueError, OverflowError):  # a zone may be any number of hours
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), MAX_SECONDS)
