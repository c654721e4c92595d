"""Are the files there that the brief speaks of, and is the README worth its name?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deployer.generation.judging.files_asked import correctable, named_files
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.subject import Subject

_READ_BY_PAGES = re.compile(
    r"\.(csv|tsv|json|geojson|md|txt|xml|svg|png|jpe?g|gif|webp|mp3|mp4|pdf|ya?ml)$", re.IGNORECASE
)

README_SECTIONS = {
    "a title": r"^# \S",
    "a summary": (
        r"^#+ .*\b(summary|overview|about|description|introduction|what)\b"
        r"|\A# [^\n]+\n+[^#\s]"
    ),
    "setup": r"^#+ .*\b(set-?up|install\w*|getting started|quick ?start|run\w*|deploy\w*)\b",
    "usage": r"^#+ .*\b(usage|use|using|how to)\b",
    "an explanation of the code": r"^#+ .*\b(code|works?|architecture|structure|implementation)\b",
    "the licence": r"^#+ .*\b(licen[sc]e)\b",
}
"""What a README has, and how its heading is recognised."""


def inspect(subject: Subject) -> Iterator[Finding]:
    yield from _start_page(subject)
    yield from _named_files(subject)
    yield from _uncorrected(subject)
    yield from _attachments(subject)
    yield from _readme(subject)


def _start_page(subject: Subject) -> Iterator[Finding]:
    if not subject.page.text.strip():
        yield Finding(Severity.FORBIDDEN, "start-page", "index.html", "the site has no index.html")


def _named_files(subject: Subject) -> Iterator[Finding]:
    attached = {attachment.name for attachment in subject.assignment.attachments}
    for name in named_files(subject.assignment.brief, attached):
        if name not in subject.site:
            problem = f"the brief names {name}, and the site has no such file"
            yield Finding(Severity.CHECK, "named-file", name, problem)


def _uncorrected(subject: Subject) -> Iterator[Finding]:
    wanted = correctable(subject.assignment)
    for attachment in subject.assignment.attachments:
        name = attachment.name
        if name in wanted and subject.site.get(name) == attachment.content:
            problem = f"the site has {name} as it was sent; the brief wants it corrected"
            yield Finding(Severity.CHECK, "uncorrected", name, problem)


def _attachments(subject: Subject) -> Iterator[Finding]:
    """An attachment that the brief names is read from its file, not typed into the page."""
    for attachment in subject.assignment.attachments:
        name = attachment.name
        if name in subject.assignment.brief and _READ_BY_PAGES.search(name):
            if not _is_referred_to(subject, name):
                problem = f"nothing loads ./{name}: load the attachment by its exact name"
                yield Finding(Severity.CHECK, "attachment", name, problem)


def _is_referred_to(subject: Subject, name: str) -> bool:
    """Whether a page, a script or a program has the name as a path; a sentence is not enough."""
    for page in subject.pages:
        literals = [text for code in page.scripts for text in code.strings]
        values = [value for e in page.markup.elements for value in e.attributes.values()]
        if any(_is_path_of(text, name) for text in (*literals, *values)):
            return True
    programs = (path for path in subject.site if path.endswith((".py", ".yml", ".ipynb", ".ts")))
    return any(name in subject.site.text(path) for path in programs)


def _is_path_of(text: str, name: str) -> bool:
    path = re.split(r"[?#]", text.strip(), maxsplit=1)[0]
    return path == name or path.endswith(f"/{name}")


def _readme(subject: Subject) -> Iterator[Finding]:
    text = subject.site.text("README.md") if "README.md" in subject.site else ""
    for section, pattern in README_SECTIONS.items():
        if not re.search(pattern, text, re.IGNORECASE | re.MULTILINE):
            yield Finding(Severity.QUALITY, "readme", section, f"README.md lacks {section}")
    current = subject.assignment.current
    if current is None or "README.md" not in current:
        return
    before = current.text("README.md")
    if before == text and "index.html" in subject.changed:
        problem = "README.md does not speak of this change: update it in place"
        yield Finding(Severity.QUALITY, "readme", "update", problem)
    elif text.startswith(before.rstrip()) and re.match(r"\s*#", text[len(before.rstrip()) :]):
        problem = "README.md was appended to: update its sections in place instead"
        yield Finding(Severity.QUALITY, "readme", "appended", problem)
