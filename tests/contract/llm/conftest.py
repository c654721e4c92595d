"""A server for each test, and the real SDK that talks to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.llm.server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server
