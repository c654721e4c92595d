"""Pushes and clones: git's own http-backend behind GitHub's rules of access."""

from __future__ import annotations

import subprocess
import threading
from typing import IO, TYPE_CHECKING

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import ClientDisconnected

from local.github.access import identity_in, installation_may_write_to, password_in
from local.github.answers import plain
from local.github.double import current_double
from local.github.git_commands import clean_environment, http_backend
from local.github.pages_builds import follow_branch
from local.github.push_refusal import HOOKS, reworded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.github.repositories import Repository

routes = Blueprint("git", __name__, url_prefix="/git")

PUSH = "git-receive-pack"
SERVICES = ("info/refs", "git-upload-pack", PUSH)
CHUNK = 65536


@routes.route("/<owner>/<name>/<path:service>", methods=["GET", "POST"])
def smart_http(owner: str, name: str, service: str) -> Response:
    """Serve one request of a git client."""
    double = current_double()
    name = name.removesuffix(".git")
    authorization = request.headers.get("Authorization")
    g.identity = None if authorization is None else identity_in(password_in(authorization))
    signed_in = g.identity is not None
    if authorization is not None and not signed_in:
        return _ask_for_token(
            "Invalid username or token. "
            "Password authentication is not supported for Git operations."
        )
    repository = double.repositories.find(owner, name)
    pushing = PUSH in (service, request.args.get("service"))
    public = repository is not None and not repository.private
    if not signed_in and (pushing or not public):  # a stranger is not told what exists
        return _ask_for_token("No anonymous write access.")
    if repository is None:
        return _redirect_or_not_found(owner, name, service)
    if pushing and not installation_may_write_to(owner):
        return plain(403, f"Permission to {repository.full_name}.git denied to the app.")
    if service not in SERVICES:
        return plain(404, "Not Found")
    return _push(repository, service) if pushing else _run_backend(repository, service)


def _ask_for_token(text: str) -> Response:
    return plain(401, text, {"WWW-Authenticate": 'Basic realm="GitHub"'})


def _redirect_or_not_found(owner: str, name: str, service: str) -> Response:
    moved = current_double().repositories.find_moved(owner, name)
    if moved is None:
        return plain(404, "Repository not found.")
    query = request.query_string.decode("ascii")
    target = f"{request.host_url}git/{moved.full_name}.git/{service}"
    location = f"{target}?{query}" if query else target
    return plain(301, "Moved Permanently", {"Location": location})


def _push(repository: Repository, service: str) -> Response:
    answer = _run_backend(repository, service)
    if service == PUSH:
        # Carried out to its end before the client hears of it, so that whatever the client
        # looks at next already shows the push.
        answer.set_data(reworded(b"".join(answer.iter_encoded()), g.identity))
        double = current_double()
        repository.pushed_at = double.clock.now()
        double.repositories.save(repository)
        follow_branch(double, repository)
    return answer


def _run_backend(repository: Repository, service: str) -> Response:
    process = subprocess.Popen(
        [http_backend()],
        env=_hooks() | _cgi_variables(repository, service),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("git http-backend was started without pipes")
    feeder = threading.Thread(target=_feed, args=(request.stream, process.stdin), daemon=True)
    feeder.start()
    answer = Response()
    for name, value in _cgi_headers(process.stdout):
        if name.lower() == "status":
            answer.status = value
        else:
            answer.headers[name] = value
    answer.response = _output(process, process.stdout, feeder)
    return answer


def _hooks() -> dict[str, str]:
    """An environment in which workflow files are refused, unless the asker may write them."""
    if g.identity is None or current_double().accounts.writes_workflows(g.identity):
        return clean_environment()
    return clean_environment(core_hooksPath=str(HOOKS))


def _cgi_variables(repository: Repository, service: str) -> dict[str, str]:
    double = current_double()
    return {
        "GIT_PROJECT_ROOT": str(double.repositories.folder.resolve()),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        "PATH_INFO": f"/{repository.full_name}.git/{service}",
        "QUERY_STRING": request.query_string.decode("ascii"),
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.content_type or "",
        "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
        "REMOTE_USER": double.accounts.login,
        "REMOTE_ADDR": request.remote_addr or "",
        **({"CONTENT_LENGTH": str(request.content_length)} if request.content_length else {}),
    }


def _feed(body: IO[bytes], stdin: IO[bytes]) -> None:
    # Beside the reading of the answer: with both in one thread two full pipes would wait for
    # each other for ever.
    try:
        with stdin:
            while chunk := body.read(CHUNK):
                stdin.write(chunk)
    except ClientDisconnected:
        return  # git finds the end missing and refuses what it got
    except BrokenPipeError:
        while body.read(CHUNK):  # git has heard enough; let the client finish its sentence
            pass


def _cgi_headers(stdout: IO[bytes]) -> Iterator[tuple[str, str]]:
    while line := stdout.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        yield name.strip(), value.strip()


def _output(
    process: subprocess.Popen[bytes], stdout: IO[bytes], feeder: threading.Thread
) -> Iterator[bytes]:
    try:
        with stdout:
            while chunk := stdout.read1(CHUNK):  # type: ignore[attr-defined]  # it is buffered
                yield chunk
    finally:
        feeder.join()
        process.wait()
