"""What a generated page does not do unless the brief asks for it, and what no file may repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deployer.generation.instructions import SYSTEM
from deployer.generation.lint.findings import Finding, Severity
from deployer.generation.lint.subject import Subject

_PATTERNS = {
    "a redirect": (r"<meta[^>]+http-equiv\s*=\s*[\"']?refresh", r"redirect|refresh"),
    "a <base> element": (r"<base\b", r"<base|base element"),
    "a javascript: URL": (r"""(?:href|src|action)\s*=\s*["']?\s*javascript:""", r"javascript:"),
    "a service worker": (r"serviceWorker\s*\.\s*register", r"service.?worker|pwa|offline"),
    "eval": (
        r"(?<![\w.])eval\s*\(|new\s+Function\s*\(",
        r"\beval|calculator|expression|playground",
    ),
    "an event handler in an SVG or an image": (
        r"<(?:svg|img|image)\b[^>]*\son(?:load|error)\s*=", r"\bon(?:load|error)\b",
    ),
}  # fmt: skip
"""What it is, how it is recognised, and which words of the brief ask for it."""

_OUR_LINES = frozenset(line.strip() for line in SYSTEM.split("\n") if len(line.strip()) >= 60)
_MARKER = re.compile(r"^\s*={3,}\s*(?:FILE|EDIT|DATA|END|DONE)\b[^\n]*={3,}\s*$", re.MULTILINE)


def inspect(subject: Subject) -> Iterator[Finding]:
    for path in subject.changed:
        text = subject.site.text(path)
        if path.endswith((".html", ".htm", ".js", ".mjs", ".svg")):
            yield from _behaviour(subject, path, text)
        if any(line in text for line in _OUR_LINES):
            yield _finding(path, "our instructions", f"{path} repeats the deployer's instructions")
        if (marker := _MARKER.search(text)) and not subject.asked_for(marker[0]):
            yield _finding(path, "a marker", f"{path} holds a marker line of the answer's format")


def _behaviour(subject: Subject, path: str, text: str) -> Iterator[Finding]:
    for what, (pattern, asked) in _PATTERNS.items():
        if re.search(pattern, text, re.IGNORECASE) and not re.search(
            asked, subject.assignment.brief, re.IGNORECASE
        ):
            yield _finding(path, what, f"{path} has {what}, which the brief does not ask for")


def _finding(path: str, what: str, problem: str) -> Finding:
    return Finding(Severity.FORBIDDEN, "content", f"{path}: {what}", f"{problem}: remove it")
