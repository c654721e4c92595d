"""Names in the checks, looked for in the page. Its behaviour when it runs is for a browser to see.

A page is at fault only if no run could make it good: a fact of its markup that no script speaks
of, or a name that stands nowhere in it. Doubtful cases are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from deployer.domain.request import check_text
from deployer.generation.judging.demands import is_expression
from deployer.generation.judging.demands.kinds import (
    Demand,
    Exists,
    FirstScriptHolds,
    HasAttribute,
    IsTag,
    ReadsParameter,
    ResultIs,
    TitleIs,
    quoted,
)
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.markup import Element, compounds
from deployer.generation.reading.page import SCRIPTS, Page, is_a, is_javascript

_LOADED = frozenset({"script", "link"})
_REFERS = (
    r"(?:for|href|list|form|headers|aria-[a-z]+|data-[\w-]+|htmlFor|name|class|type|value"
    r"|getElementById\()"
)
"""Words before a name in quotes that make no id of it."""


@dataclass(frozen=True)
class _Place:
    """A page, with the text of its markup and of the site's scripts."""

    page: Page
    words: str
    code: str
    """All that runs there, also what only a library runs."""
    subject: Subject


def inspect(subject: Subject) -> Iterator[Finding]:
    """A finding for every demand that the page cannot meet."""
    seen: set[tuple[str, str]] = set()
    for check, demand, earlier in subject.demands():
        # A sentence may speak of any page; an expression runs on the start page.
        everywhere = not is_expression(check)
        problem = _problem(subject, demand, everywhere=everywhere)
        finding = problem and Finding(
            Severity.REGRESSION
            if earlier and _was_met(subject, demand, everywhere=everywhere)
            else Severity.CHECK,
            type(demand).__name__,
            ", ".join(str(value) for value in vars(demand).values()),
            f"{problem} (check: {check_text(check)[:300]})",
            # A page that holds the result passes its check, and is wrong all the same.
            check="" if isinstance(demand, ResultIs) else check_text(check),
        )
        if finding and finding.identity not in seen:
            seen.add(finding.identity)
            yield finding


def _was_met(subject: Subject, demand: Demand, *, everywhere: bool) -> bool:
    current = subject.assignment.current
    if current is None:
        return False
    return not _problem(Subject(current, subject.assignment), demand, everywhere=everywhere)


def _problem(subject: Subject, demand: Demand, *, everywhere: bool) -> str | None:
    rule = _RULES.get(type(demand))
    if rule is None:
        return None
    pages = [subject.page, *(page for page in subject.pages if everywhere)]
    problems = [rule(_place(subject, page), demand) for page in pages]
    return problems[0] if all(problems) else None


def _place(subject: Subject, page: Page) -> _Place:
    files = [subject.site.text(path) for path in subject.site if is_a(path, SCRIPTS)]
    code = "\n".join(
        [*(e.text for e in page.markup.by_tag("script")), *page.linked_scripts, *files]
    )
    return _Place(page, f"{page.text}\n{code}", code, subject)


def _exists(place: _Place, demand: Exists) -> str | None:
    if place.page.markup.select(demand.selector):
        return None
    alternatives = re.split(r",(?![^\[(]*[\])])", demand.selector)
    problems = [_lacks(place, alternative) for alternative in alternatives]
    return problems[0] if all(problems) else None


def _lacks(place: _Place, selector: str) -> str | None:
    for step in compounds(selector):
        for wanted in step.ids:
            if wanted not in place.page.ids and not _may_create(place.words, wanted):
                return f'no element has id="{wanted}"'
        for _, _, value in step.attributes if step.tag in _LOADED else ():
            if value and not _says_in_an_address(place.code, value):
                return _missing(place.page, selector, step.tag)
    return None


def _may_create(words: str, wanted: str) -> bool:
    """True if scripts may give the id to an element: it stands in quotes other than to be found, or
    ids are put together."""
    name = re.escape(wanted)
    for match in re.finditer(rf"[\"'`]{name}\\?[\"'`]", words):
        before = words[max(match.start() - 40, 0) : match.start()]
        if not re.search(rf"\b{_REFERS}\s*=?\s*\\?$", before):
            return True
    parts = [wanted[: m.end()] for m in re.finditer(r"[-_]|(?=\d)", wanted)] + [wanted]
    begun = "|".join(re.escape(part) for part in parts if part)
    computed = (
        rf"[\"'`](?:{begun})(?:\$\{{|\{{\{{|[\"'`]\s*\+)"
        rf"|\bid\s*=\s*\\?[\"']?(?:\$?\{{|<%)|(?::|v-bind:|x-bind:)id\s*="
        rf"|setAttribute\(\s*[\"'`]id[\"'`]\s*,\s*[A-Za-z_]|\.id\s*=\s*[A-Za-z_][\w.]*\s*[;,)\n+(\[]"
        rf"|\b[hm]\(\s*[\"'`][\w.-]*#{name}\b"
    )
    return re.search(computed, words) is not None


