"""Faults in the text of a page, whatever the checks say and however it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from deployer.generation.judging.continuity import ELISION
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.lint import references
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.javascript import script, string_value
from deployer.generation.reading.markup import Element
from deployer.generation.reading.page import Page

Problem = tuple[str, str]
"""The subject, and its fault."""

_LEFT_FOR_LATER = re.compile(r"(?://|/\*|<!--)\s*((?:TODO|FIXME)\s*[:(][^\n]{0,80})")
_KEY_TO_FILL_IN = re.compile(r"\b(?:const|let|var)\s+\w+\s*=\s*([\"'`]YOUR[_-][A-Z_-]+[\"'`])")
_SENDERS_VARIABLE = re.compile(r"\$\{(?:seed|result|nonce)\}")
_NEVER_FILLED = re.compile(r"\$\{[\w.() ]{1,60}\}")
_SHOWS_CODE = frozenset({"script", "style", "template", "code", "pre", "textarea", "kbd", "samp"})
_ASIDE = frozenset({"template", "noscript"})
_NOT_STRICT_JSON = re.compile(r"(^|/)(?:[tj]sconfig|devcontainer)[\w.]*\.json$|(^|/)\.")


def inspect(subject: Subject) -> Iterator[Finding]:
    for page in subject.pages:
        for rule, check in _RULES.items():
            for about, problem in check(subject, page):
                yield Finding(Severity.QUALITY, rule, f"{page.path}: {about}", problem)
    yield from _other_files(subject)


def _markup(_: Subject, page: Page) -> Iterator[Problem]:
    for problem in page.markup.problems[:5]:
        yield re.sub(r"line \d+: ", "", problem), f"the HTML is broken: {problem}"
    ids = [e.id for e in page.markup.elements if e.id and not _is_inside(e, _ASIDE)]
    for twice in sorted({i for i in ids if ids.count(i) > 1})[:5]:
        yield twice, f'id="{twice}" stands there more than once'


def _is_inside(element: Element, tags: frozenset[str]) -> bool:
    return element.tag in tags or any(above.tag in tags for above in element.ancestors())


def _scripts(_: Subject, page: Page) -> Iterator[Problem]:
    for element in page.inline_scripts:
        problem = script(element.text).problem()
        if problem:
            line = element.line + problem.line - 1
            yield (
                "inline script",
                f"the script is not valid JavaScript near line {line}: {problem.text}",
            )
    for element in page.markup.by_tag("script"):
        kind = element.attributes.get("type", "").strip().lower()
        if re.fullmatch(r"application/(?:[\w.-]+\+)?json|importmap", kind):
            if element.text.strip() and not is_json(element.text):
                yield "inline JSON", f"the JSON in the script on line {element.line} cannot be read"


def _head(_: Subject, page: Page) -> Iterator[Problem]:
    if page.path != "index.html":
        return
    if not any(e.attributes.get("lang") for e in page.markup.by_tag("html")):
        yield "lang", "<html> needs a lang attribute"
    titled = any(e.text.strip() for e in page.markup.by_tag("title"))
    if not titled and "document.title" not in page.script_text:
        yield "title", "the page needs a <title>"
    names = [e.attributes.get("name", "").strip().lower() for e in page.markup.by_tag("meta")]
    if "viewport" not in names:
        yield "viewport", "the page needs a viewport meta element"


def _unfinished(subject: Subject, page: Page) -> Iterator[Problem]:
    left = [*_LEFT_FOR_LATER.findall(page.text), *_KEY_TO_FILL_IN.findall(page.script_text)]
    for found in left:
        if not subject.asked_for(found):
            yield found, f"a placeholder was left in the page: {found}"
    for element in page.markup.elements:
        if _is_inside(element, _SHOWS_CODE):
            continue
        shown = "".join(part for part in element.content if isinstance(part, str))
        values = " ".join(element.attributes.values())
        if kept := _NEVER_FILLED.search(shown) or _SENDERS_VARIABLE.search(values):
            yield kept[0], f"{kept[0]} stands in the page's text and is never filled in"
    if (elided := ELISION.search(page.text)) and not subject.asked_for(elided[0]):
        yield elided[0].strip(), f"code was left out: {elided[0].strip()!r}"


def _imports(_: Subject, page: Page) -> Iterator[Problem]:
    """Imports by a package's name, which only an import map can turn into an address."""
    if "importmap" in page.script_text:
        return
    known = {name for e in page.markup.by_tag("script") for name in _mapped(e)}
    for element in page.inline_scripts:
        for statement in script(element.text).of_type("import_statement"):
            name = string_value(statement.child_by_field_name("source")) or ""
            mapped = name in known or any(k.endswith("/") and name.startswith(k) for k in known)
            if re.match(r"[a-z@][\w@/.-]*$", name) and not mapped:
                yield name, f"the bare import {name!r} does not work without an import map"


def _mapped(element: Element) -> list[str]:
    if "importmap" not in element.attributes.get("type", ""):
        return []
    value = json.loads(element.text) if is_json(element.text) else {}
    return list(value.get("imports") or {}) if isinstance(value, dict) else []


def _other_files(subject: Subject) -> Iterator[Finding]:
    for path in subject.changed:
        text = subject.site.text(path)
        if path.endswith((".js", ".mjs")):
            problem = script(text).problem()
            if problem:
                where = f"near line {problem.line}: {problem.text}"
                yield Finding(Severity.QUALITY, "scripts", path, f"{path} is not valid {where}")
        elif path.endswith((".json", ".geojson", ".webmanifest")):
            if not is_json(text) and not _NOT_STRICT_JSON.search(path):
                yield Finding(Severity.QUALITY, "json", path, f"{path} is not valid JSON")


def is_json(text: str) -> bool:
    """True if a browser reads the text as JSON: it skips a byte order mark."""
    try:
        json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


_RULES: dict[str, Callable[[Subject, Page], Iterator[Problem]]] = {
    "markup": _markup,
    "scripts": _scripts,
    "head": _head,
    "paths": references.inspect_page,
    "unfinished": _unfinished,
    "libraries": _imports,
}
