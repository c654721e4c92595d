"""Failures of providers, turned into ours by type and status code, never by words.

Only the status and the provider's own error code go into our message, which ends in a record that
its owner can read; the provider's prose stays in the chained exception. A code is a word: what a
proxy puts there instead, which may be the key that it was sent, is left out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from deployer.adapters.retry_after import duration, seconds_until_retry
from deployer.domain.errors import (
    ModelMisconfiguredError,
    ModelRateLimitedError,
    ModelUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

# What reading an answer raises if it is not of the promised shape: no SDK checks what it parsed.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RuntimeError)

_REQUEST_TIMEOUT, _CONFLICT, _TOO_EARLY, _TOO_MANY_REQUESTS = 408, 409, 425, 429
_PASSING = frozenset({_REQUEST_TIMEOUT, _CONFLICT, _TOO_EARLY})
_OUT_OF_CREDIT = "insufficient_quota"
_CODE = re.compile(r"[A-Za-z_]{1,50}")


def answered(
    name: str, status: int, *, code: str | None = None, retry_after: float | None = None
) -> ModelUnavailableError:
    """The failure that an HTTP status of 400 or more stands for."""
    what = f"{name} answered {status}" + (f" ({code})" if _is_code(code) else "")
    if code == _OUT_OF_CREDIT:
        return ModelMisconfiguredError(f"{what}: the account has no credit left")
    if status == _TOO_MANY_REQUESTS:
        return ModelRateLimitedError(what, retry_after)
    if status < 500 and status not in _PASSING:
        return ModelMisconfiguredError(f"{what}: check the API key and the model's name")
    return ModelUnavailableError(what, retry_after)


def _is_code(code: str | None) -> bool:
    return code is not None and _CODE.fullmatch(code) is not None


def timed_out(name: str, seconds: float) -> ModelUnavailableError:
    """The failure of a model that did not finish its answer in time."""
    return ModelUnavailableError(f"{name} did not answer within {seconds:g} s")


def cut_off(name: str) -> ModelUnavailableError:
    """The failure of a service out of reach, or of a connection that broke before the end."""
    return ModelUnavailableError(f"{name} could not be reached, or broke off")


def unreadable(name: str) -> ModelUnavailableError:
    """The failure of a service that answered 200 with something that is not an answer."""
    return ModelUnavailableError(f"{name} sent an answer that cannot be read")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or an HTTP date)."""
    wait = duration(headers.get("retry-after-ms"), unit=0.001)
    if wait is not None:
        return wait
    return seconds_until_retry(headers.get("retry-after"), datetime.now(UTC))
