"""`make doctor`: faults of this machine and of `.env`, each with its cure."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from operate import browser, env_file
from operate.errors import CommandError
from operate.places import CLOUD_PYTHON, ENV_FILE, SAM, UV

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """The result of looking at one thing; `cure` is empty when it is fine."""

    what: str
    cure: str = ""


def require_ready() -> None:
    """
    Raises:
        CommandError: with the first thing that keeps the local cloud from starting.
    """
    for finding in (*_tools(), *_settings()):
        if finding.cure:
            raise CommandError(f"{finding.what}: {finding.cure}")


def report() -> bool:
    """Print every finding, and return True if all is well."""
    findings = [*_tools(), *_settings()]
    for finding in findings:
        print(
            f"  wrong  {finding.what}: {finding.cure}"
            if finding.cure
            else f"  ok     {finding.what}"
        )
    if browser.missing():
        print(f"  note   {browser.missing()}")
    values = env_file.read(ENV_FILE)
    local = list(env_file.problems(values))
    for problem in env_file.problems_for_aws(values):
        if problem not in local:
            print(f"  note   `make deploy` would stop: {problem}")
    return not any(finding.cure for finding in findings)


def _tools() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    too_old = sys.version_info < OLDEST_PYTHON
    yield Finding(
        f"Python {version}",
        "3.11 or newer is needed: make PYTHON=python3.12 venv" if too_old else "",
    )
    yield Finding(
        "make", "" if shutil.which("make") else "install it (Debian and Ubuntu: apt install make)"
    )
    yield from _git()
    for name, program in (("SAM CLI", SAM), ("MiniStack", CLOUD_PYTHON), ("uv", UV)):
        yield Finding(name, "" if program.exists() else "run `make environments`")


def _git() -> Iterator[Finding]:
    if not shutil.which("git"):
        yield Finding("git is missing", "install it (Debian and Ubuntu: apt install git)")
        return
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False)
    yield Finding(version.stdout.strip())
    folder = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=False)
    backend = Path(folder.stdout.strip()) / "git-http-backend"
    yield Finding(
        "git http-backend",
        ""
        if backend.exists()
        else "this git comes without it: install the full git "
        "(Alpine: apk add git-daemon; Fedora: dnf install git-core; macOS: brew install git)",
    )


def _settings() -> Iterator[Finding]:
    if not ENV_FILE.exists():
        yield Finding("no .env: the model and GitHub are played by stand-ins")
        return
    values = env_file.read(ENV_FILE)
    found = list(env_file.problems(values))
    if not found:
        yield Finding(f".env sets {', '.join(values) or 'nothing'}")
    for problem in found:
        yield Finding(problem.what, problem.cure)
