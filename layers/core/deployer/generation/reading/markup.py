"""Read HTML as browsers do, without one: elements, their texts and attributes, open ends."""

from __future__ import annotations

import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import FrameType

import justhtml

_MUST_CLOSE = frozenset(
    {"a", "article", "aside", "b", "button", "canvas", "code", "details", "dialog", "div", "em",
     "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "i",
     "label", "main", "nav", "ol", "output", "pre", "script", "section", "select", "small",
     "span", "strong", "style", "summary", "table", "textarea", "title", "ul"}
)  # fmt: skip
"""Elements whose end tag a browser does not supply where the author meant it."""
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
     "source", "track", "wbr"}
)  # fmt: skip
_WHOLE_PAGE = re.compile(r"<(?:!doctype|html|body|frameset)\b", re.IGNORECASE)
DEEPEST = 500
"""Nesting beyond this is read as if it were flat; browsers do the same at 512."""
MOST_PROBLEMS = 20
MOST_CALLS = 1_200_000
"""Within the parser. An ordinary page of 300 KB takes 570,000 of them, and 0.7 s."""


@dataclass(eq=False)
class Element:
    tag: str
    """In lower case, also in SVG; so are the attributes' names."""
    attributes: dict[str, str]
    line: int
    parent: Element | None = None
    content: list[Element | str] = field(default_factory=list)
    """Texts and child elements in document order; of a template, what it holds."""

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")

    @property
    def text(self) -> str:
        """All text inside, as `textContent` has it."""
        pieces: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            part = waiting.pop()
            if isinstance(part, str):
                pieces.append(part)
            else:
                waiting.extend(reversed(part.content))
        return "".join(pieces)

    def ancestors(self) -> Iterator[Element]:
        parent = self.parent
        while parent is not None:
            yield parent
            parent = parent.parent


class Document:
    """The elements of a page in document order, with those that a browser adds."""

    def __init__(self, text: str) -> None:
        root = _parsed(text)
        self.unread = root is None
        """The page takes too long to read: nothing is known of it."""
        self.elements: tuple[Element, ...] = tuple(_elements(root)) if root is not None else ()
        self._text = text

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """Tags without their other half. The tree has none of them: a parser mends all."""
        if self.unread:
            return ("it takes too long to read: elements are opened again and again, never closed",)
        return tuple(itertools.islice(self._unbalanced(), MOST_PROBLEMS))

    def by_tag(self, *tags: str) -> Iterator[Element]:
        return (element for element in self.elements if element.tag in tags)

    def by_id(self, wanted: str) -> Element | None:
        return next((element for element in self.elements if element.id == wanted), None)

    def select(self, selector: str) -> list[Element]:
        return select(self.elements, selector)

    def _unbalanced(self) -> Iterator[str]:
        seen: Counter[str] = Counter()
        still_open: Counter[str] = Counter()
        open_tags: list[tuple[str, int]] = []
        for kind, data in justhtml.stream(self._text):
            tag = str(data[0] if isinstance(data, tuple) else data)
            if kind == "start" and tag not in _VOID:
                open_tags.append((tag, seen[tag]))
                seen[tag] += 1
                still_open[tag] += 1
            elif kind == "end" and still_open[tag]:
                while open_tags[-1][0] != tag:
                    still_open[open_tags[-1][0]] -= 1
                    yield from self._unclosed(*open_tags.pop())
                open_tags.pop()
                still_open[tag] -= 1
            elif kind == "end" and tag in _MUST_CLOSE:
                yield f"</{tag}> closes nothing"
        for tag, number in open_tags:
            yield from self._unclosed(tag, number)

    def _unclosed(self, tag: str, number: int) -> Iterator[str]:
        """Report the start tag with this number among those of its name."""
        if tag in _MUST_CLOSE:
            element = next(itertools.islice(self.by_tag(tag), number, None), None)
            where = f"line {element.line}: " if element else ""
            yield f"{where}<{tag}> is never closed"


def select(elements: Iterable[Element], selector: str) -> list[Element]:
    """The elements that a selector names. Pseudo-classes are taken as true."""
    found: dict[Element, None] = {}
    for alternative in _split_top_level(selector, ","):
        steps = _steps(alternative)
        found |= dict.fromkeys(e for e in elements if steps and _fits(e, steps))
    return list(found)


@lru_cache(maxsize=32)
def document(text: str) -> Document:
    """The parsed page; the same text is parsed once."""
    return Document(text)


def fragment(text: str) -> Document:
    """The parsed markup that a script puts into a page or a frame, with the text around it."""
    # Any element may stand in a template, also a row without its table.
    return document(text if _WHOLE_PAGE.search(text) else f"<template>{text}")


class _TooLongError(Exception):
    pass


