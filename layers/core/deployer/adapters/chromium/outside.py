"""The internet, as a page may have it: fetched by us, never by the browser."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as OutOfTimeError
from threading import Lock

import requests

from deployer.adapters.chromium.answers import Asked, RefusedError, Reply, Source, UnreachedError
from deployer.adapters.deadline import within
from deployer.adapters.public_session import ForbiddenAddressError, PublicSession, read_at_most
from deployer.domain.evaluation_url import EvaluationRules, ForbiddenDestinationError

CONNECT_SECONDS = 3.05
EXCHANGE_SECONDS = 8.0
"""For the whole of an answer, name resolution included."""
MAX_BYTES = 10 << 20
"""Of one answer: a large library has 4 MB."""
MAX_REQUESTS = 100
"""Of one page: it is not our part to keep a host busy."""
CACHE_BYTES = 48 << 20
CACHE_SECONDS = 300.0
_METHODS = ("GET", "HEAD", "OPTIONS")
"""Those that change nothing at the other end."""
_SENT = ("accept", "accept-language", "authorization", "content-type", "origin")
_SENT_PREFIXES = ("access-control-request-", "x-")
_KEPT_BACK = frozenset(
    {
        "connection", "content-encoding", "content-length", "keep-alive", "set-cookie",
        "strict-transport-security", "transfer-encoding",
    }
)  # fmt: skip
"""Headers of an answer that no longer fit it, or that the browser should not act upon."""


class AllowedAddresses:
    """`Source` for what one page may ask for: `sources` are asked in turn for this alone."""

    def __init__(self, allows: Callable[[str], bool], sources: Sequence[Source]) -> None:
        self._allows = allows
        self._sources = sources
        self._lock = Lock()
        self._left = MAX_REQUESTS

    def __call__(self, asked: Asked) -> Reply | None:
        if not self._allows(asked.url):
            return None
        with self._lock:
            self._left -= 1
            if self._left < 0:
                raise RefusedError(f"the page made more than {MAX_REQUESTS} requests")
        for source in self._sources:
            reply = source(asked)
            if reply is not None:
                return reply
        raise UnreachedError("it could not be had without the internet")


class Internet:
    """`Source` for https URLs of public hosts. Answers to plain GETs are kept for a while."""

    def __init__(self, rules: EvaluationRules | None = None) -> None:
        self._rules = rules or EvaluationRules()
        self._kept: OrderedDict[str, tuple[float, Reply]] = OrderedDict()
        self._lock = Lock()

    def __call__(self, asked: Asked) -> Reply:
        if asked.method not in _METHODS:
            raise UnreachedError(f"{asked.method} is not sent from here: it could change something")
        kept = self._find(asked)
        if kept is not None:
            return kept
        reply = self._fetch(asked)
        if asked.method == "GET" and reply.status == 200:
            self._keep(asked.url, reply)
        return reply

    def _fetch(self, asked: Asked) -> Reply:
        session = PublicSession(self._rules)
        try:
            self._rules.check(asked.url)
            return within(EXCHANGE_SECONDS, lambda: _exchange(session, asked))
        except ForbiddenDestinationError as exc:
            raise RefusedError("only https URLs of public hosts are fetched") from exc
        except ForbiddenAddressError as exc:
            raise RefusedError(str(exc)) from exc
        except OutOfTimeError as exc:
            session.cut_off()
            raise UnreachedError(f"no answer within {EXCHANGE_SECONDS:.0f} s") from exc
        except (requests.RequestException, ValueError) as exc:
            raise UnreachedError(f"not reached ({type(exc).__name__})") from exc

    def _find(self, asked: Asked) -> Reply | None:
        with self._lock:
            since, reply = self._kept.get(asked.url, (0.0, None))
        fresh = time.monotonic() - since < CACHE_SECONDS
        return reply if fresh and asked.method == "GET" else None

    def _keep(self, url: str, reply: Reply) -> None:
        with self._lock:
            self._kept[url] = (time.monotonic(), reply)
            self._kept.move_to_end(url)
            while sum(len(kept.body) for _, kept in self._kept.values()) > CACHE_BYTES:
                self._kept.popitem(last=False)


def _exchange(session: PublicSession, asked: Asked) -> Reply:
    sent = {name: value for name, value in asked.headers.items() if _is_sent(name.lower())}
    with (
        session,
        session.request(
            asked.method,
            asked.url,
            headers=sent,
            timeout=(CONNECT_SECONDS, EXCHANGE_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response,
    ):
        body = read_at_most(MAX_BYTES, response)
        if body is None:
            raise UnreachedError(f"it has more than {MAX_BYTES >> 20} MB")
        headers = {
            name: value
            for name, value in response.headers.items()
            if name.lower() not in _KEPT_BACK
        }
        return Reply(response.status_code, headers, body)


def _is_sent(name: str) -> bool:
    return name in _SENT or name.startswith(_SENT_PREFIXES)
