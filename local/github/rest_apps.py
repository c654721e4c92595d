"""REST: what a GitHub App asks as itself."""

from __future__ import annotations

from flask import Blueprint, Response, request

from local.github.answers import error, json_answer, not_found
from local.github.clock import github_timestamp
from local.github.double import current_double

routes = Blueprint("apps", __name__)

TOKEN_PAGE = "/apps/apps#create-an-installation-access-token-for-an-app"  # noqa: S105


@routes.post("/app/installations/<int:installation_id>/access_tokens")
def create_token(installation_id: int) -> Response:
    """Give the App a token for its installation: an hour's, with the permissions asked for."""
    double = current_double()
    installation = double.accounts.installation
    if installation is None or installation.id != installation_id:
        return not_found(TOKEN_PAGE)
    asked = (request.get_json(silent=True) or {}).get("permissions") or installation.permissions
    if not asked.items() <= installation.permissions.items():
        message = "The permissions requested are not granted to this installation."
        return error(422, message, page=TOKEN_PAGE)
    token, expires_at = installation.new_token(double.clock.now())
    body = {
        "token": token,
        "expires_at": github_timestamp(expires_at),
        "permissions": installation.permissions,
        "repository_selection": "all",
    }
    return json_answer(body, 201)
