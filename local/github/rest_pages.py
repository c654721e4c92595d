"""REST: enabling and switching Pages, and asking how far its newest build is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from local.github.answers import error, json_answer, not_found
from local.github.double import current_double
from local.github.pages_builds import follow_branch, latest_build
from local.github.repositories import PagesSite, Repository
from local.github.representation import Addresses, pages_build, pages_site
from local.github.rest_accounts import account_body
from local.github.rest_repositories import moved_or_not_found, visible

routes = Blueprint("pages_api", __name__)

CREATE_PAGE = "/pages/pages#create-a-apiname-pages-site"
UPDATE_PAGE = "/pages/pages#update-information-about-a-apiname-pages-site"
GET_PAGE = "/pages/pages#get-a-apiname-pages-site"
BUILD_PAGE = "/pages/pages#get-latest-pages-build"


@routes.post("/repos/<owner>/<name>/pages")
def enable(owner: str, name: str) -> Response:
    """Enable Pages for a branch that has been pushed."""
    double = current_double()
    repository = double.repositories.find(owner, name)
    if repository is None:
        return moved_or_not_found(owner, name, CREATE_PAGE)
    wanted = _wanted_site(request.get_json(force=True, silent=True), repository)
    if isinstance(wanted, Response):
        return wanted
    with double.repositories.lock:
        if repository.pages is not None:
            return error(409, "GitHub Pages is already enabled.", page=CREATE_PAGE)
        if double.repositories.head(repository, wanted.branch) is None:
            message = f"The {wanted.branch} branch must exist before GitHub Pages can be built."
            return error(422, message, page=CREATE_PAGE)
        repository.pages = wanted
        follow_branch(double, repository)
    return json_answer(_site_body(repository, wanted), 201)


@routes.put("/repos/<owner>/<name>/pages")
def switch(owner: str, name: str) -> Response:
    """Change how Pages is built, or from where; a push starts the next build."""
    double = current_double()
    repository = double.repositories.find(owner, name)
    if repository is None:
        return moved_or_not_found(owner, name, UPDATE_PAGE)
    if repository.pages is None:
        return not_found(UPDATE_PAGE)
    wanted = _wanted_site(request.get_json(force=True, silent=True), repository)
    if isinstance(wanted, Response):
        return wanted
    with double.repositories.lock:
        repository.pages = replace(wanted, builds=repository.pages.builds)
        double.repositories.save(repository)
    return Response(status=204)


@routes.get("/repos/<owner>/<name>/pages")
def site(owner: str, name: str) -> Response:
    """Answer what Pages serves of a repository."""
    repository = visible(current_double().repositories.find(owner, name))
    if repository is None:
        return moved_or_not_found(owner, name, GET_PAGE)
    if repository.pages is None:
        return not_found(GET_PAGE)
    return json_answer(_site_body(repository, repository.pages))


@routes.get("/repos/<owner>/<name>/pages/builds/latest")
def newest_build(owner: str, name: str) -> Response:
    """Answer the newest build and its commit."""
    double = current_double()
    repository = visible(double.repositories.find(owner, name))
    if repository is None:
        return moved_or_not_found(owner, name, BUILD_PAGE)
    state = latest_build(double, repository)
    if state is None or repository.pages is None:
        return not_found(BUILD_PAGE)
    number = len(repository.pages.builds)
    pusher = account_body(double.accounts.login)
    where = Addresses(request.host_url)
    return json_answer(pages_build(repository, number, state, pusher, where))


def _wanted_site(fields: Any, repository: Repository) -> PagesSite | Response:
    if not isinstance(fields, dict):
        return error(400, "Problems parsing JSON", page=CREATE_PAGE)
    build_type = fields.get("build_type", "legacy")
    source = fields.get("source")
    if build_type not in ("legacy", "workflow") or (source is None and "build_type" not in fields):
        return _invalid('No subschema in "anyOf" matched.')
    if source is None:
        return PagesSite(repository.default_branch, "/", build_type)
    if not isinstance(source, dict) or not isinstance(source.get("branch"), str):
        return _invalid('"branch" wasn\'t supplied.')
    path = source.get("path", "/")
    if path not in ("/", "/docs"):
        return _invalid(f'{path} is not a member of ["/", "/docs"].')
    return PagesSite(source["branch"], path, build_type)


def _invalid(reason: str) -> Response:
    return error(422, f"Invalid request.\n\n{reason}", page=CREATE_PAGE)


def _site_body(repository: Repository, wanted: PagesSite) -> dict[str, Any]:
    state = latest_build(current_double(), repository)
    return pages_site(repository, wanted, state, Addresses(request.host_url))
