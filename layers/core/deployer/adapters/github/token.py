"""The token for GitHub: a stored one, or that of a GitHub App's installation.

Source: GitHub's "Generating a JSON Web Token (JWT) for a GitHub App" and "Generating an
installation access token for a GitHub App".
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import jwt
from github import Auth

from deployer.adapters.github.host import asking_github, client_as
from deployer.domain.errors import HostUnavailableError
from deployer.domain.ports import Clock

CLOCK_DRIFT = timedelta(seconds=60)
"""So much a JWT is dated back: GitHub's clock may be behind ours."""
JWT_LIFE = timedelta(minutes=9)
"""GitHub takes at most 10 minutes."""
RENEWED_BEFORE = timedelta(minutes=6)
"""A token that is handed out lasts for a whole run of the worker."""


class Token(Protocol):
    """The token of the moment, for REST and for git (as the password)."""

    def __call__(self) -> str:
        """
        Raises:
            UnavailableError: there is none.
        """

    def refused(self) -> None:
        """Note that GitHub refused the token: get another one next time."""


@dataclass(frozen=True)
class StoredToken:
    """A personal access token; `read` finds a rotated one by itself."""

    read: Callable[[], str]

    def __call__(self) -> str:
        return self.read()

    def refused(self) -> None:
        """Do nothing: the token is read anew within a minute anyway."""


class InstallationToken:
    """The token of a GitHub App's installation, valid for an hour and fetched when it is needed.

    `app_id` is the App's id or client id, `private_key` answers its key as PEM text.
    """

    def __init__(
        self,
        app_id: str,
        installation_id: int,
        private_key: Callable[[], str],
        api_url: str,
        clock: Clock,
    ) -> None:
        self._app_id = app_id
        self._address = f"/app/installations/{installation_id}/access_tokens"
        self._private_key = private_key
        self._api_url = api_url
        self._clock = clock
        self._kept: tuple[str, datetime] | None = None
        self._lock = threading.Lock()

    def __call__(self) -> str:
        with self._lock:
            if self._kept is None or self._kept[1] <= self._clock() + RENEWED_BEFORE:
                self._kept = self._fetched()
            return self._kept[0]

    def refused(self) -> None:
        self._kept = None

    def _fetched(self) -> tuple[str, datetime]:
        """A new token, and the time at which it expires."""
        app = client_as(Auth.AppAuthToken(self._signed()), self._api_url)
        with asking_github(self._clock):
            _, answer = app.requester.requestJsonAndCheck("POST", self._address)
        return answer["token"], datetime.fromisoformat(answer["expires_at"])

    def _signed(self) -> str:
        now = self._clock()
        claims = {"iss": self._app_id, "iat": now - CLOCK_DRIFT, "exp": now + JWT_LIFE}
        try:
            return jwt.encode(claims, self._private_key(), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as exc:
            raise HostUnavailableError(
                "GITHUB_APP_PRIVATE_KEY is not the private key of a GitHub App (PEM)"
            ) from exc
