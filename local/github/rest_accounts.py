"""REST: the token's user, other accounts, and what is left of the rate limit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request

from local.github.access import not_for_installations
from local.github.answers import json_answer, not_found, requires_authentication
from local.github.double import current_double
from local.github.representation import full_organization, full_user, simple_user

routes = Blueprint("accounts", __name__)


def account_body(login: str) -> dict[str, Any]:
    """Return the short JSON form of an existing account."""
    return simple_user(login, _id_of(login), _kind_of(login), request.host_url.rstrip("/"))


@routes.get("/user")
def token_user() -> Response:
    """Answer who the token belongs to."""
    if not g.signed_in:
        return requires_authentication()
    if g.identity == "installation":
        return not_for_installations()
    return _full(current_double().accounts.login)


@routes.get("/users/<login>")
def user(login: str) -> Response:
    """Answer one account, person or organisation."""
    spelled = current_double().accounts.spelled(login)
    return _full(spelled) if spelled else not_found("/users/users#get-a-user")


@routes.get("/orgs/<login>")
def organization(login: str) -> Response:
    """Answer one organisation."""
    accounts = current_double().accounts
    spelled = accounts.spelled(login, among=accounts.organizations)
    if spelled is None:
        return not_found("/orgs/orgs#get-an-organization")
    base = request.host_url.rstrip("/")
    return json_answer(full_organization(spelled, _id_of(spelled), base, _public(spelled)))


@routes.get("/rate_limit")
def rate_limit() -> Response:
    """Answer the primary limit; nothing tells about the secondary ones, as on GitHub."""
    core = current_double().limits.standing()
    search = {"limit": 30, "remaining": 30, "reset": core["reset"], "used": 0}
    return json_answer({"resources": {"core": core, "search": search}, "rate": core})


def _full(login: str) -> Response:
    base = request.host_url.rstrip("/")
    return json_answer(full_user(login, _id_of(login), _kind_of(login), base, _public(login)))


def _public(login: str) -> int:
    return sum(not one.private for one in current_double().repositories.owned_by(login))


def _id_of(login: str) -> int:
    account_id = current_double().accounts.id_of(login)
    if account_id is None:
        raise LookupError(f"no account {login!r}")
    return account_id


def _kind_of(login: str) -> str:
    return "User" if login == current_double().accounts.login else "Organization"
