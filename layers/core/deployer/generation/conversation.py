"""Calls to the model within the budget, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deployer.domain.language_model import Image, LanguageModel, Prompt, StopReason, Usage
from deployer.generation import instructions
from deployer.generation.grammar import Parsed, parse
from deployer.generation.recovery import recover, whole_characters
from deployer.generation.types import Budget

FIRST_OUTPUT_TOKENS = 16_000
LARGEST_OUTPUT_TOKENS = 32_000


@dataclass(frozen=True)
class Answer:
    """One reply, read."""

    parsed: Parsed
    stop_reason: StopReason
    form: str = ""
    """The foreign format that the files were recovered from."""

    @property
    def complete(self) -> bool:
        return self.stop_reason is StopReason.COMPLETE and self.parsed.complete


class Conversation:
    """All calls of one deployment. Each is fresh: no history of failed attempts is sent."""

    def __init__(
        self, model: LanguageModel, nonce: str, seconds_left: Callable[[], float], budget: Budget
    ) -> None:
        self._model = model
        self._nonce = nonce
        self._seconds_left = seconds_left
        self._budget = budget
        self.calls = 0
        self.usage = Usage()
        self.model_name = model.name

    def ask(
        self, user: str, *, images: tuple[Image, ...] = (), tokens: int = FIRST_OUTPUT_TOKENS
    ) -> Answer | None:
        """Ask once; None if the budget or the time is spent.

        Raises:
            ModelUnavailableError
        """
        left = self._seconds_left()
        spent = self._budget.spent_by(self.usage)
        if self.calls >= self._budget.calls or spent or left < self._budget.reserve_seconds:
            return None
        self.calls += 1
        reply = self._model.complete(
            Prompt(instructions.SYSTEM, user, images, tokens),
            timeout_seconds=min(left, self._budget.call_seconds),
        )
        self.usage += reply.usage
        self.model_name = reply.model
        return self._read(whole_characters(reply.text), reply.stop_reason)

    def _read(self, text: str, stop_reason: StopReason) -> Answer:
        parsed = parse(text, self._nonce)
        nothing = not parsed.blocks and not parsed.done and parsed.unclosed is None
        if nothing and not parsed.malformed and stop_reason is StopReason.COMPLETE:
            blocks, form = recover(text)
            if blocks:
                # Every file is closed, so that the answer is as complete as its form can be.
                return Answer(Parsed(tuple(blocks), done=True), stop_reason, form)
        return Answer(parsed, stop_reason)
