"""Answers the way GitHub words them."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Response

DOCUMENTATION = "https://docs.github.com/rest"


def json_answer(body: Any, status: int = 200) -> Response:
    """Answer with JSON, as GitHub's API labels it."""
    return Response(json.dumps(body), status=status, content_type="application/json; charset=utf-8")


def error(
    status: int,
    message: str,
    *,
    errors: list[Any] | None = None,
    page: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer with GitHub's error body; ``page`` names the operation in its documentation."""
    body: dict[str, Any] = {"message": message}
    if errors is not None:
        body["errors"] = errors
    body["documentation_url"] = f"{DOCUMENTATION}{page}"
    body["status"] = str(status)
    answer = json_answer(body, status)
    answer.headers.update(headers or {})
    return answer


def not_found(page: str = "") -> Response:
    """Answer what GitHub says of anything that does not exist or may not be seen."""
    return error(404, "Not Found", page=page)


def bad_credentials() -> Response:
    """Answer a token that GitHub does not know."""
    return error(401, "Bad credentials")


def requires_authentication() -> Response:
    """Answer a request that needs a token and has none."""
    return error(401, "Requires authentication")


def plain(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """Answer a git client, which shows plain text to its user."""
    answer = Response(text, status=status, content_type="text/plain; charset=utf-8")
    answer.headers.update(headers or {})
    return answer


def request_id() -> str:
    """Make up an x-github-request-id."""
    return ":".join(secrets.token_hex(size).upper() for size in (2, 3, 3, 3, 4))
