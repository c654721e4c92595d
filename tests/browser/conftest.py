"""Real Chromium for every test here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deployer.adapters.chromium.browser import Chromium
from tests.support.chromium import Visitor, executable
from tests.support.internet import Internet


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    """The browser as the function has it: no network, each page in a process of its own."""
    return Chromium(executable)


@pytest.fixture
def internet() -> Iterator[Internet]:
    """Every host of the internet, on this machine."""
    servers = Internet()
    yield servers
    servers.close()


@pytest.fixture
def visitor(internet: Internet) -> Visitor:
    """A visitor of a published page; tells whom the page contacts."""
    return Visitor(internet)
