"""A limit on the whole of a call."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what `call` returns, if it does so in time.

    The timeouts of HTTP clients limit the silence between two packets. Some services send blanks
    while a model thinks, and then no timeout ever fires; others drip bytes on purpose. So the call
    runs in a thread, which is left behind when time is up.

    Raises:
        TimeoutError: it did not; a later result is dropped.
    """
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(call())
        except BaseException as exc:  # noqa: BLE001 - raised again for the one who waits
            outcome.set_exception(exc)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), name="within", daemon=True).start()
    return outcome.result(timeout=seconds)
