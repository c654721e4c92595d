"""A revision keeps what was there: a page's ids, names, parameters, storage keys, data files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deployer.domain.request import Check
from deployer.domain.site import Site
from deployer.generation.judging.demands import demands_of
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.subject import Subject
from deployer.generation.reading.markup import Element, compounds
from deployer.generation.reading.page import Page, fetched, page_of

_TAKEN_AWAY = re.compile(
    r"\b(remov|delet|drop|replac|renam|without|instead of|get rid|no longer|take away|hide)",
    re.IGNORECASE,
)
_PART = (
    r"(?:the |your |all )?(?:rest of (?:the|your|this|it)|(?:existing|remaining|previous|other) "
    r"(?:code|content|functions?|styles?|rules|script|markup|html|css))"
)
ELISION = re.compile(
    rf"(?://|/\*|<!--|#)[ \t]*(?:"
    rf"(?:\.{{3}}|\u2026)[ \t]*(?:{_PART}|unchanged|same as)"
    rf"|{_PART}[\w ,]{{0,40}}?(?:\.{{3}}|\u2026|\bunchanged|\bgoes here|\bas before|the same\b)"
    rf"|(?:everything |code )?(?:remains |stays )?unchanged[ \t]*(?:\.{{3}}|\u2026|\*/|-->|$)"
    rf"|same as (?:before|above)[ \t]*(?:\.{{3}}|\u2026|\*/|-->|$))",
    re.IGNORECASE | re.MULTILINE,
)
"""A comment in the place of code. "The rest of the items" and the like are left alone."""
_MADE_SHORTER = re.compile(
    r"\b(simplif|refactor|clean|minif|shorten|compact|rewrit|redesign|restyl|mov|split|extract"
    r"|separat|scratch)",
    re.IGNORECASE,
)
LARGEST_LOSS = 0.35
"""Of a page's size: a rewrite that is shorter by more has lost something."""


@dataclass(frozen=True, order=True)
class Feature:
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def features(page: Page) -> frozenset[Feature]:
    """The features of a page that users, checks and links may rely on."""
    found = {Feature("id", name) for name in page.ids}
    for element in page.markup.elements:
        if element.tag in ("input", "select", "textarea", "button", "form"):
            found |= {Feature("field", n) for n in [element.attributes.get("name", "")] if n}
        found |= {
            Feature("attribute", name)
            for name in element.attributes
            if name.startswith("data-") and not name.startswith("data-bs-")
        }
    script = page.script_text
    if "URLSearchParams" in script or "searchParams" in script:
        names = re.findall(r"\.(?:get|has|getAll)\(\s*[\"'`]([\w-]+)[\"'`]\s*\)", script)
        found |= {Feature("URL parameter", name) for name in names}
    keys = re.findall(r"(?:local|session)Storage\.\w+Item\(\s*[\"'`]([^\"'`]+)[\"'`]", script)
    found |= {Feature("storage key", key) for key in keys}
    for code in page.scripts:
        found |= {Feature("data file", url) for url in fetched(code) if not url.startswith("http")}
    return frozenset(found)


def dropped(before: Page, after: Page, brief: str) -> tuple[Feature, ...]:
    """Features that are gone, other than those that the brief takes away.

    An attribute may have become a property, a parameter's name a constant: only what the page says
    nowhere any more is gone. Attributes that nobody checks are the page's own affair.
    """
    words = f"{after.text}\n{after.script_text}"
    gone = features(before) - features(after)
    return tuple(
        sorted(
            feature
            for feature in gone
            if (feature.kind in ("id", "field") or feature.name not in words)
            and feature.kind != "attribute"
            and not _is_taken_away(feature, before, brief)
        )
    )


def _is_taken_away(feature: Feature, page: Page, brief: str) -> bool:
    """True if a sentence that takes something away names the feature, or its look to users."""
    name = feature.name.removeprefix("./")
    sentences = re.split(r"(?<=[.;!?])\s+|\n", brief)
    seen = _seen_words(page, feature)
    return any(
        name in sentence or not seen.isdisjoint(re.findall(r"[a-z]{3,}", sentence.lower()))
        for sentence in sentences
        if _TAKEN_AWAY.search(sentence)
    )


_TAG_WORDS = {
    "input": "box field form", "textarea": "box field area", "select": "dropdown list menu picker",
    "img": "image picture photo", "canvas": "chart graph", "a": "link", "ul": "list", "ol": "list",
    "h1": "heading title", "h2": "heading title", "nav": "navigation menu", "output": "result",
}  # fmt: skip
_EMPTY_WORDS = frozenset({"the", "and", "for", "with", "main", "app", "page", "data", "div"})


def _seen_words(page: Page, feature: Feature) -> frozenset[str]:
    """Words that a person may call the element by: its name's parts, its kind, its texts."""
    texts = [feature.name]
    for element in page.markup.elements:
        if feature.name in (element.id, element.attributes.get("name")):
            shown = ("placeholder", "aria-label", "title", "alt", "value", "type")
            texts += [element.tag, _TAG_WORDS.get(element.tag, ""), element.text[:80]]
            texts += [element.attributes.get(name, "") for name in shown]
            labels = [e for e in page.markup.by_tag("label") if _labels(e, element)]
            texts += [label.text[:80] for label in labels]
    return frozenset(re.findall(r"[a-z]{3,}", " ".join(texts).lower())) - _EMPTY_WORDS


def _labels(label: Element, element: Element) -> bool:
    return label in element.ancestors() or (
        bool(element.id) and (label.attributes.get("for") == element.id)
    )


def refuse_rewrite(site: Site, path: str, text: str, brief: str) -> str | None:
    """The reason to refuse a whole-file rewrite of an existing page; None if it may be taken."""
    if path not in site or not path.endswith((".html", ".htm", ".js", ".mjs", ".css")):
        return None
    before = site.text(path)
    if (elided := ELISION.search(text)) and elided[0] not in before:
        return f"it leaves code out: {elided[0].strip()!r}"
    if path.endswith((".html", ".htm")):
        gone = dropped(
            page_of(site, path), page_of(site.with_files({path: text.encode()}), path), brief
        )
        if gone:
            return f"it drops {', '.join(str(feature) for feature in gone[:12])}"
    if len(before) > 400 and len(text) < (1 - LARGEST_LOSS) * len(before):
        if not _TAKEN_AWAY.search(brief) and not _MADE_SHORTER.search(brief):
            return f"it is shorter by {1 - len(text) / len(before):.0%}"
    return None


def contract(site: Site, checks: tuple[Check, ...]) -> tuple[str, ...]:
    """The features that a revision is told to keep, in words for a model."""
    kept = [str(feature) for feature in sorted(features(page_of(site)))]
    named = [
        f"#{wanted} (an earlier check names it)"
        for check in checks
        for demand in demands_of(check)
        for step in compounds(getattr(demand, "selector", ""))
        for wanted in step.ids
    ]
    return tuple(dict.fromkeys([*kept, *named]))


def inspect(subject: Subject) -> Iterator[Finding]:
    """A finding for each feature that a revision lost, and for a revision that changed nothing."""
    current = subject.assignment.current
    if current is None or "index.html" not in current:
        return
    if not subject.changed and subject.site == current:
        yield Finding(Severity.CHECK, "unchanged", "site", "nothing was changed in this revision")
    for feature in dropped(page_of(current), subject.page, subject.assignment.brief):
        problem = f"the page had {feature} before this revision, and the brief does not remove it"
        yield Finding(Severity.REGRESSION, "dropped", str(feature), problem)
