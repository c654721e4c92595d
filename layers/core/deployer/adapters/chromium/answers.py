"""Our answers to a page's requests. The browser itself reaches nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """A request of a page, as the browser would have sent it."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """An HTTP response; a redirect's target is asked for in its turn."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class RefusedError(Exception):
    """The page may not ask for this. The message says why, after the URL."""


class UnreachedError(Exception):
    """The page may ask for it, but it could not be fetched, by no fault of the page. The message
    says why, after the URL."""


Source = Callable[[Asked], Reply | None]
"""Answers what is its own, and None to the rest.

Raises:
    RefusedError, UnreachedError: it is its own, and there is no reply.
"""


def first_of(sources: Sequence[Source]) -> Callable[[Asked], Reply]:
    """The first answer of several sources.

    The result raises RefusedError for what none of them knows.
    """

    def answer(asked: Asked) -> Reply:
        for source in sources:
            reply = source(asked)
            if reply is not None:
                return reply
        raise RefusedError("the page may not use this host")

    return answer
