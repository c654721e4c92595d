"""The application: all routes joined around one double."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from local.github import (
    control,
    git_http,
    pages_site,
    repository_page,
    rest_accounts,
    rest_apps,
    rest_deployments,
    rest_pages,
    rest_repositories,
)
from local.github.access import add_github_headers, admit_rest_request
from local.github.answers import not_found
from local.github.clock import Clock
from local.github.double import EXTENSION, Accounts, GitHubDouble
from local.github.faults import Faults
from local.github.git_commands import http_backend
from local.github.limits import Limits
from local.github.repositories import RepositoryStore
from local.github.request_log import RequestLog
from local.github.transport import UNLOGGED, Transport, surface_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from werkzeug.exceptions import HTTPException

    from local.github.app_installation import AppInstallation

OWNER = "local-student"
TOKEN = "local-github-token"  # noqa: S105  opens nothing but this double
LOG_FILE = "github-requests.jsonl"


def create_app(
    data_directory: Path | str,
    *,
    owner: str = OWNER,
    token: str = TOKEN,
    organizations: Collection[str] = (),
    installation: AppInstallation | None = None,
    may_write_workflows: bool = False,
    pages_delay: float = 0.0,
    log: Path | None = None,
) -> Flask:
    """Make the WSGI application; its state lies in the data directory, and the log, too, or not.

    Raises:
        GitMissingError: this machine has no git, or one that cannot serve HTTP.
    """
    http_backend()
    data = Path(data_directory)
    clock = Clock()
    double = GitHubDouble(
        accounts=Accounts(owner, token, tuple(organizations), installation, may_write_workflows),
        clock=clock,
        repositories=RepositoryStore(data / "repositories"),
        limits=Limits(clock),
        faults=Faults(),
        log=RequestLog(log or data / LOG_FILE),
        pages_delay=pages_delay,
    )
    app = Flask(__name__)
    app.extensions[EXTENSION] = double
    app.url_map.merge_slashes = False
    for part in (rest_accounts, rest_apps, rest_repositories, rest_pages, rest_deployments):
        app.register_blueprint(part.routes)
    for part in (repository_page, git_http, pages_site, control):
        app.register_blueprint(part.routes)
    app.register_error_handler(404, _unknown_address)
    app.register_error_handler(405, _unknown_address)
    app.before_request(_admit)
    app.after_request(_complete)
    app.wsgi_app = Transport(app.wsgi_app, double)  # type: ignore[method-assign]
    return app


def _is_rest() -> bool:
    return surface_of(request.path) == "rest" and not request.path.startswith(UNLOGGED)


def _admit() -> Response | None:
    return admit_rest_request() if _is_rest() else None


def _complete(response: Response) -> Response:
    return add_github_headers(response) if _is_rest() else response


def _unknown_address(_: HTTPException) -> Response:
    # GitHub's answer also to a method that an address does not take.
    return not_found()
