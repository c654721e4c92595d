"""The demo tells what a browser saw, from the status."""

from __future__ import annotations

from typing import Any

from local.demo import told_of


def generation(**given: Any) -> dict[str, Any]:
    return {"repaired": [], "unmet": [], "verdicts": [], **given}


def test_faults_are_told_with_their_end() -> None:
    seen = generation(repaired=["#a shows NaN, expected 3"], unmet=["#b is missing"])
    assert told_of(seen) == ["#a shows NaN, expected 3: repaired", "#b is missing: not repaired"]


def test_a_browser_that_was_not_there_is_told_once() -> None:
    unseen = [
        {"check": check, "verdict": "cannot tell", "evidence": why}
        for check, why in [
            ("js: a", "no browser is found"),
            ("js: b", "no browser is found"),
            ("README.md is professional", "no steps were written for it"),
        ]
    ]
    assert told_of(generation(verdicts=unseen)) == ["cannot tell of 2 checks: no browser is found"]
