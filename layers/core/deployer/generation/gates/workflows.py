"""A workflow runs with rights in the repository: only harmless ones are published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deployer.generation.lint.findings import Finding, Severity
from deployer.generation.lint.subject import Subject

_FORBIDDEN = {
    "is started by others' pull requests": r"pull_request_target|workflow_run|issue_comment",
    "reads secrets": r"\bsecrets\s*(?:\.\s*(?!GITHUB_TOKEN\b)|\[)|toJSON\(\s*secrets",
    "asks for all rights": r"permissions\s*:\s*write-all",
    "runs on a machine of its own": r"runs-on\s*:.*self-hosted",
    "runs code from the network": r"\b(?:curl|wget)\b[^\n]*\|\s*(?:sudo\s+)?(?:ba|z)?sh\b",
}


def inspect(subject: Subject) -> Iterator[Finding]:
    for path in subject.changed:
        if path.startswith(".github/"):
            for what, pattern in _FORBIDDEN.items():
                if re.search(pattern, subject.site.text(path)):
                    yield Finding(
                        Severity.FORBIDDEN,
                        "workflow",
                        f"{path}: {what}",
                        f"{path} {what}: remove it",
                    )
