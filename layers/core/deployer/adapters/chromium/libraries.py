"""Libraries of CDNs from npm packages on this machine: no internet, and the very same bytes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from deployer.adapters.chromium.answers import Asked, Reply
from deployer.adapters.chromium.published import media_type

_NPM_PATH = re.compile(r"(?P<name>@[^/@]+/[^/@]+|[^/@]+)(?:@(?P<version>[^/]+))?(?:/(?P<path>.*))?")
_BARE_FILE = {"cdn.jsdelivr.net": ("jsdelivr", "browser", "main"), "unpkg.com": ("unpkg", "main")}
"""The fields of package.json that name what a CDN serves for a package alone, first found."""
_CDNJS = {
    "bootstrap": ("bootstrap", "dist/"),
    "twitter-bootstrap": ("bootstrap", "dist/"),
    "highlight.js": ("@highlightjs/cdn-assets", ""),
    "marked": ("marked", ""),
}
"""cdnjs has names and folders of its own: its name, the package's, and the files' folder."""
_GITHUB = {"highlightjs/cdn-release": ("@highlightjs/cdn-assets", "build/")}
"""Repositories that jsdelivr serves and npm has too, and the folder that npm leaves out."""


class MirroredLibraries:
    """`Source` for what jsdelivr, unpkg and cdnjs would serve of the packages below `folder`, each
    in `<name>@<version>/`. What is not there is left to other sources: an answer of another version
    could make a page seem wrong that is right."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, asked: Asked) -> Reply | None:
        url = urlsplit(asked.url)
        if asked.method != "GET" or url.query:
            return None
        wanted = _wanted(url.hostname or "", unquote(url.path))
        package = self._package(wanted) if wanted else None
        if wanted is None or package is None:
            return None
        path = wanted.path or _bare_file(package, url.hostname or "")
        # jsdelivr makes the minified file of one that has none.
        for name in (path, path.replace(".min.", ".")):
            file = (package / name).resolve()
            if file.is_relative_to(package.resolve()) and file.is_file():
                return Reply(200, _headers(name), file.read_bytes())
        return None

    def _package(self, wanted: _Wanted) -> Path | None:
        """The newest version that a range (`5`, `^5.3`, none for any) allows."""
        prefix = wanted.version.lstrip("^~")
        versions = [
            version
            for version in self._versions.get(wanted.name, [])
            if prefix in ("", "latest", version) or version.startswith(f"{prefix}.")
        ]
        return self._folder / f"{wanted.name}@{max(versions, key=_order)}" if versions else None

    @cached_property
    def _versions(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for pattern in ("*/package.json", "@*/*/package.json"):
            for file in self._folder.glob(pattern):
                name, _, version = str(file.parent.relative_to(self._folder)).rpartition("@")
                found.setdefault(name, []).append(version)
        return found


@dataclass(frozen=True)
class _Wanted:
    """The package, version and path in a CDN's address; an empty path is the package's choice."""

    name: str
    version: str
    path: str


def _wanted(host: str, path: str) -> _Wanted | None:
    if host == "unpkg.com" or (host == "cdn.jsdelivr.net" and path.startswith("/npm/")):
        named = _NPM_PATH.fullmatch(path.removeprefix("/npm").lstrip("/"))
        return _Wanted(*named.groups("")) if named else None
    parts = path.lstrip("/").split("/", 4)
    if len(parts) < 5:
        return None
    if host == "cdn.jsdelivr.net" and parts[0] == "gh":
        repository, _, version = f"{parts[1]}/{parts[2]}".partition("@")
        package, left_out = _GITHUB.get(repository, ("", ""))
        inner = f"{parts[3]}/{parts[4]}".removeprefix(left_out)
        return _Wanted(package, version, inner) if package else None
    if host == "cdnjs.cloudflare.com" and parts[:2] == ["ajax", "libs"]:
        package, folder = _CDNJS.get(parts[2], ("", ""))
        return _Wanted(package, parts[3], f"{folder}{parts[4]}") if package else None
    return None


def _bare_file(package: Path, host: str) -> str:
    described: dict[str, Any] = json.loads((package / "package.json").read_text())
    named = (described.get(field) for field in _BARE_FILE[host])
    return next((name for name in named if isinstance(name, str)), "index.js")


def _order(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _headers(name: str) -> dict[str, str]:
    return {"Content-Type": media_type(name), "Access-Control-Allow-Origin": "*"}
