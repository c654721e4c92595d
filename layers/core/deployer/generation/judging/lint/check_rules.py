"""Does the page have what the checks name?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from deployer.domain.request import check_text
from deployer.generation.judging.demands import (
    Demand,
    Exists,
    FirstScriptHolds,
    HasAttribute,
    IsTag,
    ReadsParameter,
    ResultIs,
    ShowsNumber,
    ShowsText,
    TitleIs,
)
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.lint import number_rules, text_rules
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.markup import compounds
from deployer.generation.reading.page import Page, is_javascript

_STATIC_TAGS = frozenset(
    {"script", "link", "meta", "title", "base", "style", "html", "head", "body"}
)
"""Elements that a page has from the start; others may come from its scripts."""


def inspect(subject: Subject) -> Iterator[Finding]:
    """A finding for every demand that the page does not meet."""
    seen: set[tuple[str, str]] = set()
    for check, demand, earlier in subject.demands():
        problem = _RULES[type(demand)](subject.page, demand)
        finding = problem and Finding(
            Severity.REGRESSION if earlier and _was_met(subject, demand) else Severity.CHECK,
            type(demand).__name__,
            _subject_of(demand),
            f"{problem} (check: {check_text(check)[:300]})",
        )
        if finding and finding.identity not in seen:
            seen.add(finding.identity)
            yield finding


def _was_met(subject: Subject, demand: Demand) -> bool:
    current = subject.assignment.current
    return current is not None and not _RULES[type(demand)](_page_before(subject), demand)


def _page_before(subject: Subject) -> Page:
    current = subject.assignment.current
    return Subject(current, subject.assignment).page if current is not None else subject.page


def _subject_of(demand: Demand) -> str:
    return ", ".join(str(value) for value in vars(demand).values())


def _exists(page: Page, demand: Exists) -> str | None:
    if page.markup.select(demand.selector):
        return None
    for step in compounds(demand.selector):
        for wanted in step.ids:
            if wanted not in page.ids:
                return f'no element has id="{wanted}"'
        if step.tag in _STATIC_TAGS and not _created(page, step.tag, step.attributes):
            return _missing_static(page, demand.selector, step.tag)
    return None


def _created(page: Page, tag: str, attributes: tuple[tuple[str, str, str], ...]) -> bool:
    """Whether a script makes such an element: `createElement("script")` with the wanted text."""
    return f'createElement("{tag}")' in page.script_text.replace("'", '"') and all(
        value in page.script_text for _, _, value in attributes
    )


def _missing_static(page: Page, selector: str, tag: str) -> str:
    urls = [
        e.attributes.get("src") or e.attributes.get("href", "") for e in page.markup.by_tag(tag)
    ]
    there = ", ".join(url for url in urls if url) or "none with a URL"
    return f"nothing in the page fits {selector}; its {tag} elements load: {there[:300]}"


def _title(page: Page, demand: TitleIs) -> str | None:
    titles = [element.text.strip() for element in page.markup.by_tag("title")][:1]
    fits = any(title == demand.text if demand.exactly else demand.text in title for title in titles)
    if fits or re.search(r"document\.title\s*=", page.script_text):
        return None
    return f"the title must {'be' if demand.exactly else 'contain'} {demand.text!r}; it is {titles}"


def _first_script(page: Page, demand: FirstScriptHolds) -> str | None:
    first = page.first_script
    if first is None:
        return f"the page has no script, and its first one must contain {demand.literal!r}"
    if "src" in first.attributes:
        return (
            f"the first script element loads {first.attributes['src']} and has no text: move the "
            f"app's inline script, with {demand.literal!r} in it, before it"
        )
    if demand.literal in first.text:
        return None
    where = "the app's code must stand in it" if not is_javascript(first) else "write it verbatim"
    return f"the first script element does not contain {demand.literal!r} literally: {where}"


def _tag(page: Page, demand: IsTag) -> str | None:
    found = page.markup.select(demand.selector)
    if not found or found[0].tag == demand.tag:
        return None
    return f"{demand.selector} must be a <{demand.tag}>; it is a <{found[0].tag}>"


def _attribute(page: Page, demand: HasAttribute) -> str | None:
    found = page.markup.select(demand.selector)
    have = found[0].attributes.get(demand.name) if found else None
    if have is not None and demand.value in (None, have):
        return None
    if _sets_attribute(page, demand):
        return None
    wanted = demand.name if demand.value is None else f'{demand.name}="{demand.value}"'
    return f"{demand.selector} must have {wanted} on load; it has {have!r}"


def _sets_attribute(page: Page, demand: HasAttribute) -> bool:
    key = re.sub(r"-(\w)", lambda m: m[1].upper(), demand.name.removeprefix("data-"))
    script = page.script_text
    if demand.name.startswith("data-") and re.search(rf"\.dataset\.{re.escape(key)}\s*=", script):
        return True
    named = re.search(rf"setAttribute\(\s*[\"'`]{re.escape(demand.name)}[\"'`]", script)
    return bool(named) and (demand.value is None or demand.value in script)


def _parameter(page: Page, demand: ReadsParameter) -> str | None:
    script = page.script_text
    reads = re.search(rf"\b(get|has|getAll)\(\s*[\"'`]{re.escape(demand.name)}[\"'`]", script)
    if reads or re.search(rf"URLSearchParams[\s\S]*\b{re.escape(demand.name)}\b", script):
        return None
    return (
        f"no script reads the URL parameter {demand.name!r} with URLSearchParams(location.search)"
    )


def _result(page: Page, demand: ResultIs) -> str | None:
    digits = re.escape(demand.number)
    if re.search(rf"(?<![\d.]){digits}(?!\d)", page.text + page.script_text):
        return f"the result {demand.number} is written into the page: compute it from the data"
    return None


_RULES: dict[type, Callable[[Page, Any], str | None]] = {
    Exists: _exists,
    TitleIs: _title,
    FirstScriptHolds: _first_script,
    IsTag: _tag,
    HasAttribute: _attribute,
    ShowsNumber: number_rules.shows_number,
    ShowsText: text_rules.shows_text,
    ReadsParameter: _parameter,
    ResultIs: _result,
}
