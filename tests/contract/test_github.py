"""The fake host, and PyGithub and dulwich against the local GitHub, keep the same promises."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from deployer.adapters.github.git import DulwichRemote
from deployer.adapters.github.host import GitHubHost, github_client
from deployer.domain.errors import HeadMovedError, HostUnavailableError, RepositoryNotFoundError
from deployer.domain.ports import Commit
from deployer.domain.publication import PagesBuildType, Publication
from deployer.domain.site import Site
from local.github.faults import FaultRule
from local.github.server import RunningGitHub, serve
from tests.support.builders import START, SettableClock, a_publication
from tests.support.fakes import FakeGitHub

SITE = Site(
    {
        "index.html": "<!doctype html><title>Été ✓</title>".encode(),
        "LICENSE": b"MIT License\n",
        "sample.png": bytes(range(256)),
        "data/nested/deep.csv": b"a,b\r\n1,2\r\n",
        ".nojekyll": b"",
    }
)
BRANCH, WORKFLOW = PagesBuildType.BRANCH, PagesBuildType.WORKFLOW
FIRST = Commit(SITE, None, "Round 1 of sum-of-sales\n\nDeployment-Id: d-1\n", START)


@dataclass
class Host:
    api: Any
    git: Any
    owner: str


@pytest.fixture
def github(tmp_path: Path) -> Iterator[RunningGitHub]:
    with serve(tmp_path) as running:
        yield running


def connect(github: RunningGitHub, token: str | None = None) -> Host:
    token = token or github.token
    clock = SettableClock()
    return Host(
        GitHubHost(lambda: github_client(token, github.url), github.owner, github.pages_url, clock),
        DulwichRemote(github.git_url, lambda: token, clock),
        github.owner,
    )


@pytest.fixture(params=["fake", "wire"])
def host(request: pytest.FixtureRequest) -> Host:
    if request.param == "fake":
        fake = FakeGitHub()
        return Host(fake, fake, fake.owner)
    return connect(request.getfixturevalue("github"))


def test_a_created_repository_is_found_with_its_mark(host: Host) -> None:
    created = host.api.create("site", "built by us (1234)")
    assert created.full_name == f"{host.owner}/site"
    assert created.description == "built by us (1234)"
    assert host.api.find(created.full_name) == created


def test_a_taken_name_is_none_and_an_unknown_repository_too(host: Host) -> None:
    host.api.create("site", "first")
    assert host.api.create("site", "second") is None
    assert host.api.find(f"{host.owner}/site").description == "first"
    assert host.api.find(f"{host.owner}/unknown") is None


def test_a_push_puts_the_commit_on_the_branch_and_again_changes_nothing(host: Host) -> None:
    name = host.api.create("site", "").full_name
    sha = host.git.push(name, "main", FIRST)
    assert host.git.push(name, "main", FIRST) == sha
    assert host.git.read(name, sha) == SITE


def test_a_push_on_another_head_is_refused_with_that_head(host: Host) -> None:
    name = host.api.create("site", "").full_name
    head = host.git.push(name, "main", FIRST)
    other = Commit(Site({"index.html": b"other"}), None, "Another first commit", START)
    with pytest.raises(HeadMovedError) as caught:
        host.git.push(name, "main", other)
    assert caught.value.head == head
    assert host.git.read(name, head) == SITE


def test_a_commit_is_found_in_the_history_of_a_later_one(host: Host) -> None:
    name = host.api.create("site", "").full_name
    first = host.git.push(name, "main", FIRST)
    later = replace(FIRST, files=SITE.with_files({"index.html": b"changed"}), parent=first)
    head = host.git.push(name, "main", later)
    assert host.git.find_commit(name, head, FIRST) == first
    assert host.git.find_commit(name, head, later) == head
    assert host.git.find_commit(name, head, replace(FIRST, message="never pushed")) is None


def test_a_second_commit_follows_the_first(host: Host) -> None:
    name = host.api.create("site", "").full_name
    first = host.git.push(name, "main", FIRST)
    changed = SITE.with_files({"index.html": b"changed"})
    second = host.git.push(name, "main", replace(FIRST, files=changed, parent=first))
    assert host.git.read(name, second) == changed


def test_pages_can_be_enabled_twice(host: Host) -> None:
    name = host.api.create("site", "").full_name
    host.git.push(name, "main", FIRST)
    host.api.enable_pages(name, "main", BRANCH)
    host.api.enable_pages(name, "main", BRANCH)
    assert host.api.pages_url(name).endswith("/site/")


def test_pages_are_switched_and_found_by_the_repositorys_name_of_now(host: Host) -> None:
    name = host.api.create("site", "").full_name
    host.git.push(name, "main", FIRST)
    host.api.enable_pages(name, "main", BRANCH)
    for wanted in (WORKFLOW, WORKFLOW, BRANCH):
        host.api.switch_pages(name, "main", wanted)
    with pytest.raises(RepositoryNotFoundError):
        host.api.switch_pages(f"{host.owner}/nowhere", "main", WORKFLOW)


def test_git_finds_one_clean_commit_with_every_byte(github: RunningGitHub, tmp_path: Path) -> None:
    host = connect(github)
    name = host.api.create("site", "").full_name
    sha = host.git.push(name, "main", FIRST)

    clone = tmp_path / "clone"
    _git("clone", "-q", f"{github.git_url}/{name}.git", str(clone))

    assert _git("-C", str(clone), "log", "--format=%H %an %at %ct") == (
        f"{sha} LLM Code Deployer {int(START.timestamp())} {int(START.timestamp())}"
    )
    assert _git("-C", str(clone), "log", "--format=%B").strip() == FIRST.message.strip()
    assert _git("-C", str(clone), "fsck", "--strict") == ""
    files = {
        str(path.relative_to(clone)): path.read_bytes()
        for path in clone.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(clone).parts
    }
    assert files == dict(SITE)


def test_round_1_takes_four_requests_and_a_revision_two(github: RunningGitHub) -> None:
    host = connect(github)
    name = host.api.create("site", "").full_name
    first = host.git.push(name, "main", FIRST)
    host.api.enable_pages(name, "main", BRANCH)
    requests = [(e.method, e.path.split("?")[0], e.counted) for e in github.requests()]
    assert requests == [
        ("POST", "/user/repos", True),
        ("GET", f"/git/{name}.git/info/refs", False),
        ("POST", f"/git/{name}.git/git-receive-pack", False),
        ("POST", f"/repos/{name}/pages", True),
    ]
    host.git.push(name, "main", replace(FIRST, parent=first))
    assert [entry.path.split("?")[0] for entry in github.requests()[4:]] == [
        f"/git/{name}.git/info/refs",
        f"/git/{name}.git/git-receive-pack",
    ]


def test_pages_are_seen_when_they_serve_this_commit_and_not_before(github: RunningGitHub) -> None:
    host = connect(github)
    name = host.api.create("site", "").full_name
    github.double.pages_delay = 30
    github.double.clock.stop(1_800_000_000)
    first = publish(host, name, FIRST)
    assert not host.api.serves(first)
    github.double.clock.advance(31)
    assert host.api.serves(first)

    changed = SITE.with_files({"index.html": b"<title>changed</title>"})
    second = publish(host, name, replace(FIRST, files=changed, parent=first.commit_sha))
    assert not host.api.serves(second)
    github.double.clock.advance(31)
    assert host.api.serves(second)


NO_BUILD = FaultRule("/repos/*/pages/builds/latest", answer=404, times=None)
NO_DEPLOYMENT = FaultRule("/repos/*/deployments*", answer=404, times=None)


def test_without_a_build_the_commits_deployment_is_looked_at(github: RunningGitHub) -> None:
    host = connect(github)
    name = host.api.create("site", "").full_name
    published = replace(publish(host, name, FIRST), page_digest="0" * 64)
    github.double.faults.replace(NO_BUILD)
    assert host.api.serves(published)
    assert not host.api.serves(replace(published, commit_sha="1" * 40))


def test_without_a_build_and_a_deployment_the_page_itself_is_looked_at(
    github: RunningGitHub,
) -> None:
    host = connect(github)
    name = host.api.create("site", "").full_name
    published = publish(host, name, FIRST)
    github.double.faults.replace(NO_BUILD, NO_DEPLOYMENT)
    assert host.api.serves(published)
    assert not host.api.serves(replace(published, page_digest="0" * 64))


def publish(host: Host, name: str, commit: Commit) -> Publication:
    sha = host.git.push(name, "main", commit)
    host.api.enable_pages(name, "main", BRANCH)
    return a_publication(
        repository=name,
        commit_sha=sha,
        pages_url=host.api.pages_url(name),
        page_digest=hashlib.sha256(commit.files["index.html"]).hexdigest(),
    )


def test_a_refused_token_names_the_setting(github: RunningGitHub) -> None:
    name = connect(github).api.create("site", "").full_name
    stranger = connect(github, token="wrong")
    with pytest.raises(HostUnavailableError, match="GITHUB_TOKEN"):
        stranger.api.create("other", "")
    with pytest.raises(HostUnavailableError, match="GITHUB_TOKEN"):
        stranger.git.push(name, "main", FIRST)


def test_a_push_to_nowhere_says_so(host: Host) -> None:
    with pytest.raises(RepositoryNotFoundError):
        host.git.push(f"{host.owner}/nowhere", "main", FIRST)


def test_a_repository_is_found_by_its_id(host: Host) -> None:
    created = host.api.create("site", "")
    assert host.api.find_by_id(created.id) == created
    assert host.api.find_by_id(created.id + 1) is None


def test_a_renamed_repository_is_not_found_by_its_old_name_and_found_by_its_id(
    github: RunningGitHub,
) -> None:
    host = connect(github)
    created = host.api.create("site", "")
    first = host.git.push(created.full_name, "main", FIRST)
    github_client(github.token, github.url).get_repo(created.full_name).edit(name="renamed")
    with pytest.raises(RepositoryNotFoundError):
        host.git.push(created.full_name, "main", replace(FIRST, parent=first))
    assert host.api.find_by_id(created.id).full_name == f"{host.owner}/renamed"


def test_a_host_that_does_not_answer_is_unavailable() -> None:
    clock = SettableClock()
    nobody = GitHubHost(lambda: github_client("t", "http://127.0.0.1:9"), "octocat", "", clock)
    with pytest.raises(HostUnavailableError):
        nobody.create("site", "")
    with pytest.raises(HostUnavailableError):
        DulwichRemote("http://127.0.0.1:9", lambda: "t", clock).push("o/r", "main", FIRST)


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()
