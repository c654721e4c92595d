"""REST: the deployments that Pages makes, one for each build, and how far each is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from local.github.answers import not_found
from local.github.clock import github_timestamp
from local.github.double import current_double
from local.github.pages_builds import BuildState, build_states
from local.github.paging import page_of
from local.github.repositories import Repository
from local.github.representation import Addresses, node_id
from local.github.rest_accounts import account_body
from local.github.rest_repositories import moved_or_not_found, visible

routes = Blueprint("deployments", __name__)

ENVIRONMENT = "github-pages"
TASK = "deploy"
MOST_BUILDS = 10_000
"""Of one repository, so that a deployment's id says which of whose it is."""
LIST_PAGE = "/deployments/deployments#list-deployments"
STATUSES_PAGE = "/deployments/statuses#list-deployment-statuses"


@routes.get("/repos/<owner>/<name>/deployments")
def deployments(owner: str, name: str) -> Response:
    """List the deployments, newest first; sha, ref, task and environment choose among them."""
    double = current_double()
    repository = visible(double.repositories.find(owner, name))
    if repository is None:
        return moved_or_not_found(owner, name, LIST_PAGE)
    states = enumerate(build_states(double, repository))
    found = [(number, state) for number, state in states if _is_asked_for(repository, state)]
    return page_of(found[::-1], lambda one: _deployment(repository, *one))


@routes.get("/repos/<owner>/<name>/deployments/<int:deployment_id>/statuses")
def statuses(owner: str, name: str, deployment_id: int) -> Response:
    """List how far a deployment is, newest first."""
    double = current_double()
    repository = visible(double.repositories.find(owner, name))
    if repository is None:
        return moved_or_not_found(owner, name, STATUSES_PAGE)
    repository_id, number = divmod(deployment_id, MOST_BUILDS)
    states = build_states(double, repository)
    if repository_id != repository.id or number >= len(states):
        return not_found(STATUSES_PAGE)
    words = ["success", "in_progress"] if states[number].status == "built" else ["in_progress"]
    return page_of(words, lambda word: _status(repository, number, states[number], word))


def _is_asked_for(repository: Repository, state: BuildState) -> bool:
    own = {"sha": state.commit, "ref": _branch(repository)}
    own |= {"task": TASK, "environment": ENVIRONMENT}
    return all(request.args.get(name, value) == value for name, value in own.items())


def _branch(repository: Repository) -> str:
    return repository.pages.branch if repository.pages else ""


def _deployment(repository: Repository, number: int, state: BuildState) -> dict[str, Any]:
    return {
        **_common(repository, number, state),
        "url": _address(repository, number),
        "sha": state.commit,
        "ref": _branch(repository),
        "task": TASK,
        "payload": {},
        "original_environment": ENVIRONMENT,
        "description": None,
        "statuses_url": f"{_address(repository, number)}/statuses",
        "transient_environment": False,
        "production_environment": False,
    }


def _status(repository: Repository, number: int, state: BuildState, word: str) -> dict[str, Any]:
    site = Addresses(request.host_url).pages(repository) if word == "success" else ""
    return {
        **_common(repository, number, state),
        "url": f"{_address(repository, number)}/statuses/1",
        "state": word,
        "description": "",
        "target_url": "",
        "log_url": "",
        "environment_url": site,
        "deployment_url": _address(repository, number),
    }


def _common(repository: Repository, number: int, state: BuildState) -> dict[str, Any]:
    deployment_id = repository.id * MOST_BUILDS + number
    return {
        "id": deployment_id,
        "node_id": node_id("DE", deployment_id),
        "environment": ENVIRONMENT,
        "creator": account_body(current_double().accounts.login),
        "created_at": github_timestamp(state.started_at),
        "updated_at": github_timestamp(state.changed_at),
        "repository_url": Addresses(request.host_url).api(repository),
        "performed_via_github_app": None,
    }


def _address(repository: Repository, number: int) -> str:
    api = Addresses(request.host_url).api(repository)
    return f"{api}/deployments/{repository.id * MOST_BUILDS + number}"
