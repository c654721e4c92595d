from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.description import Description
from tests.support.gateway import Gateway, running


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """One for all tests of a module: each uses a task of its own."""
    with running() as gateway:
        yield gateway


@pytest.fixture(scope="session")
def description() -> Description:
    return Description()
