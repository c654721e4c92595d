"""The real handlers, each in a module of its own for every environment that Lambda would start."""

from __future__ import annotations

import importlib.util
import itertools
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).parents[2] / "functions"
_numbers = itertools.count()


class Context:
    """Lambda's context, on the virtual clock."""

    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "simulated"

    def __init__(self, remaining_seconds: Any) -> None:
        self._remaining_seconds = remaining_seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self._remaining_seconds() * 1000)


class Environments:
    """A handler keeps things between its invocations, and runs one at a time. They outlive the
    worlds, as loading a handler takes longer than most that it does."""

    def __init__(self) -> None:
        self._idle: dict[str, list[ModuleType]] = defaultdict(list)

    def take(self, function: str) -> ModuleType:
        return self._idle[function].pop() if self._idle[function] else _loaded(function)

    def give_back(self, function: str, module: ModuleType) -> None:
        self._idle[function].append(module)


def _loaded(function: str) -> ModuleType:
    path = FOLDER / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"{function}_{next(_numbers)}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
