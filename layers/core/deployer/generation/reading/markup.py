"""Read HTML without a browser: elements, their texts and attributes, tags that do not match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905
)
MUST_CLOSE = frozenset(
    [
        "a",
        "article",
        "aside",
        "b",
        "button",
        "canvas",
        "code",
        "details",
        "dialog",
        "div",
        "em",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "i",
        "label",
        "main",
        "nav",
        "ol",
        "output",
        "pre",
        "script",
        "section",
        "select",
        "small",
        "span",
        "strong",
        "style",
        "summary",
        "table",
        "textarea",
        "title",
        "ul",
    ]
)
"""Elements whose end tag a browser does not supply where the author meant it."""

DEEPEST = 500
"""Nesting beyond this is read as if it were flat; browsers do the same at 512."""


@dataclass(eq=False)
class Element:
    tag: str
    attributes: dict[str, str]
    line: int
    parent: Element | None = None
    content: list[Element | str] = field(default_factory=list)
    """Texts and child elements in document order."""

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
    """The elements of a page in document order."""

    def __init__(self, text: str) -> None:
        reader = _Reader()
        if _takes_too_long(text):
            reader.problems.append("tags are opened and never ended with >")
        else:
            reader.feed(text)
            reader.close()
            reader.finish()
        self.elements: tuple[Element, ...] = tuple(reader.elements)
        self.problems: tuple[str, ...] = tuple(reader.problems)

    def by_tag(self, *tags: str) -> Iterator[Element]:
        return (element for element in self.elements if element.tag in tags)

    def by_id(self, wanted: str) -> Element | None:
        return next((element for element in self.elements if element.id == wanted), None)

    def select(self, selector: str) -> list[Element]:
        """The elements that a selector names. Pseudo-classes are taken as true."""
        found: list[Element] = []
        for alternative in _split_top_level(selector, ","):
            steps = _steps(alternative)
            found += [e for e in self.elements if steps and _fits(e, steps) and e not in found]
        return found


MOST_LOOKAHEAD = 20_000_000
"""Characters that the parser may look at again; an ordinary page of 300 KB stays far below."""


def _takes_too_long(text: str) -> bool:
    """Whether the parser would look for the end of a tag again and again, up to the page's end."""
    return sum(part.count("<") * len(part) for part in text.split(">")) > MOST_LOOKAHEAD


@lru_cache(maxsize=32)
def document(text: str) -> Document:
    """The parsed page; the same text is parsed once."""
    return Document(text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.problems: list[str] = []
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs, opens=tag not in VOID)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # `<div/>` opens a div in HTML; only inside svg and math does the slash close it.
        foreign = any(element.tag in ("svg", "math") for element in self._open)
        self._add(tag, attrs, opens=tag not in VOID and not foreign and tag not in ("svg", "math"))

    def _add(self, tag: str, attrs: list[tuple[str, str | None]], *, opens: bool) -> None:
        parent = self._open[-1] if self._open else None
        element = Element(tag, {n: v or "" for n, v in reversed(attrs)}, self.getpos()[0], parent)
        self.elements.append(element)
        if parent is not None:
            parent.content.append(element)
        if opens and len(self._open) < DEEPEST:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or tag == "p":
            if tag == "p" and any(element.tag == "p" for element in self._open):
                self._close("p")
            return
        if not any(element.tag == tag for element in self._open):
            self.problems.append(f"line {self.getpos()[0]}: </{tag}> closes nothing")
            return
        self._close(tag)

    def _close(self, tag: str) -> None:
        while self._open:
            element = self._open.pop()
            if element.tag == tag:
                return
            self._note_unclosed(element)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].content.append(data)

    def finish(self) -> None:
        for element in self._open:
            self._note_unclosed(element)

    def _note_unclosed(self, element: Element) -> None:
        if element.tag in MUST_CLOSE:
            self.problems.append(f"line {element.line}: <{element.tag}> is never closed")


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
    """Whether a `>` stands before it."""


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
    """Split outside of brackets and quotes."""
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
