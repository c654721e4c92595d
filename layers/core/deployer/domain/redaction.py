"""Secrets taken out of a text that people will read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache

REDACTED = "[secret]"
SHORTEST_SECRET = 6
"""Characters. Shorter values are taken for words: a log without them could not be read."""
MAX_NESTING = 3
"""Of a text written inside a text."""

_FORMS = re.compile(
    r"\bgh[pousr]_[A-Za-z0-9]{20,}"  # GitHub's tokens
    r"|\bgithub_pat_\w{20,}"
    r"|\bsk-[\w-]{20,}"  # OpenAI's and Anthropic's keys
    r"|\bAIza[\w-]{30,}"  # Google's
    r"|(?i:\b(?:bearer|basic)\s+)[\w.~+/=-]{12,}"  # an Authorization header, whoever's
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the `secrets`, as they are or as JSON or a repr writes them, and without what
    has the form of a key."""
    for secret in secrets:
        for written in _writings(secret):
            text = text.replace(written, REDACTED)
    return _FORMS.sub(REDACTED, text)


@lru_cache(maxsize=64)
def _writings(secret: str) -> tuple[str, ...]:
    """The spellings of `secret` in a text, the longest first: as it is, as JSON or a repr writes
    it, and as they write that once more (a body in an exception in a log line). Empty for a secret
    that is too short to look for."""
    found = {one for one in (secret, secret.strip()) if len(one) >= SHORTEST_SECRET}
    for _ in range(MAX_NESTING):
        found |= {written for one in found for written in _written(one)}
    return tuple(sorted(found, key=len, reverse=True))


def _written(text: str) -> set[str]:
    """`text` inside a string of JSON, or inside a repr, which escapes `'` only beside a `"`."""
    found = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    for beside in ("", '"'):
        whole = beside + text
        found.add(repr(whole)[1 + len(beside) : -1])
        found.add(ascii(whole)[1 + len(beside) : -1])
        found.add(repr(whole.encode("utf-8", "surrogatepass"))[2 + len(beside) : -1])
    return found
