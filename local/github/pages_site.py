"""The public side of Pages: a site straight from the commit that its build has published."""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request

from local.github.double import current_double
from local.github.git_commands import read_object
from local.github.pages_builds import served_commit

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.wrappers import Response as AnyResponse

routes = Blueprint("pages", __name__, url_prefix="/pages")

# The machine's own table of types differs from one machine to the next.
TYPES = mimetypes.MimeTypes()
for ending, kind in {
    ".js": "application/javascript",
    ".mjs": "application/javascript",
    ".json": "application/json",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".csv": "text/csv",
    ".yml": "text/yaml",
}.items():
    TYPES.add_type(kind, ending)
TEXT_BESIDE_TEXT = ("application/javascript", "application/json", "application/manifest+json")
NO_SITE = (
    "<!DOCTYPE html><title>Site not found</title><h1>404</h1><p>There isn't a Pages site here.</p>"
)
NO_FILE = "<!DOCTYPE html><title>Page not found</title><h1>404</h1><p>File not found</p>"


@routes.get("/<owner>/<name>", defaults={"path": None})
@routes.get("/<owner>/<name>/", defaults={"path": ""})
@routes.get("/<owner>/<name>/<path:path>")
def page(owner: str, name: str, path: str | None) -> AnyResponse:
    """Serve a file of the site, a folder's index.html, or the 404 page."""
    if path is None:  # relative links work only below the folder
        return redirect(f"{request.path}/", 301)
    double = current_double()
    repository = double.repositories.find(owner, name)
    commit = None if repository is None else served_commit(double, repository)
    if repository is None or repository.pages is None or commit is None:
        return _answer(NO_SITE.encode(), "404.html", 404)
    site = _Site(double.repositories.git_directory(repository), commit, repository.pages.path)
    if path and not path.endswith("/") and site.is_folder(path):
        return redirect(f"{request.path}/", 301)
    for candidate in _candidates(path):
        content = site.file(candidate)
        if content is not None:
            return _answer(content, candidate, 200)
    return _answer(site.file("404.html") or NO_FILE.encode(), "404.html", 404)


class _Site:
    def __init__(self, git_directory: Path, commit: str, folder: str) -> None:
        self._git_directory = git_directory
        self._commit = commit
        self._root = folder.strip("/")

    def file(self, path: str) -> bytes | None:
        if self._is_hidden(path):
            return None
        kind, content = self._read(path)
        return content if kind == "blob" else None

    def is_folder(self, path: str) -> bool:
        return self._read(path)[0] == "tree"

    def _read(self, path: str) -> tuple[str, bytes]:
        full = "/".join(part for part in (self._root, path) if part)
        return read_object(self._git_directory, self._commit, full) or ("", b"")

    def _is_hidden(self, path: str) -> bool:
        # Without .nojekyll the site goes through Jekyll, which leaves these out.
        special = any(part.startswith(("_", ".")) for part in path.split("/"))
        return special and self._read(".nojekyll")[0] != "blob"


def _candidates(path: str) -> list[str]:
    return [f"{path}index.html"] if path == "" or path.endswith("/") else [path, f"{path}.html"]


def _answer(content: bytes, path: str, status: int) -> Response:
    kind = TYPES.guess_type(PurePosixPath(path).name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind in TEXT_BESIDE_TEXT:
        kind = f"{kind}; charset=utf-8"
    answer = Response(content, status=status, content_type=kind)
    answer.headers["Cache-Control"] = "max-age=600"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    if status == 200:
        answer.add_etag()
        answer.make_conditional(request, accept_ranges=True, complete_length=len(content))
        del answer.headers["Date"]  # the server adds it, to every answer
    return answer
