"""Requests and answers of the REST API: our errors as HTTP, in one table."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from deployer.domain.errors import (
    ConflictError,
    DeployerError,
    FieldError,
    ForbiddenError,
    InvalidRequestError,
    QuotaExceededError,
    TooLargeError,
    UnavailableError,
)
from deployer.domain.json_object import parse_object
from deployer.domain.ports import Telemetry
from deployer.domain.request import MAX_BODY_BYTES

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

RETRY_AFTER_SECONDS = 10
ANSWERS: dict[type[DeployerError], tuple[int, str]] = {
    InvalidRequestError: (400, "invalid_request"),
    ForbiddenError: (403, "forbidden"),
    ConflictError: (409, "conflict"),
    TooLargeError: (413, "too_large"),
    QuotaExceededError: (429, "too_many_requests"),
    UnavailableError: (503, "unavailable"),
}


def resolver(telemetry: Telemetry) -> APIGatewayRestResolver:
    """A resolver that answers our errors, and unknown routes, in the contract's form."""
    app = APIGatewayRestResolver()

    def refuse(exc: DeployerError) -> Response[str]:
        refusal = error_answer(exc)
        telemetry.fact("refused", status=refusal.status_code, reason=str(exc))
        return refusal

    app.exception_handler(DeployerError)(refuse)

    @app.not_found
    def not_found(_: Exception) -> Response[str]:
        return answer(404, error_body("not_found", "there is nothing at this path"))

    return app


def json_body(event: APIGatewayProxyEvent) -> dict[str, Any]:
    """The request's JSON object.

    Raises:
        TooLargeError: it is above the limit.
        InvalidRequestError: see `parse_object`.
    """
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body, validate=True) if event.is_base64_encoded else body.encode()
        if len(raw) > MAX_BODY_BYTES:
            raise TooLargeError(f"the body holds {len(raw)} bytes; the limit is {MAX_BODY_BYTES}")
    except ValueError as exc:
        raise InvalidRequestError(f"the body is not text: {exc}") from exc
    return parse_object(raw)


def public_url(event: APIGatewayProxyEvent, configured: str, path: str) -> str:
    """The URL at which callers reach `path`: below the configured one, else below the API's own."""
    if configured:
        return configured.rstrip("/") + path
    context = event.request_context
    return f"https://{context.domain_name}/{context.stage}{path}"


def root_path(event: APIGatewayProxyEvent) -> str:
    """The path of the API itself as the client of `GET /` sees it, with the stage or the base path
    of a custom domain; ends with a slash. An emulator may leave it out of the event."""
    context = event.request_context
    path = str(context.get("path") or f"/{context.stage}")
    return path.rstrip("/") + "/"


def answer(status: int, body: dict[str, Any], **headers: str) -> Response[str]:
    return Response(
        status_code=status,
        content_type=content_types.APPLICATION_JSON,
        body=json.dumps(body),
        headers=dict(headers),
    )


def page(status: int, html: str, policy: str) -> Response[str]:
    """A page for people under a Content-Security-Policy. Nobody but its reader keeps it."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, "text/html; charset=utf-8", html, headers=dict(headers))


def unchanged() -> Response[str]:
    """The answer to a page that has seen the newest: there is nothing to replace."""
    return Response(204, body="", headers={"Cache-Control": "no-store"})


def see_other(path: str) -> Response[str]:
    return Response(303, body="", headers={"Location": path})


def error_answer(exc: DeployerError) -> Response[str]:
    status, code = next(
        (found for kind, found in ANSWERS.items() if isinstance(exc, kind)), (500, "internal")
    )
    if status == 500:
        return answer(500, error_body(code, "something went wrong on our side"))
    fields = exc.fields if isinstance(exc, InvalidRequestError) else ()
    return answer(status, error_body(code, str(exc), fields), **_retry_after(exc))


def _retry_after(exc: DeployerError) -> dict[str, str]:
    if isinstance(exc, QuotaExceededError):
        return {"Retry-After": str(exc.retry_after)}
    return {"Retry-After": str(RETRY_AFTER_SECONDS)} if isinstance(exc, UnavailableError) else {}


def error_body(code: str, message: str, fields: tuple[FieldError, ...] = ()) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = [{"field": field.field, "reason": field.reason} for field in fields]
    return {"error": error}
