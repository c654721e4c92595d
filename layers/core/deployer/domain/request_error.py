"""Errors of a request's fields, in a caller's words instead of pydantic's."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from deployer.domain.bounded_text import shortened
from deployer.domain.errors import FieldError, InvalidRequestError, TooLargeError

MAX_NAMED_FIELDS = 50
"""An answer of a Lambda has at most 6 MB; and nobody mends more at once."""
MAX_REASON_LENGTH = 300
"""Some reasons repeat what was sent, such as a host."""


_REASONS = {
    "missing": "is missing",
    "string_type": "must be a string",
    "string_too_short": "must not be empty",
    "string_unicode": "holds half of a character, a lone surrogate",
    "string_too_long": "must have at most {max_length} characters",
    "int_type": "must be an integer",
    "int_from_float": "must be an integer",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "tuple_type": "must be an array",
    "model_type": "must be an object",
}
"""By pydantic's error type (https://docs.pydantic.dev/latest/errors/validation_errors/)."""


class AttachmentTooLargeError(ValueError):
    """The decoded attachment is above its limit."""


def request_error(
    exc: ValidationError, reasons: Mapping[str, str]
) -> InvalidRequestError | TooLargeError:
    """Translate pydantic's error into ours.

    `reasons`: by field, where pydantic's own words would puzzle a caller.
    """
    fields: dict[str, str] = {}
    for error in exc.errors(include_url=False, include_input=False):
        path = _field_path(error["loc"])
        cause = error.get("ctx", {}).get("error")
        if isinstance(cause, AttachmentTooLargeError):
            return TooLargeError(f"{path} {cause}")
        place = next((name for name in reasons if path.split("[")[0] == name), None)
        if place == "checks" and "]" in path:
            path, place = path[: path.index("]") + 1], "checks[]"
        fields.setdefault(path, reasons.get(place or "") or str(cause or _in_json(error)))
    return invalid_fields("the request has invalid fields", list(fields.items()))


def _in_json(error: ErrorDetails) -> str:
    """The reason in the words of JSON, where pydantic uses Python's."""
    reason = _REASONS.get(error["type"])
    return reason.format(**error.get("ctx", {})) if reason else error["msg"]


def invalid_fields(message: str, found: list[tuple[str, str]]) -> InvalidRequestError:
    """An error that names the fields (path, reason), the first of them if they are very many."""
    named = found[:MAX_NAMED_FIELDS]
    if len(found) > len(named):
        message += f"; the first {len(named)} of {len(found)} are named"
    return InvalidRequestError(
        message,
        tuple(FieldError(path, shortened(reason, MAX_REASON_LENGTH)) for path, reason in named),
    )


def _field_path(location: tuple[int | str, ...]) -> str:
    """`("checks", 0, "str")` → `checks[0]`: the caller's own field, without our type names."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part in ("JavaScriptCheck", "constrained-str", "str"):
            continue
        else:
            path += f".{part}" if path else part
    return path
