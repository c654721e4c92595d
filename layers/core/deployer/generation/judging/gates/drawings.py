"""SVG and other XML: no policy holds a file that is opened by itself, so it may only draw."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.gates.acting import Scene
from deployer.generation.reading.markup import Element
from deployer.generation.reading.page import XML, is_a
from deployer.generation.reading.urls import elsewhere, plain
from deployer.generation.reading.xml import Xml

_ACTING = frozenset(
    {"script", "handler", "listener", "iframe", "frame", "object", "embed", "form", "meta", "base"}
)
_LOADING = frozenset(
    {"href", "src", "srcset", "data", "poster", "background", "values", "to", "from", "by"}
)
_CSS_ADDRESS = re.compile(r"(?:url\(|@import)\s*[\"']?([^\"')\s;]*)", re.IGNORECASE)
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,4})\s?")
_SHEET = re.compile(r"stylesheet|preload|icon|import", re.IGNORECASE)
_ASKED = r"\bsvg\b.*\b(?:script|interactive)|\b(?:script|interactive).*\bsvg\b"


def inspect(scene: Scene) -> Iterator[Finding]:
    """A FORBIDDEN finding for what the round's XML files run or load when opened by themselves."""
    for path in scene.subject.changed:
        if is_a(path, XML):
            file = Xml(scene.subject.site[path])
            for about, problem in (*_whole(file), *_parts(scene, file)):
                yield Finding(
                    Severity.FORBIDDEN,
                    "drawing",
                    f"{path}: {about}",
                    f"{path} {problem}: remove it",
                )


def _whole(file: Xml) -> Iterator[tuple[str, str]]:
    if file.entities:
        yield "entities", "declares entities, or an encoding other than UTF-8"
    if file.stylesheets:
        yield "xml-stylesheet", "has an instruction for a style sheet"


def _parts(scene: Scene, file: Xml) -> Iterator[tuple[str, str]]:
    for element in file.elements:
        acts = element.tag in _ACTING or any(name.startswith("on") for name in element.attributes)
        if acts and not scene.asked(_ASKED):
            yield element.tag, f"has <{element.tag}> that acts, where no policy holds it"
        for address in _loaded(element):
            if re.match("javascript:", plain(address), re.IGNORECASE):
                yield "javascript:", "has a javascript: address"
            elif (place := elsewhere(address)) is not None and not scene.may_reach(address):
                yield place, f"asks {place}, where no policy holds it"


def _loaded(element: Element) -> Iterator[str]:
    """Addresses that a browser follows or runs without a click."""
    for name, value in element.attributes.items():
        link = element.tag == "a" or (
            element.tag == "link" and not _SHEET.search(element.attributes.get("rel", ""))
        )
        if name == "href" and link:
            yield from [value] if elsewhere(value) is None else []
        elif name in _LOADING:
            yield from [value] if name in ("href", "src") else re.split(r"[\s,;]+", value.strip())
    for style in (element.text if element.tag == "style" else "", *element.attributes.values()):
        plainly = _CSS_ESCAPE.sub(lambda match: chr(int(match[1], 16)), style)
        yield from _CSS_ADDRESS.findall(plainly)
