"""The simulated world has the times and limits that AWS is given."""

from __future__ import annotations

from typing import Any

from tests.simulation.compute import TIMEOUTS
from tests.simulation.world import ENVIRONMENT, MAX_RECEIVES, VISIBILITY_TIMEOUT
from tests.support.sam_template import transformed


def test_functions_and_queue_are_those_of_the_template() -> None:
    queue = _properties("Queue")
    assert queue["VisibilityTimeout"] == VISIBILITY_TIMEOUT
    assert queue["RedrivePolicy"]["maxReceiveCount"] == MAX_RECEIVES
    for function, seconds in TIMEOUTS.items():
        assert _value(_function(function)["Timeout"]) == seconds, function


def test_the_worker_gives_up_and_the_notifier_waits_as_the_template_says() -> None:
    worker, notifier = (
        _function(name)["Environment"]["Variables"] for name in ("worker", "notifier")
    )
    assert worker["MAX_RECEIVE_COUNT"] == ENVIRONMENT["MAX_RECEIVE_COUNT"]
    # The world gives up earlier, so that some evaluation URLs are never told.
    assert _value(notifier["RETRY_DELAYS"]).startswith(ENVIRONMENT["RETRY_DELAYS"] + ",")


def _properties(resource: str) -> dict[str, Any]:
    found: dict[str, Any] = transformed()["Resources"][resource]["Properties"]
    return found


def _function(name: str) -> dict[str, Any]:
    return _properties(f"{name.title().replace('_', '')}Function")


def _value(given: Any) -> Any:
    """The value that is given, or the default of the parameter that is named."""
    return (
        transformed()["Parameters"][given["Ref"]]["Default"] if isinstance(given, dict) else given
    )
