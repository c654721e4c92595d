"""`make prices`: write the package's list of prices anew, from the newest genai-prices.

It runs in a throwaway environment that has that package, and uses the standard library besides.
"""

from __future__ import annotations

import importlib
import json
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "layers/core/deployer/domain/price_list.json"
PROVIDERS = {"openai": "openai", "gemini": "google", "anthropic": "anthropic"}
"""Our names and theirs."""


def write() -> None:
    """Write the list, oldest prices of a model first."""
    data: Any = importlib.import_module("genai_prices.data")
    known = {provider.id: provider for provider in data.providers}
    providers = {
        ours: [entry for model in known[theirs].models if (entry := _entry(model))]
        for ours, theirs in PROVIDERS.items()
    }
    source = (
        f"genai-prices {version('genai-prices')}, MIT License, "
        "Copyright (c) Pydantic Services Inc. 2025 to present, "
        "https://github.com/pydantic/genai-prices"
    )
    head = {
        "as_of": f"{datetime.now(UTC):%Y-%m-%d}",
        "source": source,
        "unit": "US dollars for a million tokens",
    }
    FILE.write_text(_lines(head, providers), "utf-8")
    print(f"{FILE.name}: {sum(len(models) for models in providers.values())} models")


def _entry(model: Any) -> dict[str, Any] | None:
    """One model; None if it has no prices of tokens."""
    given = model.prices if isinstance(model.prices, list) else [model.prices]
    prices = [row for one in given if (row := _prices(one))]
    prices.sort(key=lambda row: row["from"] or "")
    return {"model": _pattern(model.match), "prices": prices} if prices else None


def _prices(given: Any) -> dict[str, Any] | None:
    constraint = getattr(given, "constraint", None)
    if constraint is not None and not hasattr(constraint, "start_date"):
        return None  # for some hours of a day: the prices of the others are the estimate
    one = getattr(given, "prices", given)
    read, written = _dollars(one.input_mtok), _dollars(one.output_mtok)
    if read is None or written is None:
        return None
    cached = _dollars(one.cache_read_mtok)
    return {
        "from": constraint.start_date.isoformat() if constraint else None,
        "input": read,
        "cached": read if cached is None else cached,
        "output": written,
    }


def _dollars(price: Any) -> float | None:
    """The price of prompts of usual length, where there are tiers."""
    return None if price is None else float(getattr(price, "base", price))


def _pattern(clause: Any) -> str:
    """Their clause as one regular expression, for the whole name in lower case."""
    if hasattr(clause, "or_"):
        return f"(?:{'|'.join(map(_pattern, clause.or_))})"
    if hasattr(clause, "and_"):
        return "".join(f"(?={_pattern(one)}$)" for one in clause.and_) + ".*"
    if hasattr(clause, "regex"):
        return f".*?(?:{clause.regex}).*"
    kinds = {"equals": "{}", "starts_with": "{}.*", "ends_with": ".*{}", "contains": ".*{}.*"}
    (kind,) = (kind for kind in kinds if hasattr(clause, kind))
    return kinds[kind].format(re.escape(getattr(clause, kind).lower()))


def _lines(head: dict[str, str], providers: dict[str, list[dict[str, Any]]]) -> str:
    """JSON with a line for each model, so that a change is read as such."""
    begin = json.dumps(head | {"providers": {}}, indent=1).removesuffix("{}\n}")
    blocks = [
        f'  "{name}": [\n' + ",\n".join(f"   {json.dumps(one)}" for one in models) + "\n  ]"
        for name, models in providers.items()
    ]
    return begin + "{\n" + ",\n".join(blocks) + "\n }\n}\n"


if __name__ == "__main__":
    write()
