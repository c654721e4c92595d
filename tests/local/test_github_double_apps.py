"""A GitHub App of the double: its JWTs are checked, and its tokens expire."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from local.github import RunningGitHub, serve
from tests.support import github_app

NOON = 1_800_000_000
FINE = {"iss": github_app.APP_ID, "iat": NOON - 60, "exp": NOON + 540}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningGitHub]:
    with serve(tmp_path, **github_app.with_app()) as running:
        running.double.clock.stop(NOON)
        yield running


def ask(
    hub: RunningGitHub, claims: dict[str, Any], body: dict[str, Any] | None = None,
    key: str | None = None, algorithm: str = "RS256",
    installation: int = github_app.INSTALLATION_ID,
) -> requests.Response:  # fmt: skip
    signed = jwt.encode(claims, key or github_app.private_key(), algorithm=algorithm)
    address = f"{hub.url}/app/installations/{installation}/access_tokens"
    return requests.post(
        address, json=body, headers={"Authorization": f"Bearer {signed}"}, timeout=10
    )


def create(hub: RunningGitHub, token: str, path: str = "/orgs/acme/repos") -> int:
    headers = {"Authorization": f"token {token}"}
    body = {"name": "todo"}
    return requests.post(f"{hub.url}{path}", json=body, headers=headers, timeout=10).status_code


def test_a_token_creates_in_its_organisation_only_and_for_an_hour(hub: RunningGitHub) -> None:
    given = ask(hub, FINE)
    assert given.status_code == 201
    assert given.json()["expires_at"] == "2027-01-15T09:00:00Z"
    token = given.json()["token"]
    assert create(hub, token) == 201
    assert create(hub, token, "/user/repos") == 403
    hub.double.clock.advance(3599)
    assert create(hub, token) == 422
    hub.double.clock.advance(1)
    assert create(hub, token) == 401


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"exp": NOON}, "'Expiration time' claim"),
        ({"exp": NOON + 601}, "too far in the future"),
        ({"iat": NOON + 1}, "'Issued at' claim"),
        ({"iss": "somebody-else"}, "Integration not found"),
        ({"iat": None}, "could not be decoded"),
    ],
    ids=["expired", "too long", "from the future", "another app", "no iat"],
)
def test_a_jwt_with_wrong_claims_is_refused(
    hub: RunningGitHub, claims: dict[str, Any], said: str
) -> None:
    changed = {name: value for name, value in {**FINE, **claims}.items() if value is not None}
    refused = ask(hub, changed)
    assert refused.status_code == 401
    assert said in refused.json()["message"]


def test_a_jwt_that_another_key_has_signed_is_refused(hub: RunningGitHub) -> None:
    refused = ask(hub, FINE, key="x" * 40, algorithm="HS256")
    assert (refused.status_code, refused.json()["message"]) == (
        401,
        "A JSON web token could not be decoded",
    )


def test_another_installation_is_not_found(hub: RunningGitHub) -> None:
    assert ask(hub, FINE, installation=1).status_code == 404


def test_permissions_that_the_app_does_not_have_are_refused(hub: RunningGitHub) -> None:
    assert ask(hub, FINE, {"permissions": {"pages": "write"}}).status_code == 201
    assert ask(hub, FINE, {"permissions": {"workflows": "write"}}).status_code == 422
