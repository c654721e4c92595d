"""A GitHub App, installed in one organisation: its JWTs, and the tokens that they buy.

Source: GitHub's "Generating a JSON Web Token (JWT) for a GitHub App": signed with RS256, issued in
the past, expiring within 10 minutes.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field

import jwt

LONGEST_JWT = 600
TOKEN_LIFE = 3600
PERMISSIONS = {
    "administration": "write",
    "contents": "write",
    "metadata": "read",
    "pages": "write",
}


class BadJwtError(Exception):
    """A JWT that GitHub does not take; the message is GitHub's."""


@dataclass
class AppInstallation:
    """An App that may act for the organisation, and its valid tokens."""

    app_id: str
    id: int
    organization: str
    public_key: str
    """Of the App's private key, as PEM text."""
    permissions: dict[str, str] = field(default_factory=PERMISSIONS.copy)
    _expiry: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check_jwt(self, token: str, now: float) -> None:
        """
        Raises:
            BadJwtError: the signature, the times or the App are wrong.
        """
        try:
            claims = jwt.decode(
                token,
                self.public_key,
                algorithms=["RS256"],
                # On the double's clock, not on the machine's.
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat"]},
            )
        except jwt.PyJWTError as wrong:
            raise BadJwtError("A JSON web token could not be decoded") from wrong
        if not now < claims["exp"]:
            raise BadJwtError(
                "'Expiration time' claim ('exp') must be a numeric value representing the future "
                "time at which the assertion expires"
            )
        if claims["exp"] > now + LONGEST_JWT:
            raise BadJwtError("'Expiration time' claim ('exp') is too far in the future")
        if claims["iat"] > now:
            raise BadJwtError(
                "'Issued at' claim ('iat') must be an Integer representing the time that the "
                "assertion was issued"
            )
        if str(claims.get("iss")) != self.app_id:
            raise BadJwtError("Integration not found")

    def new_token(self, now: float) -> tuple[str, float]:
        """A token, and when it expires."""
        token, expires_at = f"ghs_{secrets.token_hex(18)}", now + TOKEN_LIFE
        with self._lock:
            self._expiry[token] = expires_at
        return token, expires_at

    def knows(self, token: str, now: float) -> bool:
        """True if this is one of its tokens, and still valid."""
        with self._lock:
            return now < self._expiry.get(token, 0)

    def revoke_all(self) -> None:
        """Make every token invalid, as when the App is suspended."""
        with self._lock:
            self._expiry.clear()
