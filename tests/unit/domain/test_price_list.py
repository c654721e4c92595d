"""The list of published prices: found by name and day, and whole."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from deployer.domain import price_list
from deployer.domain.price_list import published
from deployer.domain.providers import PROVIDERS, Provider

LIST = json.loads(Path(price_list.__file__).with_suffix(".json").read_text())
DAY = date.fromisoformat(LIST["as_of"])
PRICES = [
    (provider, entry["model"], row)
    for provider, entries in LIST["providers"].items()
    for entry in entries
    for row in entry["prices"]
]


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_the_model_that_nobody_chose_has_prices(provider: Provider) -> None:
    found = published(provider.name, provider.default_model, DAY)
    assert found is not None
    assert 0 < found.cached < found.input < found.output


@pytest.mark.parametrize("name", ["gpt-5-mini", "gpt-5-mini-2025-08-07", "GPT-5-mini"])
def test_a_model_is_found_by_each_of_its_names(name: str) -> None:
    found = published("openai", name, DAY)
    assert found is not None
    assert (found.input, found.cached, found.output) == (0.25, 0.025, 2.0)


@pytest.mark.parametrize(("provider", "model"), [("openai", "stand-in"), ("nobody", "gpt-5-mini")])
def test_what_the_list_does_not_have_has_no_prices(provider: str, model: str) -> None:
    assert published(provider, model, DAY) is None


def test_prices_hold_from_their_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    prices = [
        {"from": None, "input": 1.0, "cached": 1.0, "output": 2.0},
        {"from": "2026-03-01", "input": 3.0, "cached": 3.0, "output": 4.0},
    ]
    known = {"openai": [{"model": "m-.*", "prices": prices}]}
    monkeypatch.setattr(price_list, "_list", lambda: known)
    for day, dollars in {date(2026, 2, 28): 1.0, date(2026, 3, 1): 3.0}.items():
        found = published("openai", "m-1", day)
        assert found is not None
        assert found.input == dollars


def test_every_price_is_a_number_of_dollars_and_every_name_a_pattern() -> None:
    assert len(PRICES) > 100
    for _, model, row in PRICES:
        re.compile(model)
        assert all(row[kind] >= 0 for kind in ("input", "cached", "output")), model


def test_the_list_says_where_it_is_from() -> None:
    assert "genai-prices" in LIST["source"]
    assert "MIT License, Copyright (c) Pydantic" in LIST["source"]
