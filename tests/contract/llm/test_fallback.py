"""The second provider takes over from some faults of the first, and not from others."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from deployer.adapters.llm.fallback import FallbackModel
from deployer.domain.errors import (
    ModelMisconfiguredError,
    ModelRateLimitedError,
    ModelUnavailableError,
)
from deployer.domain.language_model import Prompt, Reply, StopReason, Usage

PROMPT = Prompt(system="s", user="u")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class ScriptedModel:
    """Answers, or fails, as it was told; `seconds` later."""

    name: str
    outcome: Reply | Exception
    clock: Clock = field(default_factory=Clock)
    seconds: float = 0
    time_limits: list[float] = field(default_factory=list)

    def complete(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        assert prompt == PROMPT
        self.time_limits.append(timeout_seconds)
        self.clock.now += self.seconds
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def reply(model: str, stop_reason: StopReason = StopReason.COMPLETE) -> Reply:
    return Reply(f"from {model}", stop_reason, model, Usage(100, 10, 5))


def test_the_second_is_not_asked_if_the_first_answers() -> None:
    first, second = ScriptedModel("a/1", reply("a/1")), ScriptedModel("b/2", reply("b/2"))
    model = FallbackModel(first, second)

    assert model.complete(PROMPT, timeout_seconds=100) == reply("a/1")
    assert model.name == "a/1"
    assert second.time_limits == []


def test_a_truncated_answer_is_the_callers_business() -> None:
    truncated = reply("a/1", StopReason.TRUNCATED)
    second = ScriptedModel("b/2", reply("b/2"))

    answer = FallbackModel(ScriptedModel("a/1", truncated), second).complete(
        PROMPT, timeout_seconds=100
    )

    assert answer == truncated
    assert second.time_limits == []


def test_the_second_takes_over_from_a_first_that_fails() -> None:
    first = ScriptedModel("a/1", ModelUnavailableError("a/1 answered 500"))

    answer = FallbackModel(first, ScriptedModel("b/2", reply("b/2"))).complete(
        PROMPT, timeout_seconds=100
    )

    assert answer == reply("b/2")


def test_a_first_that_hangs_leaves_the_second_its_share_of_the_time() -> None:
    clock = Clock()
    first = ScriptedModel("a/1", ModelUnavailableError("too slow"), clock, seconds=60)
    second = ScriptedModel("b/2", reply("b/2"), clock)

    FallbackModel(first, second, clock).complete(PROMPT, timeout_seconds=100)

    assert (first.time_limits, second.time_limits) == ([60], [40])


def test_the_second_takes_over_from_a_first_that_refuses_and_both_are_paid() -> None:
    first = ScriptedModel("a/1", reply("a/1", StopReason.REFUSED))

    answer = FallbackModel(first, ScriptedModel("b/2", reply("b/2"))).complete(
        PROMPT, timeout_seconds=100
    )

    assert (answer.text, answer.model) == ("from b/2", "b/2")
    assert answer.usage == Usage(200, 20, 10)


def test_a_refusal_stands_if_the_second_cannot_be_asked() -> None:
    refusal = reply("a/1", StopReason.REFUSED)
    second = ScriptedModel("b/2", ModelUnavailableError("b/2 answered 500"))

    answer = FallbackModel(ScriptedModel("a/1", refusal), second).complete(
        PROMPT, timeout_seconds=100
    )

    assert answer == refusal


def test_if_both_fail_both_are_named_and_the_shorter_wait_counts() -> None:
    first = ScriptedModel("a/1", ModelUnavailableError("a/1 answered 503", retry_after=30))
    second = ScriptedModel("b/2", ModelRateLimitedError("b/2 answered 429", retry_after=8))

    with pytest.raises(ModelUnavailableError, match="a/1 answered 503; b/2 answered 429") as caught:
        FallbackModel(first, second).complete(PROMPT, timeout_seconds=100)

    assert caught.value.retry_after == 8


@pytest.mark.parametrize("kind", [ModelRateLimitedError, ModelMisconfiguredError])
def test_a_rate_limit_and_a_wrong_key_are_not_covered_up(
    kind: type[ModelUnavailableError],
) -> None:
    second = ScriptedModel("b/2", reply("b/2"))

    with pytest.raises(kind):
        FallbackModel(ScriptedModel("a/1", kind("a/1", 9)), second).complete(
            PROMPT, timeout_seconds=100
        )

    assert second.time_limits == []
