"""Can the text that a check reads with parseFloat be read as a number?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from deployer.generation.judging.demands import ShowsNumber
from deployer.generation.judging.lint.text_rules import target_id
from deployer.generation.reading.javascript import (
    Script,
    called,
    function_named,
    receiver,
    source,
    string_value,
    walk,
)
from deployer.generation.reading.markup import compounds
from deployer.generation.reading.page import Page

_NUMBER_FIRST = re.compile(r"\s*[-+]?\.?\d")
_GROUPED = re.compile(r"\d,\d{3}\b")
_ACTIONS = re.compile(r"\b(actions?|edit|remove|delete|share|percent|details)\b|%", re.IGNORECASE)


def shows_number(page: Page, demand: ShowsNumber) -> str | None:
    wanted = target_id(demand.selector)
    if wanted is not None:
        return _element(page, wanted)
    steps = compounds(demand.selector)
    if steps and steps[-1].tag == "td" and "last-child" in demand.selector:
        return next(_last_cells(page), None)
    return None


def _element(page: Page, wanted: str) -> str | None:
    for code, write in page.writes_to(wanted):
        reason = unreadable(code, write.value)
        if reason:
            return (
                f"#{wanted} is read as a number, but is filled with {source(write.value)[:120]!r}, "
                f"which {reason}: put a plain number such as 1234.50 in it"
            )
    filled = page.written_on_load(wanted)
    if filled is False and not _static_number(page, wanted):
        return (
            f"#{wanted} must hold a number on a plain page load, but it is filled only after an "
            "action of the user: run the app once on load with a sensible default"
        )
    element = page.markup.by_id(wanted)
    text = element.text.strip() if element else ""
    if filled is None and text and (not _NUMBER_FIRST.match(text) or _GROUPED.search(text)):
        return f"#{wanted} is read as a number, but holds {text[:80]!r}"
    return None


def _static_number(page: Page, wanted: str) -> bool:
    """Whether a number stands there that is more than the zero of an empty page."""
    element = page.markup.by_id(wanted)
    return element is not None and bool(re.match(r"\s*[-+]?[\d.]*[1-9]", element.text))


def unreadable(code: Script, value: Node, *, depth: int = 2) -> str | None:
    """Why the value of an expression is no plain number, as far as that can be seen."""
    text = source(value)
    if re.search(r"toLocaleString|NumberFormat", text) and "useGrouping: false" not in text:
        return "is formatted with thousands separators"
    if re.search(r"\.format\(", text):
        return "is formatted by a formatter"
    if value.type == "template_string":
        return _bad_beginning(code, value)
    literal = string_value(value)
    if literal is not None:
        return _bad_literal(literal)
    if value.type == "binary_expression":
        left = value.child_by_field_name("left")
        return unreadable(code, left, depth=depth) if left is not None else None
    if depth and (inner := _what_it_stands_for(code, value)) is not None:
        return next(_unreadable_results(code, inner, depth), None)
    return None


def _bad_literal(literal: str) -> str | None:
    if literal.strip() and re.search(r"\d", literal) and not _NUMBER_FIRST.match(literal):
        return "does not begin with the number"
    if re.match(r"\s*[$€£¥₹]", literal) or re.match(r"\s*[A-Za-z ]+: ?$", literal):
        return "does not begin with the number"
    return "has thousands separators" if _GROUPED.search(literal) else None


def _bad_beginning(code: Script, template: Node) -> str | None:
    """`$${total}` and `Total: ${total}` cannot be read; `${age} years` can."""
    pieces = template.named_children
    substituted = [piece for piece in pieces if piece.type == "template_substitution"]
    if pieces and pieces[0].type == "string_fragment" and substituted and source(pieces[0]).strip():
        if not re.match(r"\s*[-+\d.<]", source(pieces[0])):
            return "does not begin with the number"
    if substituted and substituted[0].named_children:
        return unreadable(code, substituted[0].named_children[0])
    return None


def _what_it_stands_for(code: Script, value: Node) -> Node | None:
    """The function that a call calls, or what a name was given."""
    if value.type == "call_expression" and called(value):
        if receiver(value) is None:
            return function_named(code, called(value))
        return None
    return code.values.get(source(value)) if value.type == "identifier" else None


def _unreadable_results(code: Script, inner: Node, depth: int) -> Iterator[str]:
    body = inner.child_by_field_name("body")
    if body is None:
        results = [inner]
    elif body.type != "statement_block":
        results = [body]
    else:
        returned = (node for node in walk(body) if node.type == "return_statement")
        results = [node.named_children[0] for node in returned if node.named_children]
    for result in results:
        reason = unreadable(code, result, depth=depth - 1)
        if reason:
            yield reason


def _last_cells(page: Page) -> Iterator[str]:
    """What is wrong with the last cell of the rows: it is the one that is summed."""
    for header in page.markup.select("thead th"):
        row = header.parent
        last = [e for e in row.content if not isinstance(e, str)][-1:] if row else []
        if last and last[0] is header and _ACTIONS.search(header.text):
            yield f"the last column is {header.text.strip()!r}; the summed number must come last"
    for code in page.scripts:
        yield from _templates(code)
        yield from _inserted(code)


def _templates(code: Script) -> Iterator[str]:
    """Rows written as HTML in a template string."""
    for template in code.of_type("template_string", "string"):
        cells = re.findall(r"<td\b[^>]*>(.*?)</td>", source(template), re.DOTALL)
        if not cells or "<td" not in source(template):
            continue
        problem = _bad_cell(code, cells[-1])
        if problem:
            yield f"the last cell of a row, {cells[-1].strip()[:80]!r}, {problem}"


def _bad_cell(code: Script, cell: str) -> str | None:
    if re.search(r"<(button|a|input|select)\b", cell):
        return "is not the number that is summed"
    if re.search(r"toLocaleString|NumberFormat|\.format\(", cell):
        return "is formatted with thousands separators or a currency"
    if re.match(r"\s*[$€£¥₹](?!\{)|\s*\$\$\{", cell):
        return "begins with a currency sign"
    name = re.match(r"\s*\$\{\s*(\w+)\(", cell)
    function = function_named(code, name[1]) if name else None
    return next(_unreadable_results(code, function, 1), None) if function is not None else None


def _inserted(code: Script) -> Iterator[str]:
    """Rows built with insertCell(): the last statement that fills one is the last cell."""
    last: dict[tuple[int, str], Node] = {}
    for call in code.calls("insertCell"):
        block = call.parent
        while block is not None and block.type not in ("statement_block", "program"):
            block = block.parent
        last[(block.id if block else 0, source(receiver(call)))] = call
    for call in last.values():
        statement = call.parent.parent if call.parent is not None else None
        if statement is None or statement.type != "assignment_expression":
            continue
        value = statement.child_by_field_name("right")
        if value is None:
            continue
        reason = unreadable(code, value)
        if reason or "<button" in source(value):
            yield f"the last cell of a row, {source(value)[:80]!r}, {reason or 'is a button'}"
