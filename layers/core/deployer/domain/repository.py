"""The rule for repository names."""

from __future__ import annotations

import hashlib
import re

MAX_NAME_LENGTH = 100
"""GitHub's limit; it allows letters, digits, `.`, `-` and `_`."""
_SUFFIX_LENGTH = 8
_RESERVED_ENDINGS = (".git", ".wiki", ".github.io", ".")


def candidate_names(email: str, task: str) -> tuple[str, ...]:
    """The names that a task's repository may have, best first; always the same for a task.

    The second one holds a suffix of its own, for when the first is somebody else's.
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", task).strip("-.") or "site"
    suffix = binding_id(email, task)[:_SUFFIX_LENGTH]
    suffixed = f"{name[: MAX_NAME_LENGTH - _SUFFIX_LENGTH - 1]}-{suffix}"
    if name.lower().endswith(_RESERVED_ENDINGS) or len(name) > MAX_NAME_LENGTH:
        return (suffixed,)
    return (name, suffixed)


def binding_id(email: str, task: str) -> str:
    """The mark of a task's own repository. It does not reveal the caller."""
    return hashlib.sha256(f"{email}\0{task}".encode()).hexdigest()[:16]


def description(email: str, task: str) -> str:
    """The repository's description at GitHub; it carries the mark by which we know it again."""
    return f"{task}: built by LLM Code Deployer ({binding_id(email, task)})"
