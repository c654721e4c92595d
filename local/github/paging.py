"""Lists in pages, with the Link header that leads from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, request

from local.github.answers import json_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def page_of(listed: Sequence[Any], body: Callable[[Any], dict[str, Any]]) -> Response:
    """Answer the page that ``per_page`` and ``page`` of the query ask for."""
    size = min(max(request.args.get("per_page", 30, type=int), 1), 100)
    number = max(request.args.get("page", 1, type=int), 1)
    last = max(1, -(-len(listed) // size))
    answer = json_answer([body(one) for one in listed[(number - 1) * size : number * size]])
    relations = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    if number <= 1:
        relations = {name: relations[name] for name in ("next", "last")}
    if number >= last:
        relations = {name: relations[name] for name in ("prev", "first") if name in relations}
    links = [
        f'<{request.base_url}?{urlencode({**request.args, "page": to})}>; rel="{name}"'
        for name, to in relations.items()
    ]
    if links:
        answer.headers["Link"] = ", ".join(links)
    return answer
