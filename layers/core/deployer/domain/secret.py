"""Comparing what a caller presents with what we expect."""

from __future__ import annotations

import hashlib
import hmac


def same_secret(presented: str, expected: str) -> bool:
    """Compare in a time that depends on neither value, nor on their lengths."""
    return hmac.compare_digest(_digest(presented), _digest(expected))


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()
