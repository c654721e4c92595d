"""Calls to the model within the budget, and their cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deployer.domain.generation_report import Prices
from deployer.domain.language_model import Image, LanguageModel, Prompt, StopReason, Usage
from deployer.generation import instructions
from deployer.generation.answers.grammar import Parsed
from deployer.generation.answers.parser import parse
from deployer.generation.answers.recovery import recover, unpacked, whole_characters


@dataclass(frozen=True)
class Budget:
    """The most that one deployment may cost."""

    calls: int = 7
    """The first answer, two repairs, and what completes a cut or failed answer."""
    repairs: int = 2
    output_tokens: int = 64_000
    """Of all calls together; no further call is made beyond it."""
    prices: Callable[[str], Prices | None] = lambda _: None
    """The prices of a model, `provider/model`; None if nobody knows them."""
    cost_usd: float | None = None
    """Of all calls together; no further call is made beyond it. Needs known prices."""
    call_seconds: float = 150
    """One call's time limit."""
    reserve_seconds: float = 5
    """A call is not begun when less time is left."""

    def spent_by(self, usage: Usage, cost_usd: float) -> bool:
        """True if `usage`, which cost at least so much, leaves nothing for another call."""
        if usage.output_tokens >= self.output_tokens:
            return True
        return self.cost_usd is not None and cost_usd >= self.cost_usd

    def cost_of(self, model: str, usage: Usage) -> float | None:
        """US dollars; None if nobody knows the model's prices."""
        prices = self.prices(model)
        return prices.cost(usage) if prices else None


FIRST_OUTPUT_TOKENS = 16_000
LARGEST_OUTPUT_TOKENS = 32_000


@dataclass(frozen=True)
class ParsedReply:
    """One reply, read."""

    parsed: Parsed
    stop_reason: StopReason
    form: str = ""
    """The foreign format that the files were recovered from."""
    stop_word: str = ""
    """The provider's word for why it stopped."""

    @property
    def complete(self) -> bool:
        return self.stop_reason is StopReason.COMPLETE and self.parsed.complete

    @property
    def refused(self) -> bool:
        return self.stop_reason is StopReason.REFUSED

    @property
    def stopped(self) -> str:
        """The model's reason to stop, in words that follow on others; empty if there is none."""
        return f" (its stop reason was {self.stop_word})" if self.stop_word else ""


class Conversation:
    """All calls of one deployment. Each is fresh: no history of failed attempts is sent."""

    def __init__(
        self, model: LanguageModel, nonce: str, seconds_left: Callable[[], float], budget: Budget
    ) -> None:
        self._model = model
        self._nonce = nonce
        self.seconds_left = seconds_left
        self._budget = budget
        self.calls = 0
        self.usage = Usage()
        self._known_cost = 0.0
        """US dollars of the calls to models whose prices are known."""
        self._cost_is_whole = True
        self.model_name = model.name

    @property
    def cost_usd(self) -> float | None:
        """US dollars of all calls; None once a model answered whose prices nobody knows."""
        return self._known_cost if self._cost_is_whole else None

    def ask(
        self, user: str, *, images: tuple[Image, ...] = (), tokens: int = FIRST_OUTPUT_TOKENS
    ) -> ParsedReply | None:
        """Ask once; None if the budget or the time is spent.

        Raises:
            ModelUnavailableError
        """
        left = self.seconds_left()
        spent = self._budget.spent_by(self.usage, self._known_cost)
        if self.calls >= self._budget.calls or spent or left < self._budget.reserve_seconds:
            return None
        self.calls += 1
        reply = self._model.complete(
            Prompt(instructions.SYSTEM, user, images, tokens),
            timeout_seconds=min(left, self._budget.call_seconds),
        )
        self.usage += reply.usage
        cost = self._budget.cost_of(reply.model, reply.usage)
        self._known_cost += cost or 0.0
        self._cost_is_whole &= cost is not None
        self.model_name = reply.model
        parsed, form = self._read(whole_characters(reply.text), reply.stop_reason)
        return ParsedReply(parsed, reply.stop_reason, form, reply.stop_word)

    def _read(self, text: str, stop_reason: StopReason) -> tuple[Parsed, str]:
        """The answer's blocks, and the form they came in if it was not ours."""
        parsed = parse(text, self._nonce)
        if _has_anything(parsed) or stop_reason is not StopReason.COMPLETE:
            return parsed, ""
        packed = unpacked(text, self._nonce)
        if packed is not None and _has_anything(inner := parse(packed, self._nonce)):
            return inner, "one text in JSON"
        blocks, form = recover(text)
        # Every file is closed, so that the answer is as complete as its form can be.
        return (Parsed(blocks, done=True), form) if blocks else (parsed, "")


def _has_anything(parsed: Parsed) -> bool:
    return bool(parsed.blocks or parsed.done or parsed.unclosed is not None or parsed.malformed)
