"""The tests' hand on the double: clock, limits, faults, Pages lag. Not a part of GitHub."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from local.github.answers import json_answer
from local.github.double import current_double
from local.github.faults import BadRuleError, rule_from_json
from local.github.limits import LimitRules

if TYPE_CHECKING:
    from local.github.double import GitHubDouble

routes = Blueprint("control", __name__)


@routes.get("/healthz")
def health() -> Response:
    """Say that the server is up."""
    return json_answer({"status": "ok"})


@routes.get("/_control")
def state() -> Response:
    """Tell everything that can be set."""
    return json_answer(_state(current_double()))


@routes.post("/_control")
def change() -> Response:
    """Set what the body names and leave the rest; 400 changes nothing.

    ``{"clock": {"stop": true | <epoch>, "advance": <seconds>, "reset": true},
    "limits": {...LimitRules}, "faults": [{...FaultRule}, ...], "pages_delay": <seconds>,
    "organizations": ["name", ...]}``
    """
    wanted = request.get_json(force=True, silent=True)
    if not isinstance(wanted, dict):
        return json_answer({"error": "the body is not a JSON object"}, 400)
    try:
        _apply(current_double(), wanted)
    except (BadRuleError, TypeError, ValueError) as wrong:
        return json_answer({"error": str(wrong)}, 400)
    return json_answer(_state(current_double()))


@routes.delete("/_control")
def reset() -> Response:
    """Return to a GitHub without faults, limits, lag and with the machine's time."""
    double = current_double()
    double.clock.reset()
    double.limits.reset()
    double.faults.replace()
    double.pages_delay = 0.0
    return json_answer(_state(double))


@routes.get("/_control/requests")
def requests() -> Response:
    """List every request that the double has logged."""
    return json_answer([asdict(entry) for entry in current_double().log.entries()])


@routes.delete("/_control/requests")
def forget_requests() -> Response:
    """Empty the log."""
    current_double().log.clear()
    return Response(status=204)


def _apply(double: GitHubDouble, wanted: dict[str, Any]) -> None:
    unknown = wanted.keys() - {"clock", "limits", "faults", "pages_delay", "organizations"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    limits = LimitRules(**wanted["limits"]) if "limits" in wanted else None
    faults = [rule_from_json(rule) for rule in wanted["faults"]] if "faults" in wanted else None
    pages_delay = float(wanted.get("pages_delay", double.pages_delay))
    organizations = tuple(map(str, wanted.get("organizations", double.accounts.organizations)))
    _set_clock(double, wanted.get("clock", {}))
    if limits is not None:
        double.limits.reset(limits)
    if faults is not None:
        double.faults.replace(*faults)
    double.pages_delay = pages_delay
    double.accounts.organizations = organizations


def _set_clock(double: GitHubDouble, wanted: dict[str, Any]) -> None:
    stop, advance = wanted.get("stop", False), float(wanted.get("advance", 0))
    if wanted.keys() - {"stop", "advance", "reset"}:
        raise ValueError("clock takes stop, advance and reset")
    if wanted.get("reset"):
        double.clock.reset()
    if stop is not False:
        double.clock.stop(None if stop is True else float(stop))
    double.clock.advance(advance)


def _state(double: GitHubDouble) -> dict[str, Any]:
    return {
        "clock": double.clock.now(),
        "limits": asdict(double.limits.rules),
        "faults": [asdict(rule) for rule in double.faults.rules()],
        "pages_delay": double.pages_delay,
        "organizations": list(double.accounts.organizations),
    }
