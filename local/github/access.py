"""The asker's identity and the limits, looked at before and after every REST call."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from flask import Response, g, request

from local.github.answers import bad_credentials, error, request_id, requires_authentication
from local.github.app_installation import BadJwtError
from local.github.double import current_double
from local.github.transport import COUNTED

if TYPE_CHECKING:
    from local.github.double import Identity

READS = frozenset({"GET", "HEAD", "OPTIONS"})


def token_in(authorization: str) -> str:
    """Return the token of an Authorization header, in any of the forms that GitHub takes."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() in ("token", "bearer"):
        return value.strip()
    return password_in(authorization)


def password_in(authorization: str) -> str:
    """Return the password of a Basic Authorization header; empty when it is none."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        pair = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return pair.partition(":")[2]


def identity_in(token: str) -> Identity | None:
    """Return whose token this is, at the present moment of the double."""
    double = current_double()
    return double.accounts.identity_of(token, double.clock.now())


def admit_rest_request() -> Response | None:
    """Refuse a REST request, or let it through by answering nothing."""
    write, args = request.method not in READS, request.view_args or {}
    if "User-Agent" not in request.headers:
        return error(403, "Request forbidden by administrative rules. Send a User-Agent header.")
    if request.path.startswith("/app/"):  # the App itself asks; its limits are its own
        return _refuse_app()
    authorization = request.headers.get("Authorization")
    g.identity = None if authorization is None else identity_in(token_in(authorization))
    g.signed_in = authorization is not None
    if g.signed_in and g.identity is None:
        return bad_credentials()
    if write and not g.signed_in:
        return requires_authentication()
    owner = next((args[name] for name in ("owner", "organization") if name in args), None)
    if write and owner is not None and not installation_may_write_to(owner):
        return not_for_installations()
    if request.path == "/rate_limit":  # asking how much is left is free
        return None
    return _refuse_for_limits(write=write)


def installation_may_write_to(owner: str) -> bool:
    """True if the asker may create something of this account; a person always may."""
    installation = current_double().accounts.installation
    return g.identity != "installation" or (
        installation is not None and installation.organization.lower() == owner.lower()
    )


def not_for_installations() -> Response:
    """Answer an App's installation that asks for what only a person may."""
    return error(403, "Resource not accessible by integration")


def _refuse_app() -> Response | None:
    double = current_double()
    installation = double.accounts.installation
    authorization = request.headers.get("Authorization", "")
    scheme, _, token = authorization.partition(" ")
    if installation is None or scheme.lower() != "bearer":
        return error(401, "A JSON web token could not be decoded")
    try:
        installation.check_jwt(token.strip(), double.clock.now())
    except BadJwtError as wrong:
        return error(401, str(wrong))
    return None


def _refuse_for_limits(*, write: bool) -> Response | None:
    refusal = current_double().limits.admit(write=write)
    if refusal is not None:
        return error(refusal.status, refusal.message, headers=refusal.headers)
    request.environ[COUNTED] = write
    return None


def add_github_headers(response: Response) -> Response:
    """Add what GitHub puts on every REST answer; answer 304 where the client has it already."""
    for name, value in current_double().limits.headers().items():
        response.headers.setdefault(name, value)
    response.headers["x-github-request-id"] = request_id()
    response.headers["x-github-media-type"] = "github.v3; format=json"
    response.headers["x-github-api-version-selected"] = "2022-11-28"
    if g.get("identity") == "user":
        response.headers["x-oauth-scopes"] = "repo"
    if request.method in ("GET", "HEAD") and response.status_code == 200:
        response.headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
        response.add_etag(weak=True)
        response.make_conditional(request)
        del response.headers["Date"]  # the server adds it, to every answer
    return response
