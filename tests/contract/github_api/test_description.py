"""An exchange that is not as GitHub describes is seen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.contract.github_api.description import Exchange, violations

ERROR = json.dumps({"message": "Conflict", "documentation_url": "https://docs.github.com"}).encode()
FINE = Exchange(
    method="POST",
    path="/repos/octocat/site/pages",
    query="",
    sent=b'{"build_type": "legacy", "source": {"branch": "main", "path": "/"}}',
    status=409,
    headers={"Content-Type": "application/json; charset=utf-8"},
    answered=ERROR,
)


def test_an_exchange_as_described_is_fine() -> None:
    assert violations(FINE) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"path": "/repos/octocat/site/page"}, "not an operation"),
        ({"method": "PATCH"}, "not an operation"),
        ({"query": "force=1"}, "the query has force"),
        ({"sent": b""}, "no body"),
        ({"sent": b'{"build_type": "jekyll"}'}, "'jekyll' is not one of"),
        ({"sent": b'{"source": {"branch": "main", "folder": "/"}}'}, "'folder' was unexpected"),
        ({"sent": b'{"source": {"path": "/"}}'}, "'branch' is a required property"),
        ({"sent": b"{}"}, "is not valid under any of the given schemas"),
        ({"status": 204, "answered": b""}, "this status is not described"),
        ({"answered": b'{"message": 3}'}, "3 is not of type 'string'"),
        ({"headers": {"Content-Type": "text/plain"}}, "not application/json"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_described_is_said(changes: dict[str, Any], said: str) -> None:
    assert said in "\n".join(violations(replace(FINE, **changes)))


def test_a_header_that_is_described_must_be_there() -> None:
    created = replace(FINE, path="/user/repos", sent=b'{"name": "site"}', status=201)
    assert any("the header Location is missing" in one for one in violations(created))
