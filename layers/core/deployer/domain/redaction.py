"""Secrets taken out of a text that people will read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

REDACTED = "[secret]"
SHORTEST_SECRET = 6
"""Characters. Shorter values are taken for words: a log without them could not be read."""

_FORMS = re.compile(
    r"\bgh[pousr]_[A-Za-z0-9]{20,}"  # GitHub's tokens
    r"|\bgithub_pat_\w{20,}"
    r"|\bsk-[\w-]{20,}"  # OpenAI's and Anthropic's keys
    r"|\bAIza[\w-]{30,}"  # Google's
    r"|(?i:\b(?:bearer|basic)\s+)[\w.~+/=-]{12,}"  # an Authorization header, whoever's
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the `secrets`, as they are or as JSON writes them, and without what has the
    form of a key."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, REDACTED).replace(json.dumps(secret)[1:-1], REDACTED)
    return _FORMS.sub(REDACTED, text)
