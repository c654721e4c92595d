"""REST: creating, reading, renaming and deleting repositories."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, g, request

from local.github.access import not_for_installations
from local.github.answers import (
    DOCUMENTATION,
    error,
    json_answer,
    not_found,
    requires_authentication,
)
from local.github.double import current_double
from local.github.paging import page_of
from local.github.repositories import NameTakenError, Repository
from local.github.representation import Addresses, listed_repository
from local.github.representation import repository as repository_body
from local.github.rest_accounts import account_body

routes = Blueprint("repositories", __name__)

CREATE_PAGE = "/repos/repos#create-a-repository-for-the-authenticated-user"
CREATE_IN_ORG_PAGE = "/repos/repos#create-an-organization-repository"
GET_PAGE = "/repos/repos#get-a-repository"
UPDATE_PAGE = "/repos/repos#update-a-repository"
LONGEST_NAME = 100
LONGEST_DESCRIPTION = 350
SETTINGS = ("has_issues", "has_projects", "has_wiki", "has_discussions", "homepage", "private")


@routes.post("/user/repos")
def create_for_user() -> Response:
    """Create a repository of the token's user."""
    if g.identity == "installation":
        return not_for_installations()
    return _create(current_double().accounts.login, CREATE_PAGE)


@routes.post("/orgs/<organization>/repos")
def create_for_organization(organization: str) -> Response:
    """Create a repository of an organisation that the user may write to."""
    accounts = current_double().accounts
    owner = accounts.spelled(organization, among=accounts.organizations)
    return _create(owner, CREATE_IN_ORG_PAGE) if owner else not_found(CREATE_IN_ORG_PAGE)


@routes.get("/user/repos")
def repositories_of_token_user() -> Response:
    """List the repositories of the token's user."""
    if not g.signed_in:
        return requires_authentication()
    if g.identity == "installation":
        return not_for_installations()
    return _listed(current_double().accounts.login)


@routes.get("/users/<login>/repos")
@routes.get("/orgs/<login>/repos")
def repositories_of(login: str) -> Response:
    """List an account's repositories."""
    spelled = current_double().accounts.spelled(login)
    return _listed(spelled) if spelled else not_found()


@routes.get("/repos/<owner>/<name>")
def by_name(owner: str, name: str) -> Response:
    """Answer a repository, or where it has moved to."""
    found = visible(current_double().repositories.find(owner, name))
    return json_answer(_body(found)) if found else moved_or_not_found(owner, name, GET_PAGE)


@routes.get("/repositories/<int:repository_id>")
def by_id(repository_id: int) -> Response:
    """Answer a repository by the id that it keeps for life."""
    found = visible(current_double().repositories.find_by_id(repository_id))
    return json_answer(_body(found)) if found else not_found(GET_PAGE)


@routes.patch("/repos/<owner>/<name>")
def update(owner: str, name: str) -> Response:
    """Change a repository's name, description or settings."""
    store = current_double().repositories
    found = store.find(owner, name)
    if found is None:
        return moved_or_not_found(owner, name, UPDATE_PAGE)
    fields = _fields()
    if isinstance(fields, Response):
        return fields
    problem = _problem({"name": found.name, **fields})
    if problem:
        return _refused(problem, UPDATE_PAGE)
    try:
        wanted = _safe_name(fields.get("name", found.name))
        if wanted != found.name:
            store.rename(found, wanted)
    except NameTakenError:
        return _refused("name already exists on this account", UPDATE_PAGE)
    for setting in {"description", *SETTINGS} & fields.keys():
        setattr(found, setting, fields[setting])
    store.save(found)
    return json_answer(_body(found))


@routes.delete("/repos/<owner>/<name>")
def delete(owner: str, name: str) -> Response:
    """Delete a repository for good."""
    store = current_double().repositories
    found = store.find(owner, name)
    if found is None:
        return moved_or_not_found(owner, name, "/repos/repos#delete-a-repository")
    store.delete(found)
    return Response(status=204)


def visible(repository: Repository | None) -> Repository | None:
    """Return the repository unless it is one that the asker may not know about."""
    hidden = repository is not None and repository.private and not g.signed_in
    return None if hidden else repository


def moved_or_not_found(owner: str, name: str, page: str) -> Response:
    """Answer 301 for a name that a repository had once, else 404."""
    moved = visible(current_double().repositories.find_moved(owner, name))
    if moved is None:
        return not_found(page)
    tail = request.path.removeprefix(f"/repos/{owner}/{name}")
    target = f"{request.host_url}repositories/{moved.id}{tail}"
    status = 301 if request.method in ("GET", "HEAD") else 307
    message = "Moved Permanently" if status == 301 else "Temporary Redirect"
    guide = f"{DOCUMENTATION}{page}"
    answer = json_answer({"message": message, "url": target, "documentation_url": guide}, status)
    answer.headers["Location"] = target
    return answer


def _create(owner: str, page: str) -> Response:
    fields = _fields()
    if isinstance(fields, Response):
        return fields
    problem = _problem(fields)
    if problem:
        return _refused(problem, page)
    double = current_double()
    now = double.clock.now()
    settings = {name: fields[name] for name in SETTINGS if fields.get(name) is not None}
    draft = Repository(
        id=0,
        owner=owner,
        name=_safe_name(fields["name"]),
        created_at=now,
        pushed_at=now,
        description=fields.get("description") or None,
        **settings,
    )
    try:
        created = double.repositories.create(draft)
    except NameTakenError:
        return _refused("name already exists on this account", page)
    answer = json_answer(_body(created), 201)
    answer.headers["Location"] = Addresses(request.host_url).api(created)
    return answer


def _fields() -> dict[str, Any] | Response:
    fields = request.get_json(force=True, silent=True)
    return fields if isinstance(fields, dict) else error(400, "Problems parsing JSON")


def _problem(fields: dict[str, Any]) -> str | None:
    name, description = fields.get("name"), fields.get("description")
    if (
        not isinstance(name, str)
        or not name.strip()
        or name in (".", "..")
        or name.endswith(".git")
    ):
        return "name is invalid"
    if len(name) > LONGEST_NAME:
        return f"name is too long (maximum is {LONGEST_NAME} characters)"
    if not isinstance(description, str | None):
        return "description is not a string"
    if description and len(description) > LONGEST_DESCRIPTION:
        return f"description is too long (maximum is {LONGEST_DESCRIPTION} characters)"
    if description and re.search(r"[\x00-\x1f\x7f]", description):
        return "description control characters are not allowed"
    if any(fields.get(option) for option in ("auto_init", "license_template")):
        return "this double creates empty repositories only: push the first commit"
    return None


def _safe_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name.strip())


def _refused(problem: str, page: str) -> Response:
    field = problem.split()[0] if problem.split()[0] in ("name", "description") else "base"
    detail = {"resource": "Repository", "code": "custom", "field": field, "message": problem}
    message = "Repository creation failed." if page != UPDATE_PAGE else "Validation Failed"
    return error(422, message, errors=[detail], page=page)


def _body(repository: Repository) -> dict[str, Any]:
    owner = account_body(repository.owner)
    where = Addresses(request.host_url)
    return repository_body(repository, owner, where, may_write=g.signed_in)


def _listed(owner: str) -> Response:
    listed = [one for one in current_double().repositories.owned_by(owner) if visible(one)]
    body, where = account_body(owner), Addresses(request.host_url)
    return page_of(listed, lambda one: listed_repository(one, body, where, may_write=g.signed_in))
