"""What a browser acts on in the files that a round wrote: elements, scripts, styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deployer.generation.judging.subject import Subject
from deployer.generation.reading.javascript import Script, script
from deployer.generation.reading.markup import Document, Element, document, fragment
from deployer.generation.reading.page import PAGES, SCRIPTS, STYLES, XML, is_a, is_javascript

DEEPEST = 4
"""Documents in attributes of documents, and markup in strings of scripts, are read this deep."""
_MARKUP = re.compile(r"<[a-zA-Z!]")


@dataclass(frozen=True)
class Acting:
    """All that acts in one file, however deep it stands: also in `srcdoc` and in strings."""

    path: str
    elements: tuple[Element, ...]
    scripts: tuple[Script, ...]
    styles: tuple[str, ...]
    unread: bool
    """Whether something in it is nested too deep, or takes too long to read."""


def acting(subject: Subject) -> Iterator[Acting]:
    """Every page, drawing, script and style sheet that this round wrote."""
    linked = {name for page in subject.pages for name in page.linked_paths}
    for path in subject.changed:
        text = subject.site.text(path)
        if is_a(path, (*PAGES, *XML)):
            yield _read(path, markup=text)
        elif is_a(path, SCRIPTS) or path in linked:
            yield _read(path, code=text)
        elif is_a(path, STYLES):
            yield Acting(path, (), (), (text,), unread=False)


def _read(path: str, *, markup: str = "", code: str = "") -> Acting:
    elements: list[Element] = []
    scripts: list[Script] = []
    styles: list[str] = []
    unread = False
    pages, codes = [document(markup)] if markup else [], [code]
    for _ in range(DEEPEST):
        unread = unread or any(page.unread for page in pages)
        found = [element for page in pages for element in page.elements]
        codes += [text for element in found for text in _code_of(element)]
        new = [script(text) for text in codes if text]
        elements += found
        scripts += new
        styles += [text for element in found for text in _styles_of(element)]
        pages, codes = list(_pages_in(found, new)), []
    return Acting(path, tuple(elements), tuple(scripts), tuple(styles), unread or bool(pages))


def _pages_in(elements: list[Element], scripts: list[Script]) -> Iterator[Document]:
    """Documents in attributes, and markup that scripts put into the page."""
    for element in elements:
        if "srcdoc" in element.attributes:
            yield document(element.attributes["srcdoc"])
        if local_name(element) == "noscript" and _MARKUP.search(element.text):
            yield fragment(element.text)
    for one in scripts:
        yield from (fragment(text) for text in one.strings if _MARKUP.search(text))


def local_name(element: Element) -> str:
    """The tag without a prefix: XML may call a script `x:script`."""
    return element.tag.rpartition(":")[2]


def _code_of(element: Element) -> Iterator[str]:
    if local_name(element) == "script" and is_javascript(element):
        yield element.text
    yield from (value for name, value in element.attributes.items() if name.startswith("on"))


def _styles_of(element: Element) -> Iterator[str]:
    if local_name(element) == "style":
        yield element.text
    for name, value in element.attributes.items():
        if name == "style" or "url(" in value.lower():
            yield value
