"""Pages with a mistake are seen to fail, good ones are not; `judging.py` has them all.

It judges each of them many times: `python -m tests.browser.judging --times 50`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from deployer.adapters.chromium.browser import Chromium
from deployer.domain.visit import Verdict
from tests.browser.judging import judged
from tests.browser.pages import GOOD, SPOILED, Kind


@pytest.mark.parametrize(("words", "kind", "site"), SPOILED[::9], ids=[s[0] for s in SPOILED[::9]])
def test_a_mistake_is_seen(
    chromium: Chromium, words: str, kind: Kind, site: Mapping[str, bytes]
) -> None:
    assert Verdict.FAILS in judged(chromium, kind, site)


@pytest.mark.parametrize(("words", "kind", "site"), GOOD[::9], ids=[g[0] for g in GOOD[::9]])
def test_a_good_page_passes_in_any_style(
    chromium: Chromium, words: str, kind: Kind, site: Mapping[str, bytes]
) -> None:
    assert set(judged(chromium, kind, site)) == {Verdict.PASSES}


AGAIN = 5


@pytest.mark.parametrize("words", ["sum of sales, a little later", "chart, a module"])
def test_a_page_is_judged_alike_each_time(chromium: Chromium, words: str) -> None:
    kind, site = next((kind, site) for name, kind, site in GOOD if name == words)

    verdicts = {tuple(judged(chromium, kind, site)) for _ in range(AGAIN)}

    assert verdicts == {(Verdict.PASSES,) * 3}
