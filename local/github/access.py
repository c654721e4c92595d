"""Who is asking, and whether the limits let the request in: before and after every REST call."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING

from flask import Response, g, request

from local.github.answers import bad_credentials, error, request_id, requires_authentication
from local.github.double import current_double
from local.github.transport import COUNTED

if TYPE_CHECKING:
    from local.github.double import Accounts

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


def is_token(accounts: Accounts, candidate: str) -> bool:
    """Whether this is the account's token."""
    return secrets.compare_digest(candidate.encode(), accounts.token.encode())


def admit_rest_request() -> Response | None:
    """Refuse a REST request, or let it through by answering nothing."""
    double = current_double()
    write = request.method not in READS
    if "User-Agent" not in request.headers:
        return error(403, "Request forbidden by administrative rules. Send a User-Agent header.")
    authorization = request.headers.get("Authorization")
    g.signed_in = authorization is not None
    if authorization is not None and not is_token(double.accounts, token_in(authorization)):
        return bad_credentials()
    if write and not g.signed_in:
        return requires_authentication()
    if request.path == "/rate_limit":  # asking how much is left is free
        return None
    refusal = double.limits.admit(write=write)
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
    if g.get("signed_in") and response.status_code != 401:
        response.headers["x-oauth-scopes"] = "public_repo"
    if request.method in ("GET", "HEAD") and response.status_code == 200:
        response.headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
        response.add_etag(weak=True)
        response.make_conditional(request)
        del response.headers["Date"]  # the server adds it, to every answer
    return response
