"""Files that a caller names by URL, fetched from public hosts."""

from __future__ import annotations

from concurrent.futures import TimeoutError as OutOfTimeError

import requests

from deployer.adapters.deadline import within
from deployer.adapters.public_session import (
    ForbiddenAddressError,
    PublicSession,
    read_at_most,
    resolved,
)
from deployer.domain.errors import FetchRefusedError, FetchUnavailableError
from deployer.domain.evaluation_url import EvaluationRules, ForbiddenDestinationError
from deployer.domain.ports import Fetched

CONNECT_SECONDS = 3.05
FETCH_SECONDS = 15.0
"""For the whole of a file: name resolution, redirects and body."""
MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429})
"""Answers below 500 after which the same request may succeed."""


class Web:
    """`Fetch`: a GET without any secret. Each redirect is judged as the URL itself was."""

    def __init__(self, rules: EvaluationRules | None = None) -> None:
        self._rules = rules or EvaluationRules()

    def __call__(self, url: str, max_bytes: int) -> Fetched:
        session = PublicSession(self._rules)
        try:
            return within(FETCH_SECONDS, lambda: self._fetched(session, url, max_bytes))
        except ForbiddenDestinationError as exc:
            raise FetchRefusedError(exc.reason) from exc
        except ForbiddenAddressError as exc:
            raise FetchRefusedError(str(exc)) from exc
        except OutOfTimeError as exc:
            session.cut_off()
            raise FetchUnavailableError(f"was not read within {FETCH_SECONDS:g} s") from exc
        except (requests.RequestException, ValueError) as exc:
            raise FetchUnavailableError(f"was not reached ({type(exc).__name__})") from exc

    def _fetched(self, session: PublicSession, url: str, max_bytes: int) -> Fetched:
        with session:
            for _ in range(MAX_REDIRECTS + 1):
                self._rules.check(url)
                answer = _get(session, url, max_bytes)
                if isinstance(answer, Fetched):
                    return answer
                url = resolved(url, answer)
        raise FetchRefusedError(f"leads on more than {MAX_REDIRECTS} times")


def _get(session: PublicSession, url: str, max_bytes: int) -> Fetched | str:
    """The file, or the Location that the answer names instead."""
    with session.get(
        url,
        headers={"Accept-Encoding": "identity"},
        timeout=(CONNECT_SECONDS, FETCH_SECONDS),
        allow_redirects=False,
        stream=True,
    ) as response:
        status, location = response.status_code, response.headers.get("Location")
        if status in _REDIRECTS and location is not None:
            return location
        if status in _LATER or status >= 500:
            raise FetchUnavailableError(f"answered {status}")
        if not 200 <= status < 300:
            raise FetchRefusedError(f"answered {status}")
        content = read_at_most(max_bytes, response)
        if content is None:
            raise FetchRefusedError(f"holds more than {max_bytes} bytes")
        return Fetched(response.headers.get("Content-Type", ""), content)
