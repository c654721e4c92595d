"""A request's body as a JSON object, read strictly: what parsers read differently is refused."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from deployer.domain.errors import FieldError, InvalidRequestError

MAX_DEPTH = 20
MAX_DIGITS = 1000
"""Of an integer. Python itself reads no more than 4,300."""
# Possessive, and at its end a string may be cut short: it never goes back over what it has read.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def parse_object(raw: bytes) -> dict[str, Any]:
    """
    Raises:
        InvalidRequestError: it is no JSON object in UTF-8, is nested too deeply, gives a field
            twice, or holds a number that JSON or a record has no room for.
    """
    try:
        text = raw.decode("utf-8-sig")
        _check_depth(text)
        value = json.loads(
            text,
            object_pairs_hook=_fields,
            parse_constant=_no_number,
            parse_int=_integer,
        )
    except InvalidRequestError:
        raise
    except (ValueError, RecursionError) as exc:
        raise InvalidRequestError(f"the body is not valid JSON: {exc}") from exc
    if not isinstance(value, dict):
        raise InvalidRequestError("the body must be a JSON object")
    return value


def _check_depth(text: str) -> None:
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise InvalidRequestError(f"the body is nested more than {MAX_DEPTH} levels deep")


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            shown = name[:100].encode("ascii", "backslashreplace").decode()
            raise InvalidRequestError(
                "the body gives a field twice", (FieldError(shown, "is given twice"),)
            )
        fields[name] = value
    return fields


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number has more than {MAX_DIGITS} digits")
    return int(digits)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
