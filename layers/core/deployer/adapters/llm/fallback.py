"""A second provider for when the first fails."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from deployer.domain.errors import (
    ModelMisconfiguredError,
    ModelRateLimitedError,
    ModelUnavailableError,
)
from deployer.domain.language_model import LanguageModel, Prompt, Reply, StopReason

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

# Without a share of its own the second could never take over from a first that hangs.
_SHARE_OF_FIRST = 0.6


class FallbackModel:
    """Asks the second model if the first refuses, fails or does not answer in time.

    It is not asked on a rate limit, which passes by itself, nor when the first refused our key or
    our model's name: nobody would see that until the bill comes. `Reply.model` names the one that
    answered.
    """

    def __init__(
        self,
        first: LanguageModel,
        second: LanguageModel,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first = first
        self._second = second
        self._clock = clock

    @property
    def name(self) -> str:
        """The first model's name: the deployment was meant for that one."""
        return self._first.name

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        """Ask at most twice, within the one time limit. See the port."""
        end = self._clock() + timeout_seconds
        try:
            reply = self._first.complete(prompt, timeout_seconds=timeout_seconds * _SHARE_OF_FIRST)
        except (ModelRateLimitedError, ModelMisconfiguredError):
            raise
        except ModelUnavailableError as failure:
            return self._after_failure(failure, prompt, end - self._clock())
        if reply.stop_reason is StopReason.REFUSED:
            return self._after_refusal(reply, prompt, end - self._clock())
        return reply

    def _after_failure(
        self, failure: ModelUnavailableError, prompt: Prompt, timeout_seconds: float
    ) -> Reply:
        logger.warning("%s; asking %s", failure, self._second.name)
        try:
            return self._second.complete(prompt, timeout_seconds=timeout_seconds)
        except ModelUnavailableError as exc:
            waits = [wait for wait in (failure.retry_after, exc.retry_after) if wait is not None]
            raise ModelUnavailableError(f"{failure}; {exc}", min(waits, default=None)) from exc

    def _after_refusal(self, refusal: Reply, prompt: Prompt, timeout_seconds: float) -> Reply:
        logger.warning("%s refused; asking %s", refusal.model, self._second.name)
        try:
            reply = self._second.complete(prompt, timeout_seconds=timeout_seconds)
        except ModelUnavailableError as exc:
            # Not an error of its own: trying again would only pay for the same refusal.
            logger.warning("%s; the refusal stands", exc)
            return refusal
        return replace(reply, usage=refusal.usage + reply.usage)
