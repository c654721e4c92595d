"""What a browser acts on in the files that a round wrote: elements, scripts, styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deployer.generation.judging.subject import Subject
from deployer.generation.reading.javascript import Script, script
from deployer.generation.reading.markup import Element, document
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
    too_deep: bool


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
            yield Acting(path, (), (), (text,), too_deep=False)


def _read(path: str, *, markup: str = "", code: str = "") -> Acting:
    elements: list[Element] = []
    scripts: list[Script] = []
    styles: list[str] = []
    pages, codes = [markup], [code]
    for _ in range(DEEPEST):
        found = [element for page in pages if page for element in document(page).elements]
        codes += [text for element in found for text in _code_of(element)]
        new = [script(text) for text in codes if text]
        elements += found
        scripts += new
        styles += [text for element in found for text in _styles_of(element)]
        pages = [e.attributes["srcdoc"] for e in found if "srcdoc" in e.attributes]
        pages += [e.text for e in found if local_name(e) == "noscript" and _MARKUP.search(e.text)]
        pages += [text for one in new for text in one.strings if _MARKUP.search(text)]
        codes = []
    return Acting(path, tuple(elements), tuple(scripts), tuple(styles), too_deep=bool(pages))


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
