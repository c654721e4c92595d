"""The caller's evaluation URL: one POST, to an address that our rules allow."""

from __future__ import annotations

from concurrent.futures import TimeoutError as OutOfTimeError
from dataclasses import replace
from datetime import UTC, datetime

import requests

from deployer.adapters.deadline import within
from deployer.adapters.evaluation.session import EvaluationSession, ForbiddenAddressError
from deployer.adapters.retry_after import seconds_until_retry
from deployer.domain.evaluation_url import EvaluationRules, ForbiddenDestinationError
from deployer.domain.notification import Answer

CONNECT_TIMEOUT_SECONDS = 3.05
READ_TIMEOUT_SECONDS = 15
EXCHANGE_SECONDS = 25
"""For the whole of it, name resolution included; the notifier may run for 45 s."""


class HTTPEvaluationEndpoint:
    """`Sender` of the evaluation channel: a POST of JSON.

    A redirect is an answer like others, and is not followed. The status and the headers of an
    answer are read, its body never, and nothing after `EXCHANGE_SECONDS`.
    """

    def __init__(self, rules: EvaluationRules) -> None:
        self._rules = rules

    def send(self, url: str, body: bytes) -> Answer:
        session = EvaluationSession(self._rules)
        try:
            self._rules.check(url)
            return within(EXCHANGE_SECONDS, lambda: _exchange(session, url, body))
        except ForbiddenDestinationError as exc:
            return Answer(None, f"the evaluation URL {exc.reason}", refused=True)
        except ForbiddenAddressError as exc:
            return Answer(None, f"the evaluation URL {exc}", refused=True)
        except OutOfTimeError:
            session.cut_off()
            return Answer(None, f"no answer within {EXCHANGE_SECONDS} s")
        except (requests.RequestException, ValueError) as exc:
            return Answer(None, type(exc).__name__)


def _exchange(session: EvaluationSession, url: str, body: bytes) -> Answer:
    with (
        session,
        session.post(
            url,
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response,
    ):
        answer = Answer(response.status_code, f"HTTP {response.status_code}")
        if answer.accepted:
            return answer
        asked = seconds_until_retry(response.headers.get("Retry-After"), datetime.now(UTC))
        return replace(answer, retry_after=asked)
