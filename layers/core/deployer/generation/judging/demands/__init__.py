"""Demands of checks on the page, read from their text. Hints and lint rules share them."""

from __future__ import annotations

from deployer.domain.request import Check, JavaScriptCheck
from deployer.generation.judging.demands.expressions import of_expression
from deployer.generation.judging.demands.kinds import Demand
from deployer.generation.judging.demands.sentences import of_sentence
from deployer.generation.reading.javascript import script


def demands_of(check: Check) -> tuple[Demand, ...]:
    """The demands of the check; a part that cannot be read demands nothing."""
    if isinstance(check, JavaScriptCheck):
        found = of_expression(script(check.js))
    elif is_expression(check):
        found = of_expression(script(check.removeprefix("js:").strip()))
    else:
        found = of_sentence(check)
    return tuple(dict.fromkeys(found))


def is_expression(check: Check) -> bool:
    """True if the check is JavaScript, and no sentence."""
    if isinstance(check, JavaScriptCheck):
        return True
    return check.startswith("js:") or "document." in check
