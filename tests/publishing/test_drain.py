"""A burst against GitHub's limits: nobody is refused, and all are served in turn."""

from __future__ import annotations

from pathlib import Path

from tests.publishing.drain import drain


def test_a_burst_above_a_minutes_budget_is_never_refused(tmp_path: Path) -> None:
    result = drain(tmp_path, deployments=60)
    assert result.published == 60
    assert result.repositories == result.commits == 60
    assert (result.refused, result.inside_window) == (0, 0)
    assert result.counted_writes == 120
    # 120 writes: 80 in the first minute and a half, the others in the next.
    assert 60 <= result.seconds <= 100
