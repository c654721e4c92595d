"""One deployment's requests at GitHub, counted by the double, and its commits, read by git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deployer.domain.generation_report import StoredSite
from deployer.domain.site import Site
from tests.publishing.line import Line, a_line
from tests.support.builders import a_report, a_request


def a_site(files: int, brief: str) -> Site:
    """An index.html that names the brief, one binary file, and so many files in all."""
    texts = {f"part-{number:02}.txt": f"{number}\n".encode() for number in range(files - 2)}
    return Site({"index.html": brief.encode(), "picture.png": bytes(range(256)), **texts})


def requests(line: Line) -> list[tuple[str, str, bool]]:
    return [
        (entry.method, entry.path.split("?")[0].rsplit("/", 1)[-1], entry.counted)
        for entry in line.github.requests()
    ]


@pytest.mark.parametrize("files", [3, 10, 40])
def test_a_first_round_takes_four_requests_and_a_revision_two(tmp_path: Path, files: int) -> None:
    with a_line(tmp_path) as line:
        line.generate.answer = lambda a: StoredSite(a_site(files, a.brief), a_report())
        first = line.post()
        line.run()
        assert requests(line) == [
            ("POST", "repos", True),
            ("GET", "refs", False),
            ("POST", "git-receive-pack", False),
            ("POST", "pages", True),
        ]
        second = line.post(round=2, nonce="nonce-2", brief="Another.")
        line.run()
        assert requests(line)[4:] == [("GET", "refs", False), ("POST", "git-receive-pack", False)]

        records = [line.record(key) for key in (second, first)]
        shas = [record.publication.commit_sha for record in records if record.publication]
        assert line.commits(f"{line.github.owner}/sum-of-sales") == shas
        bare = str(tmp_path / "repositories" / f"{line.github.owner}/sum-of-sales.git")
        assert git(bare, "fsck", "--strict") == b""
        for sha, brief in zip(shas, ("Another.", a_request().brief), strict=True):
            assert tree(bare, sha) == dict(a_site(files, brief))


def tree(repository: str, sha: str) -> dict[str, bytes]:
    names = git(repository, "ls-tree", "-r", "--name-only", sha).decode().split("\n")
    return {name: git(repository, "cat-file", "blob", f"{sha}:{name}") for name in names if name}


def git(repository: str, *arguments: str) -> bytes:
    return subprocess.run(
        ["git", "-C", repository, *arguments], capture_output=True, check=True
    ).stdout
