import pytest

from deployer.domain.generation_report import Prices
from deployer.domain.language_model import Prompt, Reply, StopReason, Usage
from deployer.generation.conversation import Budget, Conversation

PRICES = Prices(input=2.0, cached=0.5, output=10.0)


def test_cached_tokens_are_part_of_the_input_and_cost_their_own_price() -> None:
    usage = Usage(input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)
    assert PRICES.cost(usage) == pytest.approx(0.6 * 2.0 + 0.4 * 0.5 + 0.1 * 10.0)


def test_a_budget_of_money_ends_a_deployments_calls() -> None:
    budget = Budget(cost_usd=0.01)
    assert not budget.spent_by(Usage(), cost_usd=0.009)
    assert budget.spent_by(Usage(), cost_usd=0.01)


def test_without_a_limit_only_tokens_are_bounded() -> None:
    budget = Budget(output_tokens=5000)
    assert not budget.spent_by(Usage(output_tokens=4999), cost_usd=100.0)
    assert budget.spent_by(Usage(output_tokens=5000), cost_usd=0.0)


def test_a_models_own_prices_count() -> None:
    budget = Budget(prices={"openai/known": PRICES}.get)
    assert budget.cost_of("openai/known", Usage(output_tokens=1000)) == pytest.approx(0.01)
    assert budget.cost_of("openai/unknown", Usage(output_tokens=1000)) is None


class Answering:
    """A model that is now one and now another, as with a fallback."""

    def __init__(self, *names: str) -> None:
        self._names = iter(names)
        self.name = "openai/known"

    def complete(self, prompt: Prompt, timeout_seconds: float) -> Reply:
        usage = Usage(output_tokens=1000)
        return Reply("", StopReason.COMPLETE, next(self._names), usage)


def test_each_answer_costs_the_prices_of_the_model_that_gave_it() -> None:
    prices = {"openai/known": PRICES, "gemini/dear": Prices(input=2.0, cached=0.5, output=20.0)}
    model = Answering("openai/known", "gemini/dear")
    conversation = Conversation(model, "nonce", lambda: 100, Budget(prices=prices.get))
    conversation.ask("first")
    conversation.ask("second")
    assert conversation.cost_usd == pytest.approx(0.03)


def test_a_limit_counts_what_is_known_though_the_whole_cost_is_not() -> None:
    budget = Budget(prices={"openai/known": PRICES}.get, cost_usd=0.015)
    model = Answering("openai/known", "openai/unknown", "openai/known", "openai/known")
    conversation = Conversation(model, "nonce", lambda: 100, budget)
    asked = [conversation.ask("again") is not None for _ in range(4)]
    assert asked == [True, True, True, False]
    assert conversation.cost_usd is None
