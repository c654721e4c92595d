"""Secrets of callers, compared in a time that tells nothing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass


def is_one_of(presented: str, valid: Iterable[str]) -> bool:
    """True if `presented` is one of the `valid` secrets; all of them are compared in any case."""
    digest = _digest(presented)
    same = [hmac.compare_digest(digest, _digest(secret)) for secret in valid]
    return any(same)


@dataclass(frozen=True)
class HashedSecret:
    """A caller's own secret as it is kept.

    Such a secret is 256 random bits that we have made, so nobody can try them all, and one fast
    keyed hash keeps it as well as a slow one would: slow ones are for words that people choose,
    and would let anybody who posts rubbish keep our functions busy.
    """

    salt: str
    digest: str
    """HMAC-SHA256 of the secret with the salt as its key, hex."""

    @classmethod
    def of(cls, secret: str, salt: str) -> HashedSecret:
        return cls(salt, _keyed(secret, salt))

    def opens(self, presented: str) -> bool:
        return hmac.compare_digest(_keyed(presented, self.salt), self.digest)


NOBODYS = (HashedSecret("", "0" * 64), HashedSecret("", "0" * 64))
"""The secrets of nobody, so that comparing an unknown caller's takes as long as a known one's."""


def _digest(value: str) -> bytes:
    return hashlib.sha256(_bytes(value)).digest()


def _keyed(secret: str, salt: str) -> str:
    return hmac.new(_bytes(salt), _bytes(secret), hashlib.sha256).hexdigest()


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")
