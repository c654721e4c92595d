"""A second round that breaks the first is repaired, and says so where it is not."""

from __future__ import annotations

import pytest

from deployer.adapters.chromium.browser import Chromium
from tests.browser.revising import WAYS, Revisions, Way, wrong_with

SAMPLE = WAYS[7:8]


@pytest.mark.parametrize("way", SAMPLE, ids=lambda way: way.words)
def test_a_broken_promise_is_not_published_while_it_can_be_mended(
    chromium: Chromium, way: Way
) -> None:
    assert list(wrong_with(Revisions(chromium), way)) == []
