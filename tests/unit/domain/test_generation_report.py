import pytest

from deployer.domain.generation_report import Prices
from deployer.domain.language_model import Usage
from deployer.generation.conversation import Budget

PRICES = Prices(input=2.0, cached=0.5, output=10.0)


def test_cached_tokens_are_part_of_the_input_and_cost_their_own_price() -> None:
    usage = Usage(input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)
    assert PRICES.cost(usage) == pytest.approx(0.6 * 2.0 + 0.4 * 0.5 + 0.1 * 10.0)


def test_a_budget_of_money_ends_a_deployments_calls() -> None:
    budget = Budget(cost_usd=0.01)
    assert not budget.spent_by(Usage(), cost_usd=0.009)
    assert budget.spent_by(Usage(), cost_usd=0.01)


@pytest.mark.parametrize("cost_usd", [None, 1.0])
def test_without_prices_or_a_limit_only_tokens_are_bounded(cost_usd: float | None) -> None:
    budget = Budget(output_tokens=5000, cost_usd=0.01 if cost_usd is None else None)
    assert not budget.spent_by(Usage(output_tokens=4999), cost_usd)
    assert budget.spent_by(Usage(output_tokens=5000), cost_usd)


def test_a_models_own_prices_count() -> None:
    budget = Budget(prices={"openai/known": PRICES}.get)
    assert budget.cost_of("openai/known", Usage(output_tokens=1000)) == pytest.approx(0.01)
    assert budget.cost_of("openai/unknown", Usage(output_tokens=1000)) is None