def _parsed(text: str) -> justhtml.Node | None:
    """The root of the tree; None if it would take more than MOST_CALLS.

    The standard copies each formatting element that is still open into each block that follows,
    so that 20 KB make a million elements. Code that has no bound is bounded from outside.
    """
    calls, profiler = 0, sys.getprofile()

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"
        if calls > MOST_CALLS:
            raise _TooLongError

    sys.setprofile(count)
    try:
        # Not sanitised: what is dangerous is what the gates look for.
        page = justhtml.JustHTML(text, sanitize=False, track_node_locations=True)
    except _TooLongError:
        return None
    finally:
        sys.setprofile(profiler)
    return page.root


def _elements(root: justhtml.Node) -> Iterator[Element]:
    """Every element below `root`, each known to its parent."""
    waiting: list[tuple[justhtml.Node | justhtml.Text, Element | None, int]] = [(root, None, 0)]
    while waiting:
        node, parent, depth = waiting.pop()
        if isinstance(node, justhtml.Text):
            if parent is not None and node.data:
                parent.content.append(node.data)
            continue
        if isinstance(node, justhtml.Element):
            attributes = {name.lower(): value or "" for name, value in (node.attrs or {}).items()}
            element = Element(node.name.lower(), attributes, node.origin_line or 1, parent)
            if parent is not None:
                parent.content.append(element)
            yield element
            parent, depth = (element, depth + 1) if depth < DEEPEST else (parent, depth)
        inside = getattr(node, "template_content", None)
        children = [*(node.children or ()), *(inside.children or () if inside else ())]
        waiting += [(child, parent, depth) for child in reversed(children)]


_ATTRIBUTE = re.compile(
    r"\[\s*([\w:-]+)\s*(?:([*^$~|]?=)\s*(?:\"([^\"]*)\"|'([^']*)'|([^\]\s]*))\s*[is]?\s*)?\]"
)
_PART = re.compile(r"#((?:[\w-]|\\.)+)|\.((?:[\w-]|\\.)+)|([\w-]+|\*)|(::?[\w-]+(?:\([^)]*\))?)")


@dataclass(frozen=True)
class Compound:
    """One step of a selector: `select.wide#region[name='r']`."""

    tag: str = ""
    ids: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str, str], ...] = ()
    """Name, operator and value; the operator is empty where only presence is asked."""
    child: bool = False
    """A `>` stands before it."""


def _steps(selector: str) -> tuple[Compound, ...]:
    words = _split_top_level(re.sub(r"\s*([>+~])\s*(?![^\[]*\])", r" \1 ", selector.strip()), " ")
    steps: list[Compound] = []
    child = False
    for word in words:
        if word in (">", "+", "~"):
            child = word == ">"
            continue
        steps.append(compound(word, child=child))
        child = False
    return tuple(steps)


def compounds(selector: str) -> tuple[Compound, ...]:
    """Every step of a selector, over all its alternatives."""
    return tuple(step for part in _split_top_level(selector, ",") for step in _steps(part))


def compound(word: str, *, child: bool = False) -> Compound:
    attributes = tuple(
        (m[1].lower(), m[2] or "", m[3] or m[4] or m[5] or "") for m in _ATTRIBUTE.finditer(word)
    )
    tag, ids, classes = "", [], []
    for match in _PART.finditer(_ATTRIBUTE.sub("", word)):
        if match[1]:
            ids.append(match[1].replace("\\", ""))
        elif match[2]:
            classes.append(match[2].replace("\\", ""))
        elif match[3]:
            tag = "" if match[3] == "*" else match[3].lower()
    return Compound(tag, tuple(ids), tuple(classes), attributes, child)


def _fits(element: Element, steps: tuple[Compound, ...]) -> bool:
    if not _matches(element, steps[-1]):
        return False
    if len(steps) == 1:
        return True
    if steps[-1].child:
        return element.parent is not None and _fits(element.parent, steps[:-1])
    return any(_fits(ancestor, steps[:-1]) for ancestor in element.ancestors())


def _matches(element: Element, step: Compound) -> bool:
    classes = element.attributes.get("class", "").split()
    return (
        step.tag in ("", element.tag)
        and all(wanted == element.id for wanted in step.ids)
        and all(wanted in classes for wanted in step.classes)
        and all(_attribute_fits(element, *wanted) for wanted in step.attributes)
    )


def _attribute_fits(element: Element, name: str, operator: str, value: str) -> bool:
    if name not in element.attributes:
        return False
    have = element.attributes[name]
    return {
        "": True,
        "=": have == value,
        "*=": bool(value) and value in have,
        "^=": bool(value) and have.startswith(value),
        "$=": bool(value) and have.endswith(value),
        "~=": value in have.split(),
        "|=": have == value or have.startswith(f"{value}-"),
    }[operator]


def _split_top_level(text: str, separator: str) -> list[str]:
    """Split `text` at separators outside of brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "[(":
            depth += 1
        elif char in "])":
            depth -= 1
        elif char == separator and depth == 0:
            parts.append("")
            continue
        parts[-1] += char
    return [part.strip() for part in parts if part.strip()]
