"""A site at its address, as GitHub Pages would serve it."""

from __future__ import annotations

from mimetypes import MimeTypes
from urllib.parse import quote, unquote, urlsplit

from deployer.adapters.chromium.answers import Asked, Reply
from deployer.domain.site import Site

HOST = "app.invalid"
"""A name that can never be resolved: if interception failed, nothing would be asked."""
SITE_URL = f"https://{HOST}/site/"
"""Secure, and below a folder as a project's page is: `/script.js` is not the site's."""

_TYPES = MimeTypes(filenames=())
for _ending, _type in {
    ".cjs": "text/javascript",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".md": "text/markdown",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".geojson": "application/geo+json",
}.items():
    _TYPES.add_type(_type, _ending)
_TEXTUAL = ("text/", "application/json", "application/xml", "application/manifest", "image/svg")


def media_type(path: str) -> str:
    """The Content-Type of a file, by its ending."""
    found = _TYPES.guess_type(path)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith(_TEXTUAL) else found


class PublishedSite:
    """`Source` for everything at the site's host: its files, and 404 for the rest."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __call__(self, asked: Asked) -> Reply | None:
        parts = urlsplit(asked.url)
        if parts.hostname != HOST:
            return None
        if asked.method not in ("GET", "HEAD"):
            return Reply(405, {"Content-Type": "text/html"}, b"405 Not Allowed")
        return self._reply(unquote(parts.path))

    def _reply(self, url_path: str) -> Reply:
        folder = urlsplit(SITE_URL).path
        path = url_path.removeprefix(folder) if url_path.startswith(folder) else "?"
        if f"{path}/index.html" in self._site:
            return Reply(301, {"Location": f"https://{HOST}{quote(url_path)}/"})
        folders_page = path.endswith("/") or not path
        for name in (f"{path}index.html",) if folders_page else (path, f"{path}.html"):
            if name in self._site:
                headers = {"Content-Type": media_type(name), "Access-Control-Allow-Origin": "*"}
                return Reply(200, headers, self._site[name])
        body = self._site.get("404.html", b"<h1>404</h1>")
        return Reply(404, {"Content-Type": "text/html; charset=utf-8"}, body)