def _says_in_an_address(code: str, value: str) -> bool:
    """True if a text in quotes that looks like a path or an address holds the value."""
    address = rf"[\"'`(]([^\"'`()\s]*{re.escape(value)}[^\"'`()\s]*)[\"'`)]"
    return any(re.search(r"/|\.\w", match[1]) for match in re.finditer(address, code))


def _missing(page: Page, selector: str, tag: str) -> str:
    urls = [
        e.attributes.get("src") or e.attributes.get("href", "") for e in page.markup.by_tag(tag)
    ]
    there = ", ".join(url for url in urls if url) or "none with a URL"
    return f"nothing in the page fits {selector}; its {tag} elements load: {there[:300]}"


def _title(place: _Place, demand: TitleIs) -> str | None:
    titles = [" ".join(e.text.split()) for e in place.page.markup.by_tag("title")][:1]
    fits = any(title == demand.text if demand.exactly else demand.text in title for title in titles)
    touched = re.search(r"\btitle\b[\"'`\])]*\s*=(?!=)|[\"'`]title[\"'`]", place.code)
    if fits or touched or (not demand.outright and demand.text in place.words):
        return None
    have = quoted(titles[0]) if titles else "missing"
    must = "be" if demand.exactly else "contain"
    return f"the title must {must} {quoted(demand.text)}; it is {have}"


def _first_script(place: _Place, demand: FirstScriptHolds) -> str | None:
    first = place.page.first_script
    if first is None:
        return f"the page has no script, and its first one must contain {quoted(demand.literal)}"
    if "src" in first.attributes:
        return (
            f"the first script element loads {first.attributes['src']} and has no text: move the "
            f"app's inline script, with {quoted(demand.literal)} in it, before it"
        )
    if demand.literal in first.text or "insertBefore" in place.words:
        return None
    where = "the app's code must stand in it" if not is_javascript(first) else "write it verbatim"
    return f"the first script element does not contain {quoted(demand.literal)} literally: {where}"


def _tag(place: _Place, demand: IsTag) -> str | None:
    found = place.page.markup.select(demand.selector)
    if not found or found[0].tag == demand.tag or _is_replaced(place.words):
        return None
    return f"{demand.selector} must be a <{demand.tag}>; it is a <{found[0].tag}>"


def _is_replaced(words: str) -> bool:
    return re.search(r"replaceWith|replaceChild|outerHTML\s*=", words) is not None


def _attribute(place: _Place, demand: HasAttribute) -> str | None:
    found = place.page.markup.select(demand.selector)
    if not found or _is_replaced(place.words) or _may_set(place, found[0], demand.name):
        return None
    have = found[0].attributes.get(demand.name)
    if have is not None and demand.value in (None, have):
        return None
    wanted = demand.name if demand.value is None else f'{demand.name}="{demand.value}"'
    has = "has none" if have is None else f"has {quoted(have)}"
    return f"{demand.selector} must have {wanted}; it {has}, and no script sets it"


def _may_set(place: _Place, element: Element, name: str) -> bool:
    """True if a script, or a library that reads the element's attributes, may set the attribute."""
    if any(re.search(rf"[:.@]{re.escape(name)}$", own) for own in element.attributes):
        return True
    camel = re.sub(r"-(\w)", lambda m: m[1].upper(), name.removeprefix("data-"))
    ways = [rf"[\"'`]{re.escape(name)}[\"'`]", rf"\.{camel}\s*="]
    if name.startswith("data-"):
        ways += [r"dataset\s*[,)\[]", rf"dataset\.{camel}\b"]
    return any(re.search(way, place.code, re.IGNORECASE) for way in ways)


def _parameter(place: _Place, demand: ReadsParameter) -> str | None:
    if re.search(rf"\b{re.escape(demand.name)}\b", place.words):
        return None
    name = quoted(demand.name)
    return f"no script reads the URL parameter {name} with URLSearchParams(location.search)"


def _result(place: _Place, demand: ResultIs) -> str | None:
    """The problem of a result that is typed into the page. Only a long number, or one with a
    fraction, that attached data gives cannot be there by chance."""
    assignment = place.subject.assignment
    by_chance = not re.search(r"\d{2,}\.\d|\d{4}[1-9]", demand.number)
    if by_chance or not assignment.attachments or demand.number in assignment.brief:
        return None
    digits = re.escape(demand.number)
    if re.search(rf"(?<![\d.]){digits}(?!\d)", place.words):
        return f"the result {demand.number} is written into the page: compute it from the data"
    return None


_RULES: dict[type, Callable[[_Place, Any], str | None]] = {
    Exists: _exists,
    TitleIs: _title,
    FirstScriptHolds: _first_script,
    IsTag: _tag,
    HasAttribute: _attribute,
    ReadsParameter: _parameter,
    ResultIs: _result,
}
"""The rules by demand. Others, such as a number that an element shows, only a browser can tell."""
