"""Running git so that the configuration of the person at this machine does not leak in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

COMMIT = re.compile(r"[0-9a-f]{40}")
ALWAYS = {
    # The data folder may belong to another user, e.g. when it is mounted into a container.
    "safe.directory": "*",
    # What survives a power cut is of no interest here, and waiting for the disk takes longest.
    "core.fsync": "none",
}


class GitMissingError(RuntimeError):
    """There is no usable git on this machine."""


@cache
def http_backend() -> Path:
    """Find git's own server side of smart HTTP."""
    if shutil.which("git") is None:
        raise GitMissingError("git was not found: install git and make sure it is on PATH")
    folder = subprocess.run(["git", "--exec-path"], check=True, capture_output=True, text=True)
    backend = Path(folder.stdout.strip()) / "git-http-backend"
    if not backend.exists():
        raise GitMissingError(f"this git has no http-backend ({backend} does not exist)")
    return backend


def clean_environment(**settings: str) -> dict[str, str]:
    """Return an environment in which only the repository's own settings and these count.

    A setting's dot is written as an underscore: ``core_hooksPath``.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    given = ALWAYS | {name.replace("_", "."): value for name, value in settings.items()}
    for number, (name, value) in enumerate(given.items()):
        kept |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return kept | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_COUNT": str(len(given)),
        "GIT_TERMINAL_PROMPT": "0",
    }


def run_git(directory: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run one git command in a repository and return what it printed.

    Raises:
        subprocess.CalledProcessError: git refused; ``stderr`` says why.
    """
    finished = subprocess.run(
        ["git", *arguments],
        cwd=directory,
        env=clean_environment(),
        input=stdin,
        capture_output=True,
        check=True,
    )
    return finished.stdout


def create_bare_repository(directory: Path) -> None:
    """Make an empty repository that can be pushed to over HTTP."""
    for name, content in _empty_repository().items():
        path = directory / name
        if content is None:
            path.mkdir(parents=True)
        else:
            path.write_bytes(content)


@cache
def _empty_repository() -> dict[str, bytes | None]:
    """Return what git puts into a new repository, folders as None: git is asked but once."""
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "new.git"
        _initialize(directory)
        found = sorted(directory.rglob("*"))  # a folder comes before what lies in it
        made = {
            str(path.relative_to(directory)): None if path.is_dir() else path.read_bytes()
            for path in found
        }
    return {".": None, **made}


def _initialize(directory: Path) -> None:
    directory.mkdir(parents=True)
    run_git(directory, "init", "--quiet", "--bare", "--initial-branch=main", "--template=")
    settings = {
        "http.receivepack": "true",
        # Not GitHub's default but what a protected branch does: nothing that the product
        # publishes may ever be rewritten, so a force push has to fail here, loudly.
        "receive.denyNonFastForwards": "true",
        "receive.denyDeletes": "true",
        "receive.fsckObjects": "true",
        "receive.autogc": "false",
        "gc.auto": "0",
    }
    with (directory / "config").open("a", encoding="utf-8") as config:
        for name, value in settings.items():
            section, _, key = name.partition(".")
            config.write(f"[{section}]\n\t{key} = {value}\n")


def branch_head(directory: Path, branch: str) -> str | None:
    """Return the commit that a branch points to, or None when there is no such branch.

    Read from git's files: a process for each look would cost more than all else in most requests.
    """
    name = f"refs/heads/{branch}"
    if ".." in name or not name.isprintable():
        return None
    try:
        head = (directory / name).read_text("ascii").strip()
    except (OSError, ValueError):
        return _packed_refs(directory).get(name)
    return head if COMMIT.fullmatch(head) else None


def _packed_refs(directory: Path) -> dict[str, str]:
    try:
        lines = (directory / "packed-refs").read_text("utf-8").splitlines()
    except OSError:
        return {}
    entries = (line.split(" ", 1) for line in lines if COMMIT.match(line))
    return {name: commit for commit, name in entries}


def read_object(directory: Path, commit: str, path: str) -> tuple[str, bytes] | None:
    """Return (kind, content) of a path in a commit; kind is ``blob`` or ``tree``."""
    if "\n" in path:
        return None
    answer = run_git(directory, "cat-file", "--batch", stdin=f"{commit}:{path}\n".encode())
    heading, _, content = answer.partition(b"\n")
    if heading.endswith((b" missing", b" ambiguous")):
        return None
    kind = heading.split()[-2].decode("ascii")
    return kind, content[:-1]
