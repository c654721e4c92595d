"""A page of a site as the rules look at it: its markup and its scripts together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from deployer.domain.site import Site
from deployer.generation.reading.javascript import (
    Script,
    Write,
    arguments,
    called,
    script,
    source,
    string_value,
    writes,
)
from deployer.generation.reading.loading import LoadAnalysis
from deployer.generation.reading.markup import Document, Element, document

_JAVASCRIPT_TYPES = (
    frozenset({"", "module"})
    | {
        f"{kind}/{prefix}{name}"
        for kind in ("text", "application")
        for prefix in ("", "x-")
        for name in ("javascript", "ecmascript")
    }
    | {f"text/javascript1.{number}" for number in range(6)}
    | {"text/jscript", "text/livescript"}
)
"""https://mimesniff.spec.whatwg.org/#javascript-mime-type"""
PAGES = (".html", ".htm", ".shtml")
XML = (".svg", ".xml", ".xhtml", ".xht", ".xsl")
SCRIPTS = (".js", ".mjs")
STYLES = (".css",)
"""The endings by which a browser takes a file of a site for something, in any case."""
_CREATED_ID = re.compile(r"""\bid\s*=\s*["']?([\w-]+)""")


def is_a(path: str, kinds: tuple[str, ...]) -> bool:
    return path.lower().endswith(kinds)


@dataclass(frozen=True)
class Page:
    """`index.html`, or another HTML file, with the script files it loads from the site."""

    path: str
    text: str
    linked_scripts: tuple[str, ...] = ()
    linked_paths: tuple[str, ...] = ()

    @cached_property
    def markup(self) -> Document:
        return document(self.text)

    @cached_property
    def inline_scripts(self) -> tuple[Element, ...]:
        return tuple(
            element
            for element in self.markup.by_tag("script")
            if "src" not in element.attributes and is_javascript(element)
        )

    @cached_property
    def first_script(self) -> Element | None:
        """What `document.querySelector("script")` finds."""
        return next(self.markup.by_tag("script"), None)

    @cached_property
    def scripts(self) -> tuple[Script, ...]:
        """All own scripts of the page: inline ones and files of the site."""
        inline = (element.text for element in self.inline_scripts)
        return tuple(script(text) for text in (*inline, *self.linked_scripts))

    @cached_property
    def script_text(self) -> str:
        return "\n".join(code.text for code in self.scripts)

    @cached_property
    def writes(self) -> tuple[tuple[Script, Write], ...]:
        return tuple((code, write) for code in self.scripts for write in writes(code))

    def writes_to(self, element_id: str) -> list[tuple[Script, Write]]:
        return [(code, w) for code, w in self.writes if w.selector == f"#{element_id}"]

    def written_on_load(self, element_id: str) -> bool | None:
        """Whether a script fills the element on load; None if no script is seen to fill it."""
        found = self.writes_to(element_id)
        if not found:
            return None
        return any(self._analysis(code).runs(write.statement) for code, write in found)

    def _analysis(self, code: Script) -> LoadAnalysis:
        return self._analyses[id(code)]

    @cached_property
    def _analyses(self) -> dict[int, LoadAnalysis]:
        return {id(code): LoadAnalysis(code) for code in self.scripts}

    @cached_property
    def ids(self) -> frozenset[str]:
        """Ids in the markup, and ids that scripts give to what they create."""
        return frozenset(e.id for e in self.markup.elements if e.id) | frozenset(
            self._created_ids()
        )

    def _created_ids(self) -> Iterator[str]:
        for code in self.scripts:
            for text in code.strings:
                yield from _CREATED_ID.findall(text)
            for node in code.of_type("assignment_expression", "pair"):
                left = node.child_by_field_name("left") or node.child_by_field_name("key")
                right = node.child_by_field_name("right") or node.child_by_field_name("value")
                value = string_value(right)
                if value and re.search(r"(^|\.)id$", source(left)):
                    yield value
            for call in code.calls("setAttribute"):
                values = [string_value(argument) for argument in arguments(call)]
                if len(values) == 2 and values[0] == "id" and values[1]:
                    yield values[1]


def is_javascript(element: Element) -> bool:
    return element.attributes.get("type", "").strip().lower() in _JAVASCRIPT_TYPES


def page_of(site: Site, path: str = "index.html") -> Page:
    """The page at `path`; an empty one if the site has none."""
    text = site.text(path) if path in site else ""
    linked = {}
    for element in document(text).by_tag("script"):
        name = element.attributes.get("src", "").removeprefix("./").split("?")[0]
        if name in site and is_javascript(element):
            linked[name] = site.text(name)
    return Page(path, text, tuple(linked.values()), tuple(linked))


def fetched(code: Script) -> Iterator[str]:
    """What a script loads, as far as it stands there as a literal."""
    for call in code.calls("fetch", "open", "importScripts", "json", "csv", "text", "getJSON"):
        values = arguments(call)
        position = 1 if called(call) == "open" else 0
        text = string_value(values[position]) if len(values) > position else None
        if text is not None:
            yield text
