"""The form in which a client wants an answer: a page for people, or JSON."""

from __future__ import annotations


def prefers_html(accept: str) -> bool:
    """True if an Accept header (RFC 9110, 12.5.1) ranks HTML above JSON.

    A browser names text/html. curl and most programs send `*/*` or nothing, and get JSON.
    """
    return _quality(accept, "text/html") > _quality(accept, "application/json")


def _quality(accept: str, media_type: str) -> float:
    """The weight of `media_type`, from 0 to 1, by the most exact range that matches it."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        media_range, *parameters = (one.strip() for one in part.split(";"))
        weights[media_range] = _weight(parameters)
    ranges = (media_type, f"{media_type.split('/')[0]}/*", "*/*")
    return next((weights[one] for one in ranges if one in weights), 0.0)


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
