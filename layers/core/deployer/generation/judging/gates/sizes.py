"""Limits on the number of a site's files, and on their sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deployer.generation.judging.findings import Finding, Severity
from deployer.generation.judging.subject import Subject

MAX_FILES = 20
MAX_FILE_BYTES = 300_000
MAX_TOTAL_BYTES = 600_000
MAX_BLOB_CHARACTERS = 10_000


def inspect(subject: Subject) -> Iterator[Finding]:
    """A finding for each limit that the model's files exceed; attachments are not counted."""
    written = {path: subject.site[path] for path in subject.changed}
    if len(written) > MAX_FILES:
        yield _finding("count", f"{len(written)} files were written; {MAX_FILES} are allowed")
    total = sum(len(content) for content in written.values())
    if total > MAX_TOTAL_BYTES:
        yield _finding("total", f"the files have {total} bytes; {MAX_TOTAL_BYTES} are allowed")
    for path, content in written.items():
        if len(content) > MAX_FILE_BYTES:
            yield _finding(path, f"{path} has {len(content)} bytes; {MAX_FILE_BYTES} are allowed")
        if re.search(rb"[A-Za-z0-9+/]{%d}" % MAX_BLOB_CHARACTERS, content):
            yield _finding(f"{path} blob", f"{path} holds a large encoded blob")


def _finding(about: str, problem: str) -> Finding:
    return Finding(Severity.FORBIDDEN, "size", about, problem)
