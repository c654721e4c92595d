"""A page of a site for the rules: its markup and its scripts together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from deployer.domain.site import Site
from deployer.generation.reading.javascript import (
    Script,
    arguments,
    called,
    script,
    source,
    string_value,
)
from deployer.generation.reading.loading import PRESSES
from deployer.generation.reading.markup import Document, Element, document
from deployer.generation.reading.urls import own_paths

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
_EVALUATED_TYPE = re.compile(r"babel|jsx|typescript|\bts\b|tsx|module-shim|python|brython|\bm?py\b")
"""Script types that a library runs in the page: JavaScript in another dress, and Python."""
_TEMPLATE_TYPE = re.compile(r"html|template|handlebars|mustache|\bvue\b")
_EVALUATED_ATTRIBUTE = re.compile(r"[@:(\[]|(?:x|v|ng)-|(?:data-)?hx-on|on[a-z:]|data-on")
"""Attributes that hold code: handlers, and what Alpine, Vue, Angular, htmx and others run."""
_EVENT = re.compile(r"(?:@|v-on:|x-on:|(?:data-)?hx-on[:-]+|ng-|data-on[:-]|on:?|\()([a-z]+)")
_PYTHON_TAGS = ("py-script", "mpy-script", "py-config")
_NO_JAVASCRIPT = re.compile(
    r"^\s*(?:from|import|def|async def|global|@)\b.*|^\s*@.*|#.*|\b[frbu]+(?=[\"'])", re.MULTILINE
)
"""Of Python: its calls, assignments and texts are written alike."""
_CREATED_ID = re.compile(r"""\bid\s*=\s*["'{]*([\w-]+)""")


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
        """The element that `document.querySelector("script")` finds."""
        return next(self.markup.by_tag("script"), None)

    @cached_property
    def scripts(self) -> tuple[Script, ...]:
        """All own scripts of the page: inline, in files of the site, or evaluated by a library."""
        inline = (element.text for element in self.inline_scripts)
        evaluated = (evaluated_code(e) for e in self.markup.elements if is_evaluated(e))
        attributes = (text for e in self.markup.elements for _, text in codes_of(e))
        texts = (*inline, *self.linked_scripts, *evaluated, *attributes)
        return tuple(script(text) for text in texts)

    @cached_property
    def script_text(self) -> str:
        return "\n".join(code.text for code in self.scripts)

    @cached_property
    def ids(self) -> frozenset[str]:
        """Ids in the markup, and ids that scripts give to what they create."""
        return frozenset(e.id for e in self.markup.elements if e.id) | frozenset(
            self._created_ids()
        )

    def _created_ids(self) -> Iterator[str]:
        for element in self.markup.by_tag("script"):
            if is_evaluated(element) or is_template(element):
                yield from _CREATED_ID.findall(element.text)
        for code in self.scripts:
            for text in code.strings:
                yield from _CREATED_ID.findall(text)
            for node in code.of_type("assignment_expression", "pair"):
                left = node.child_by_field_name("left") or node.child_by_field_name("key")
                right = node.child_by_field_name("right") or node.child_by_field_name("value")
                value = string_value(right)
                if value and re.search(r"(^|\.)id$", source(left)):
                    yield value
            for call in code.calls("setAttribute", "attr", "prop"):
                values = [string_value(argument) for argument in arguments(call)]
                if len(values) == 2 and values[0] == "id" and values[1]:
                    yield values[1]


def is_javascript(element: Element) -> bool:
    return element.attributes.get("type", "").strip().lower() in _JAVASCRIPT_TYPES


def is_evaluated(element: Element) -> bool:
    """True if a library runs the element's text: Babel, Brython, PyScript and the like."""
    kind = element.attributes.get("type", "").lower()
    return element.tag in _PYTHON_TAGS or (
        element.tag == "script"
        and not is_javascript(element)
        and bool(_EVALUATED_TYPE.search(kind))
    )


def evaluated_code(element: Element) -> str:
    """The text that a library runs, as near to JavaScript as is needed to read it."""
    kind = element.attributes.get("type", "").lower()
    python = element.tag in _PYTHON_TAGS or re.search(r"py", kind)
    return _NO_JAVASCRIPT.sub("", element.text) if python else element.text


def is_template(element: Element) -> bool:
    """True if a script element holds markup that a library puts into the page."""
    kind = element.attributes.get("type", "").lower()
    return element.tag == "script" and bool(_TEMPLATE_TYPE.search(kind))


def codes_of(element: Element) -> Iterator[tuple[str, str]]:
    """The codes in an element's attributes, each with the event that runs it; empty for an event
    that is not of the user's making."""
    for name, value in element.attributes.items():
        if value and _EVALUATED_ATTRIBUTE.match(name):
            event = _EVENT.match(name)
            yield (event[1] if event and event[1] in PRESSES else ""), value


def page_of(site: Site, path: str = "index.html") -> Page:
    """The page at `path`; an empty one if the site has none."""
    text = site.text(path) if path in site else ""
    page = document(text)
    base = next((e.attributes["href"] for e in page.by_tag("base") if "href" in e.attributes), "")
    linked: dict[str, str] = {}
    loaded = [e for e in page.by_tag("script") if is_javascript(e) or is_evaluated(e)]
    for address in filter(None, (element.attributes.get("src") for element in loaded)):
        linked |= {name: site.text(name) for name in own_paths(address, path, base) if name in site}
    return Page(path, text, tuple(linked.values()), tuple(linked))


def fetched(code: Script) -> Iterator[str]:
    """The addresses that a script loads, where they stand as literals."""
    for call in code.calls("fetch", "open", "importScripts", "json", "csv", "text", "getJSON"):
        values = arguments(call)
        position = 1 if called(call) == "open" else 0
        text = string_value(values[position]) if len(values) > position else None
        if text is not None:
            yield text
