"""The rule for repository names."""

from __future__ import annotations

import hashlib
import re

MAX_NAME_LENGTH = 100
"""GitHub's limit; it allows letters, digits, `.`, `-` and `_`."""
SUFFIX_LENGTH = 8
_RESERVED_ENDINGS = (".git", ".wiki", ".github.io", ".")


def candidate_names(email: str, task: str) -> tuple[str, ...]:
    """The names that a task's repository may have, best first; always the same for a task.

    The second one holds a suffix of its own, for when the first is somebody else's. Whoever knows
    the e-mail can compute both and take them with tasks of such names: `name_with` goes on.
    """
    name = _name(task)
    suffixed = name_with(binding_id(email, task)[:SUFFIX_LENGTH], task)
    if name.lower().endswith(_RESERVED_ENDINGS) or len(name) > MAX_NAME_LENGTH:
        return (suffixed,)
    return (name, suffixed)


def name_with(suffix: str, task: str) -> str:
    """The name of a task's repository that ends with `suffix`, of at most SUFFIX_LENGTH."""
    return f"{_name(task)[: MAX_NAME_LENGTH - SUFFIX_LENGTH - 1]}-{suffix}"


def _name(task: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", task).strip("-.") or "site"


def binding_id(email: str, task: str) -> str:
    """The mark of a task's own repository. It does not reveal the caller."""
    return hashlib.sha256(f"{email}\0{task}".encode()).hexdigest()[:16]


def description(email: str, task: str) -> str:
    """The repository's description at GitHub; it carries the mark by which we know it again."""
    return f"{task}: built by LLM Code Deployer ({binding_id(email, task)})"
