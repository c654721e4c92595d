"""Serving the double on loopback, in this process or as its only work."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local import serving
from local.github.app import create_app
from local.github.double import EXTENSION
from local.serving import QuietHandler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from local.github.double import GitHubDouble
    from local.github.request_log import LoggedRequest
    from local.github.transport import Transport


class Handler(QuietHandler):
    """Closes the connection when the double drops an answer."""

    def connection_dropped(self, *_: Any, **__: Any) -> None:
        # Without an answer werkzeug would keep the connection and wait for the next request.
        self.close_connection = True


@dataclass(frozen=True)
class RunningGitHub:
    """A double that answers on a port of this machine."""

    url: str
    app: Flask

    @property
    def double(self) -> GitHubDouble:
        """Its state and settings."""
        double: GitHubDouble = self.app.extensions[EXTENSION]
        return double

    @property
    def git_url(self) -> str:
        """The URL that repositories are pushed to and cloned from."""
        return f"{self.url}/git"

    @property
    def pages_url(self) -> str:
        """The URL of the sites."""
        return f"{self.url}/pages"

    @property
    def owner(self) -> str:
        """The login of the token's user."""
        return self.double.accounts.login

    @property
    def token(self) -> str:
        """The only token that is accepted."""
        return self.double.accounts.token

    def requests(self, surface: str | None = None) -> list[LoggedRequest]:
        """Return what was received so far, on one surface or on all."""
        entries = self.double.log.entries()
        return [one for one in entries if surface in (None, one.surface)]


@contextmanager
def serve(data_directory: Path | str, *, port: int = 0, **settings: Any) -> Iterator[RunningGitHub]:
    """Run the double in a thread of this process; ``settings`` are those of ``create_app``."""
    app = create_app(data_directory, **settings)
    transport: Transport = app.wsgi_app  # type: ignore[assignment]
    with serving.serve(app, port, Handler) as url:
        try:
            yield RunningGitHub(url, app)
        finally:
            transport.stop_hanging()
