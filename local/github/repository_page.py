"""The page that a person sees who follows a repository's link: its commits and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template_string, request

from deployer.pages.rendering import stylesheet
from local.github.double import current_double
from local.github.git_commands import run_git
from local.github.representation import Addresses

if TYPE_CHECKING:
    from pathlib import Path

routes = Blueprint("web", __name__, url_prefix="/git")

REPOSITORY = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ one.full_name }}</title><style>{{ style|safe }}</style></head><body><main>
<h1><a href="/git/{{ one.owner }}">{{ one.owner }}</a>/{{ one.name }}</h1>
<p>{{ one.description or "" }}</p>
<p><code>git clone {{ clone_url }}</code></p>
{% if one.pages %}<p>Pages: <a href="{{ pages_url }}">{{ pages_url }}</a></p>{% endif %}
<h2>Commits</h2><ol>{% for commit in commits %}
<li><code>{{ commit.sha[:10] }}</code> {{ commit.subject }}, {{ commit.date }}</li>
{% else %}<li>none yet</li>{% endfor %}</ol>
<h2>Files</h2><ul>{% for file in files %}<li>{{ file }}</li>{% endfor %}</ul>
</main></body></html>"""
ACCOUNT = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ login }}</title><style>{{ style|safe }}</style></head><body><main><h1>{{ login }}</h1>
<p>A local stand-in for GitHub, with real git repositories.</p>
<ul>{% for one in repositories %}<li><a href="/git/{{ one.full_name }}">{{ one.name }}</a>
{{ one.description or "" }}</li>{% else %}<li>no repository yet</li>{% endfor %}</ul>
</main></body></html>"""


@dataclass(frozen=True)
class _Commit:
    sha: str
    subject: str
    date: str


@routes.get("/<login>")
def account(login: str) -> tuple[str, int]:
    """List an account's public repositories."""
    double = current_double()
    if double.accounts.spelled(login) is None:
        return "not found", 404
    public = [one for one in double.repositories.owned_by(login) if not one.private]
    return render_template_string(
        ACCOUNT, login=login, repositories=public, style=stylesheet()
    ), 200


@routes.get("/<owner>/<name>")
def repository(owner: str, name: str) -> tuple[str, int]:
    """Show one repository."""
    double = current_double()
    one = double.repositories.find(owner, name.removesuffix(".git"))
    if one is None or one.private:
        return "not found", 404
    where, directory = Addresses(request.host_url), double.repositories.git_directory(one)
    empty = double.repositories.head(one, one.default_branch) is None
    shown = render_template_string(
        REPOSITORY,
        one=one,
        style=stylesheet(),
        clone_url=f"{where.web(one)}.git",
        pages_url=where.pages(one),
        commits=[] if empty else _commits(directory, one.default_branch),
        files=[] if empty else _files(directory, one.default_branch),
    )
    return shown, 200


def _commits(directory: Path, branch: str) -> list[_Commit]:
    listed = run_git(directory, "log", "--max-count=50", "--format=%H%x00%s%x00%cI", branch)
    lines = listed.decode("utf-8", "replace").splitlines()
    return [_Commit(*line.split("\0")) for line in lines]


def _files(directory: Path, branch: str) -> list[str]:
    listed = run_git(directory, "ls-tree", "-r", "-z", "--name-only", branch)
    return [name for name in listed.decode("utf-8", "replace").split("\0") if name]
