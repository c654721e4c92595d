"""A WSGI layer that keeps every REST request and its answer."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from local.github.transport import UNLOGGED, surface_of
from tests.contract.github_api.description import Exchange

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from local.github.server import RunningGitHub


class Recorder:
    """Every exchange with the local GitHub since the recorder was put around it."""

    def __init__(self, github: RunningGitHub) -> None:
        self.exchanges: list[Exchange] = []
        self._application: WSGIApplication = github.app.wsgi_app
        github.app.wsgi_app = self

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if surface_of(path) != "rest" or path.startswith(UNLOGGED):
            return self._application(environ, start_response)
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(sent)
        status, headers, answered = None, {}, b""

        def recorded_start(line: str, fields: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status, headers
            status, headers = int(line.split()[0]), dict(fields)
            return start_response(line, fields, *rest)

        try:
            answered = b"".join(self._application(environ, recorded_start))
        finally:
            query = environ.get("QUERY_STRING", "")
            self.exchanges.append(
                Exchange(environ["REQUEST_METHOD"], path, query, sent, status, headers, answered)
            )
        return [answered]
