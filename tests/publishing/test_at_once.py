"""One deployment, published by several processes of this machine at the same moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from local.github.server import RunningGitHub, serve
from tests.support.aws import create_table

PROCESSES = 3


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A table that other processes reach, too."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    create_table()
    yield
    server.stop()


def start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.publishing.at_once"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ.copy(),
    )  # fmt: skip


def say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def published_at_once(github: RunningGitHub) -> list[str]:
    """The SHA that each process reports for its commit."""
    job = {
        "api_url": github.url,
        "git_url": github.git_url,
        "pages_url": github.pages_url,
        "owner": github.owner,
        "token": github.token,
    }
    processes = [start() for _ in range(PROCESSES)]
    for process in processes:
        say(process, json.dumps(job))
    assert [hear(process) for process in processes] == ["ready"] * PROCESSES
    for process in processes:
        say(process, "go")
    said = [hear(process) for process in processes]
    for process in processes:
        process.communicate(timeout=30)
    return said


@pytest.mark.usefixtures("aws")
def test_all_report_the_one_commit_of_the_one_repository(tmp_path: Path) -> None:
    with serve(tmp_path) as github:
        at_once = published_at_once(github)
        again = published_at_once(github)
        (repository,) = github.double.repositories.owned_by(github.owner)
        folder = github.double.repositories.git_directory(repository)
        created = [one.status for one in github.requests() if one.path == "/user/repos"]
    log = subprocess.run(
        ["git", "log", "--format=%H", "main"],
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    (commit,) = log.stdout.split()
    assert at_once + again == [commit] * 2 * PROCESSES
    assert created.count(201) == 1
