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
from deployer.generation.reading.markup import compounds
from deployer.generation.reading.page import Page, fetched, page_of

_TAKEN_AWAY = re.compile(
    r"\b(remov|delet|drop|replac|renam|without|instead of|get rid|no longer|take away|hide)",
    re.IGNORECASE,
)
ELISION = re.compile(
    r"(?://|/\*|<!--|#)[ \t]*(?:\.{3}|…)?[ \t]*(?:the )?(?:rest of (?:the|your)"
    r"|existing (?:code|content)|remaining (?:code|content)"
    r"|(?:code |everything )?(?:remains |stays )?unchanged|same as (?:before|above))",
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
    """What users, checks and links may rely on."""
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
    """Features that are gone, other than those that the brief takes away by name."""
    gone = features(before) - features(after)
    return tuple(sorted(feature for feature in gone if not _is_taken_away(feature, brief)))


def _is_taken_away(feature: Feature, brief: str) -> bool:
    name = feature.name.removeprefix("./")
    sentences = re.split(r"(?<=[.;!?])\s+|\n", brief)
    return any(name in sentence and _TAKEN_AWAY.search(sentence) for sentence in sentences)


def refuse_rewrite(site: Site, path: str, text: str, brief: str) -> str | None:
    """Why a whole-file rewrite of an existing page must not be taken; None if it may be."""
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
        if not _TAKEN_AWAY.search(brief):
            return f"it is shorter by {1 - len(text) / len(before):.0%}"
    return None


def contract(site: Site, checks: tuple[Check, ...]) -> tuple[str, ...]:
    """What a revision is told to keep."""
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
    """A finding for each feature that a revision lost, and for one that changed nothing."""
    current = subject.assignment.current
    if current is None or "index.html" not in current:
        return
    if not subject.changed:
        yield Finding(Severity.CHECK, "unchanged", "site", "nothing was changed in this revision")
    for feature in dropped(page_of(current), subject.page, subject.assignment.brief):
        problem = f"the page had {feature} before this revision, and the brief does not remove it"
        yield Finding(Severity.REGRESSION, "dropped", str(feature), problem)
