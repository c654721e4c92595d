from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.github.server import RunningGitHub, serve


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGitHub]:
    """One GitHub for many worlds: each has tasks of its own."""
    with serve(tmp_path_factory.mktemp("github")) as running:
        yield running
