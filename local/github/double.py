"""The parts of the double in one place, for the routes that need them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Collection

    from local.github.app_installation import AppInstallation
    from local.github.clock import Clock
    from local.github.faults import Faults
    from local.github.limits import Limits
    from local.github.repositories import RepositoryStore
    from local.github.request_log import RequestLog

EXTENSION = "github_double"
OWNER_ID = 1
FIRST_ORGANIZATION_ID = 1001

Identity = Literal["user", "installation"]


@dataclass
class Accounts:
    """One person with one token, and the organisations that the person may write to.

    A GitHub App may be installed in one of these.
    """

    login: str
    token: str
    organizations: tuple[str, ...] = ()
    installation: AppInstallation | None = None
    may_write_workflows: bool = False
    """True if the person's token has the `workflow` scope."""

    def identity_of(self, token: str, now: float) -> Identity | None:
        """Return whose token this is; None if nobody's, or if it has expired."""
        if secrets.compare_digest(token.encode(), self.token.encode()):
            return "user"
        if self.installation is not None and self.installation.knows(token, now):
            return "installation"
        return None

    def writes_workflows(self, identity: Identity) -> bool:
        """True if a push of this identity's may hold workflow files."""
        if identity == "user":
            return self.may_write_workflows
        return self.installation is not None and "workflows" in self.installation.permissions

    def id_of(self, login: str) -> int | None:
        """Return an account's id, or None when there is no such account."""
        if login.lower() == self.login.lower():
            return OWNER_ID
        known = [name.lower() for name in self.organizations]
        if login.lower() in known:
            return FIRST_ORGANIZATION_ID + known.index(login.lower())
        return None

    def spelled(self, login: str, among: Collection[str] | None = None) -> str | None:
        """Return a login the way its account spells it, or None when there is no such account."""
        candidates = (self.login, *self.organizations) if among is None else among
        return next((name for name in candidates if name.lower() == login.lower()), None)


@dataclass
class GitHubDouble:
    """Everything that a request may look at or change."""

    accounts: Accounts
    clock: Clock
    repositories: RepositoryStore
    limits: Limits
    faults: Faults
    log: RequestLog
    pages_delay: float = 0.0


def current_double() -> GitHubDouble:
    """Return the double that the running request belongs to."""
    return cast("GitHubDouble", current_app.extensions[EXTENSION])
