"""Files that the brief speaks of must be there, and the README must be worth its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from deployer.generation.judging.files_asked import correctable, named_files
from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.subject import Subject

_READ_BY_PAGES = re.compile(
    r"\.(csv|tsv|json|geojson|md|txt|xml|svg|png|jpe?g|gif|webp|mp3|mp4|pdf|ya?ml)$", re.IGNORECASE
)

_READ = re.compile(
    r"\b(?:fetch|load|read|show|display|render|pars|sum|total|plot|chart|convert|us(?:e|es|ing)\b"
    r"|list|draw|visuali|default|import|quer|filter|search|map|analy|comput|calculat)",
    re.IGNORECASE,
)
"""Verbs for a page's use of a file; "include it" alone only asks to have it in the repository."""
_TEXTS = re.compile(
    r"\.(html?|js|mjs|css|json|webmanifest|py|ya?ml|ipynb|ts|svg|xml)$", re.IGNORECASE
)

README_SECTIONS = {
    "a title": r"^#",
    "a summary": r"^(?![#`|>*-]|\s*<)[^\n]{5,}",
    "setup": (
        r"^#+ .*\b(set-?up|install\w*|getting started|quick ?start|run\w*|deploy\w*|start\w*"
        r"|develop\w*|local\w*|requirements|prerequisites|build\w*|host\w*|serv\w*)\b"
    ),
    "usage": (
        r"^#+ .*\b(usage|use|using|how to|guide|controls|play\w*|instructions|try|examples?)\b"
    ),
    "an explanation of the code": (
        r"^#+ .*\b(code|work\w*|architecture|structure|implementation|design|technical|internals"
        r"|files?|tech|project|hood|details)\b"
    ),
    "the licence": r"\b(licen[sc]e\w*|MIT)\b",
}
"""Parts of a README with their patterns, for headings written with number signs."""
_OTHER_HEADINGS = (
    (r"^([^\n#>|`-][^\n]*)\n(?:=+|-{3,})[ \t]*$", r"# \1"),
    (r"^[ \t]*<h[1-6][^>]*>(.*?)</h[1-6]>", r"# \1"),
    (r"^[ \t]*\*\*([^*\n]{2,60})\*\*:?[ \t]*$", r"# \1"),
)
_ENGLISH = re.compile(r"\b(?:the|and|to|of|is|in|with|a)\b", re.IGNORECASE)
SHORT_README = 300
"""Characters, below which the language of a text cannot be told."""


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
    """Findings about attachments that the brief wants shown: a page reads them from their files."""
    texts = [
        subject.site.text(p) for p in subject.site if _TEXTS.search(p) and p in subject.changed
    ]
    for attachment in subject.assignment.attachments:
        name = attachment.name
        if _is_to_be_read(name, subject.assignment.brief) and name in subject.site:
            read = name in subject.assignment.read_by_scripts
            if not read and not any(_refers_to(text, name) for text in texts):
                problem = f"nothing loads ./{name}: load the attachment by its exact name"
                yield Finding(Severity.CHECK, "attachment", name, problem)


def _is_to_be_read(name: str, brief: str) -> bool:
    sentences = [one.replace(name, "") for one in _sentences(brief) if name in one]
    return bool(_READ_BY_PAGES.search(name)) and any(_READ.search(one) for one in sentences)


def _sentences(brief: str) -> list[str]:
    return re.split(r"(?<=[.;!?])\s+|\n", brief)


def _refers_to(text: str, name: str) -> bool:
    """True if the name stands there as a path, not in a mere sentence, or is put together."""
    ending = re.escape(name.rpartition(".")[2])
    spellings = "|".join(re.escape(one) for one in {name, quote(name), name.replace(" ", "%20")})
    quoted = rf"[\"'`](?:[\w./%-]*/)?(?:{spellings})(?=[?#\"'`\\])"
    bare = rf"[=(,]\s*(?:[\w./%-]*/)?(?:{spellings})(?=[?#)\s>,])"
    put_together = rf"(?:\}}|[\"'`+]\s*[\"'`])\.{ending}\b"
    return re.search(rf"{quoted}|{bare}|{put_together}", text) is not None


def _readme(subject: Subject) -> Iterator[Finding]:
    text = subject.site.text("README.md") if "README.md" in subject.site else ""
    if len(text) < SHORT_README or len(_ENGLISH.findall(text)) > 2:
        plain = text
        for heading, marked in _OTHER_HEADINGS:
            plain = re.sub(heading, marked, plain, flags=re.MULTILINE | re.IGNORECASE)
        for section, pattern in README_SECTIONS.items():
            if not re.search(pattern, plain, re.IGNORECASE | re.MULTILINE):
                yield Finding(Severity.QUALITY, "readme", section, f"README.md lacks {section}")
    current = subject.assignment.current
    if current is None or "README.md" not in current:
        return
    if current.text("README.md") == text and "index.html" in subject.changed:
        problem = "README.md does not speak of this change: update it in place"
        yield Finding(Severity.QUALITY, "readme", "update", problem)
