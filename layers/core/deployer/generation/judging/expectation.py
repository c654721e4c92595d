"""A check that compares one element's text, in words: what it shows, and what was expected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tree_sitter import Node

from deployer.domain.bounded_text import shortened
from deployer.generation.reading.javascript import (
    arguments,
    called,
    queried_selector,
    receiver,
    script,
    source,
    string_value,
    walk,
)
from deployer.generation.reading.markup import fragment

_QUERIES = ("querySelector", "getElementById")
_SHOWN = re.compile(
    r"(?:\+|(?:parseFloat|parseInt|Number)\()?\s*@\??\.(?:textContent|innerText)"
    r"(?:\.(?:trim|replace|replaceAll)\([^()]*\))*\s*(?:,\s*10\s*)?\)?"
)
"""An element's text, `@` for the call that finds it, perhaps read as a number."""
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Expectation:
    """`selector` is an element of the page, `wanted` in words: `800 ± 0.01`, `"Sales"`."""

    selector: str
    wanted: str

    def against(self, html: str) -> str:
        """The fault in a clause, given the HTML that stands in the selector's place, if any."""
        if not html:
            return f"{self.selector} is missing, expected {self.wanted}"
        shown = " ".join(fragment(html).elements[0].text.split())
        told = shortened(shown, _LONGEST_SHOWN) or "nothing"
        return f"{self.selector} shows {told}, expected {self.wanted}"


def expectation_of(expression: str) -> Expectation | None:
    """The expectation of a check that is one comparison with one element's text; else None.

    A check with more to it, such as `a && b`, may fail for another reason.
    """
    code = script(expression)
    statements = code.root.named_children
    if code.root.has_error or len(statements) != 1 or not statements[0].named_children:
        return None
    compared = statements[0].named_children[0]
    if compared.type == "call_expression" and called(compared) == "includes":
        literal = string_value(next(iter(arguments(compared)), None))
        return _expectation(receiver(compared), literal and f'a text with "{literal}"')
    if compared.type != "binary_expression":
        return None
    left, right = (compared.child_by_field_name(side) for side in ("left", "right"))
    operator = source(compared.child_by_field_name("operator"))
    if operator in ("===", "=="):
        return _equality(left, right)
    return _nearness(left, right) if operator in ("<", "<=") else None


def _equality(left: Node | None, right: Node | None) -> Expectation | None:
    literal = string_value(right)
    if literal is not None:
        return _expectation(left, f'"{literal}"')
    return _expectation(left, _number(right))


def _nearness(left: Node | None, right: Node | None) -> Expectation | None:
    """The expectation of `Math.abs(shown - 800) < 0.01`."""
    within = _number(right)
    if left is None or within is None or left.type != "call_expression" or called(left) != "abs":
        return None
    difference = next(iter(arguments(left)), None)
    if difference is None or source(difference.child_by_field_name("operator")) != "-":
        return None
    number = _number(difference.child_by_field_name("right"))
    shown = difference.child_by_field_name("left")
    return _expectation(shown, number and f"{number} ± {within}")


def _number(node: Node | None) -> str | None:
    """A literal number without needless digits: `800` of `800.0`."""
    try:
        value = Decimal(source(node))
    except InvalidOperation:
        return None
    return f"{value.normalize():f}" if value.is_finite() else None


def _expectation(shown: Node | None, wanted: str | None) -> Expectation | None:
    """The expectation of `shown`, if that is the text of one element of the page."""
    if shown is None or not wanted:
        return None
    for call in walk(shown):
        if call.type == "call_expression" and called(call) in _QUERIES:
            selector = queried_selector(call)
            text = source(shown).replace(source(call), "@")
            return Expectation(selector, wanted) if selector and _SHOWN.fullmatch(text) else None
    return None
