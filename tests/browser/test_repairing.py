"""A run-time mistake is found by the browser and mended before it is published."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from deployer.adapters.chromium.browser import Chromium
from tests.browser.pages import SPOILED, Kind
from tests.browser.repairing import wrong_with

SAMPLE = SPOILED[1::31]


@pytest.mark.parametrize(("words", "kind", "site"), SAMPLE, ids=[words for words, *_ in SAMPLE])
def test_the_mended_page_is_published(
    chromium: Chromium, words: str, kind: Kind, site: Mapping[str, bytes]
) -> None:
    assert list(wrong_with(chromium, kind, site)) == []
