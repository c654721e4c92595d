"""The outermost layer: lets a request through, strikes it with a fault, and logs it."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

from local.github.answers import error, plain, request_id
from local.github.limits import PRIMARY_MESSAGE, SECONDARY_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from werkzeug.wrappers import Response

    from local.github.double import GitHubDouble
    from local.github.faults import FaultRule
    from local.github.repositories import Repository
    from local.github.request_log import Surface

COUNTED = "local_github.counted"
UNLOGGED = ("/_control", "/healthz")
ABOUT_A_REPOSITORY = re.compile(r"/(?:repos|git)/([^/]+)/([^/]+?)(?:\.git)?(?:/.*)?")
ABOUT_AN_ID = re.compile(r"/repositories/(\d+)(?:/.*)?")
USUAL_MESSAGES = {401: "Bad credentials", 404: "Not Found", 500: "Server Error"}


class Transport:
    """A WSGI layer around the application; control and health requests pass untouched."""

    def __init__(self, application: WSGIApplication, double: GitHubDouble) -> None:
        self._application = application
        self._double = double
        self._stopping = threading.Event()

    def stop_hanging(self) -> None:
        """Let go of the requests that are being kept waiting."""
        self._stopping.set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(UNLOGGED):
            return self._application(environ, start_response)
        if surface_of(environ["PATH_INFO"]) != "rest":
            return self._serve(environ, start_response)
        with self._double.limits.running():
            return self._serve(environ, start_response)

    def _serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        inside_window = self._double.limits.is_closed()
        fault = self._strike(environ)
        if fault is None:
            return self._pass_on(environ, start_response, inside_window)
        if fault.when == "after" and fault.answer != "not found":
            self._carry_out(environ)
        return self._answer_fault(fault, environ, start_response, inside_window)

    def _strike(self, environ: WSGIEnvironment) -> FaultRule | None:
        repository = self._repository_of(environ["PATH_INFO"])
        age = None if repository is None else self._double.clock.now() - repository.created_at
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        return self._double.faults.strike(method, path, environ.get("QUERY_STRING", ""), age)

    def _repository_of(self, path: str) -> Repository | None:
        named = ABOUT_A_REPOSITORY.fullmatch(path)
        if named:
            return self._double.repositories.find(named[1], named[2])
        numbered = ABOUT_AN_ID.fullmatch(path)
        return self._double.repositories.find_by_id(int(numbered[1])) if numbered else None

    def _carry_out(self, environ: WSGIEnvironment) -> None:
        answer = ClosingIterator(self._application(environ, lambda *_: _nowhere))
        for _ in answer:
            pass
        answer.close()

    def _pass_on(
        self, environ: WSGIEnvironment, start_response: StartResponse, inside_window: bool
    ) -> Iterable[bytes]:
        def logged_start(status: str, headers: Any, exc_info: Any = None) -> Any:
            # Before the body, so that whoever has read the answer finds it in the log.
            self._log(environ, int(status.split()[0]), None, inside_window)
            return start_response(status, headers, exc_info)

        return self._application(environ, logged_start)

    def _answer_fault(
        self,
        fault: FaultRule,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        inside_window: bool,
    ) -> Iterable[bytes]:
        if fault.answer in ("lost", "hang"):
            self._log(environ, None, fault, inside_window)
            self._stopping.wait(fault.seconds if fault.answer == "hang" else 0)
            # werkzeug drops the connection, without an answer, when the application raises this.
            raise ConnectionAbortedError("the answer is lost on purpose")
        response = self._refusal(fault, surface_of(environ["PATH_INFO"]))
        self._log(environ, response.status_code, fault, inside_window)
        return response(environ, start_response)

    def _refusal(self, fault: FaultRule, surface: Surface) -> Response:
        status = fault.answer if isinstance(fault.answer, int) else 404
        message = fault.message or USUAL_MESSAGES.get(status, "Server Error")
        headers = {"x-github-request-id": request_id(), **self._double.limits.headers()}
        if status in (403, 429):
            message = fault.message or SECONDARY_MESSAGE
        if fault.retry_after is not None:
            headers["retry-after"] = str(fault.retry_after)
            self._double.limits.close_for(fault.retry_after)
        if fault.reset_after is not None:
            message = fault.message or PRIMARY_MESSAGE
            reset = int(self._double.clock.now()) + fault.reset_after
            headers |= {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
            self._double.limits.close_for(fault.reset_after)
        if surface != "git":
            return error(status, message, headers=headers)
        if status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="GitHub"'
        text = "Repository not found." if status == 404 else message
        return plain(status, text, headers)

    def _log(
        self, environ: WSGIEnvironment, status: int | None, fault: FaultRule | None, inside: bool
    ) -> None:
        query = environ.get("QUERY_STRING", "")
        path = environ["PATH_INFO"]
        self._double.log.append(
            time=self._double.clock.now(),
            surface=surface_of(path),
            method=environ["REQUEST_METHOD"],
            path=f"{path}?{query}" if query else path,
            status=status,
            counted=bool(environ.get(COUNTED, False)),
            inside_window=inside,
            fault=None if fault is None else fault.label,
        )


def surface_of(path: str) -> Surface:
    """Say which of GitHub's servers a path belongs to."""
    if path.startswith("/git/"):
        return "git" if len(path.split("/")) > 4 else "web"
    return "pages" if path.startswith("/pages/") else "rest"


def _nowhere(_: bytes) -> None:
    """Take the place of a client that will not get this answer."""
