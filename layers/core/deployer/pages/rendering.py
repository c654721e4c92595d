"""HTML from the templates of this folder, and the files that pages load.

Every value is escaped: briefs, checks, console messages and answers of foreign servers come from
people whom nobody knows. A page loads its own stylesheet and script and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True)
class Asset:
    """A file that pages load. Its address names its content, so it may be cached for ever."""

    media_type: str
    text: str


def rendered(template: str, **values: Any) -> str:
    """The template filled in; `root` leads from the page's address to the API's own.

    Raises:
        UndefinedError: a value that the template needs is missing.
    """
    return _environment().get_template(template).render(**values)


def asset(address: str) -> Asset | None:
    """The file at this address, `NAME-HASH.TYPE`; None if no page links to it."""
    return _assets().get(address)


def stylesheet() -> str:
    """The look of our pages, for a page that is served elsewhere."""
    return (_FOLDER / "assets/style.css").read_text("utf-8")


def policy(picture_origins: Collection[str] = ()) -> str:
    """The Content-Security-Policy of our pages; pictures also come from these origins."""
    pictures = " ".join(["'self'", *sorted(picture_origins)])
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src {pictures}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["readable"] = _readable
    environment.tests["web_address"] = lambda text: text.startswith(("https://", "http://"))
    environment.globals["asset"] = lambda name: _addresses()[name]
    return environment


def _readable(moment: str) -> str:
    """An ISO time as `27 Nov 2026, 20:03:11 UTC`."""
    return f"{datetime.fromisoformat(moment):%d %b %Y, %H:%M:%S} UTC"


@cache
def _addresses() -> dict[str, str]:
    """The address of each file, by its name."""
    files = [path for path in (_FOLDER / "assets").iterdir() if path.suffix in _TYPES]
    return {path.name: _address(path) for path in files}


def _address(path: Path) -> str:
    mark = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return f"{path.stem}-{mark}{path.suffix}"


@cache
def _assets() -> dict[str, Asset]:
    return {
        address: Asset(_TYPES[Path(name).suffix], (_FOLDER / "assets" / name).read_text("utf-8"))
        for name, address in _addresses().items()
    }
