"""Facts become metrics where somebody would plot them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deployer.observability import PowertoolsTelemetry, metrics


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(metrics.provider, "namespace", "LLMCodeDeployer")
    metrics.clear_metrics()
    yield
    metrics.clear_metrics()


def test_verdicts_repairs_and_the_browsers_time_are_metrics() -> None:
    PowertoolsTelemetry().fact(
        "judged", passed=4, failed=1, cannot_tell=2, repaired=3, browser_seconds=2.5
    )

    told = metrics.serialize_metric_set()

    names = ("ChecksPassed", "ChecksFailed", "ChecksUntold", "FaultsRepaired", "BrowserSeconds")
    assert [told[name] for name in names] == [[4.0], [1.0], [2.0], [3.0], [2.5]]
    (declared,) = told["_aws"]["CloudWatchMetrics"]
    assert {"Name": "BrowserSeconds", "Unit": "Seconds"} in declared["Metrics"]


def test_a_fact_that_nobody_plots_is_only_a_line_in_the_log() -> None:
    PowertoolsTelemetry().fact("claimed", state="QUEUED")

    assert metrics.provider.metric_set == {}
