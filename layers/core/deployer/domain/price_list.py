"""Prices that the providers publish, from a dated list in the package: nothing is fetched.

`price_list.json` is derived from the data of genai-prices (MIT) by `make prices`. The tiers for
long prompts, the first of which begins at 100,000 tokens, are left out: the cost is an estimate.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from deployer.domain.generation_report import Prices

_FILE = Path(__file__).with_suffix(".json")


def published(provider: str, model: str, day: date) -> Prices | None:
    """The provider's prices of a model on that day; None if the list does not have it."""
    for entry in _list().get(provider, []):
        if re.fullmatch(entry["model"], model.lower()):
            return _on(entry["prices"], day)
    return None


def _on(prices: list[dict[str, Any]], day: date) -> Prices | None:
    """The newest prices that hold on that day. A list begins with those that always held."""
    held = [one for one in prices if one["from"] is None or date.fromisoformat(one["from"]) <= day]
    return Prices(held[-1]["input"], held[-1]["cached"], held[-1]["output"]) if held else None


@cache
def _list() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))["providers"]
    return found
