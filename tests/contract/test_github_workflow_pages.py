"""Pages that a workflow of the site publishes: switched on, waited for, and switched back."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from deployer.adapters.github.host import github_client
from deployer.domain.errors import RepositoryNotFoundError
from deployer.domain.publication import PagesBuildType, Publication
from local.github.server import RunningGitHub
from tests.contract.test_github import FIRST, SITE, Host, connect
from tests.contract.test_github import github as github
from tests.support.builders import a_publication

BRANCH, WORKFLOW = PagesBuildType.BRANCH, PagesBuildType.WORKFLOW
PUBLISHES = {".github/workflows/ci.yml": b"jobs: {run: {steps: [{uses: actions/deploy-pages@v4}]}}"}
WITH_WORKFLOW = replace(FIRST, files=SITE.with_files(PUBLISHES))


@pytest.fixture
def host(github: RunningGitHub) -> Host:
    github.double.pages_delay = 30
    github.double.clock.stop(1_800_000_000)
    github.double.accounts.may_write_workflows = True
    return connect(github)


def published(host: Host, name: str, sha: str, build_type: PagesBuildType) -> Publication:
    # Its page is no sign, as a workflow may make another one of it.
    return a_publication(
        repository=name, commit_sha=sha, page_is_new=False, build_type=build_type,
        pages_url=host.api.pages_url(name),
    )  # fmt: skip


def test_a_first_commit_is_seen_when_its_workflow_has_deployed_it(
    host: Host, github: RunningGitHub
) -> None:
    name = host.api.create("site", "").full_name
    sha = host.git.push(name, "main", WITH_WORKFLOW)
    host.api.enable_pages(name, "main", WORKFLOW)
    assert github.requests()[-1].method == "POST"
    publication = published(host, name, sha, WORKFLOW)
    assert not host.api.serves(publication)
    github.double.clock.advance(31)
    assert host.api.serves(publication)
    page = requests.get(publication.pages_url, timeout=10)
    assert page.content == SITE["index.html"]


def test_pages_enabled_otherwise_before_are_switched(host: Host, github: RunningGitHub) -> None:
    name = host.api.create("site", "").full_name
    host.git.push(name, "main", WITH_WORKFLOW)
    host.api.enable_pages(name, "main", BRANCH)
    host.api.enable_pages(name, "main", WORKFLOW)
    found = github.double.repositories.find(host.owner, "site")
    assert found is not None
    assert found.pages is not None
    assert found.pages.build_type == "workflow"
    assert [entry.method for entry in github.requests()[-3:]] == ["POST", "GET", "PUT"]
    host.api.enable_pages(name, "main", WORKFLOW)
    assert [entry.method for entry in github.requests()[-2:]] == ["POST", "GET"]


def test_a_revision_with_a_workflow_is_waited_for_and_one_without_goes_back_to_the_branch(
    host: Host, github: RunningGitHub
) -> None:
    # GIVEN a site of the branch
    name = host.api.create("site", "").full_name
    sha = host.git.push(name, "main", FIRST)
    host.api.enable_pages(name, "main", BRANCH)
    for build_type, files in ((WORKFLOW, WITH_WORKFLOW.files), (BRANCH, SITE)):
        github.double.clock.advance(31)
        # WHEN Pages is switched before the push of the next
        host.api.switch_pages(name, "main", build_type)
        message = f"now of {build_type}"
        sha = host.git.push(name, "main", replace(FIRST, files=files, parent=sha, message=message))
        # THEN its commit is seen once it is deployed
        assert not host.api.serves(published(host, name, sha, build_type))
        github.double.clock.advance(31)
        assert host.api.serves(published(host, name, sha, build_type))
    assert len([entry for entry in github.requests() if entry.method == "PUT"]) == 2


def test_without_a_switch_no_workflow_deploys(host: Host, github: RunningGitHub) -> None:
    name = host.api.create("site", "").full_name
    first = host.git.push(name, "main", WITH_WORKFLOW)
    host.api.enable_pages(name, "main", WORKFLOW)
    sha = host.git.push(name, "main", replace(FIRST, parent=first))
    github.double.clock.advance(31)
    assert not host.api.serves(published(host, name, sha, BRANCH))


def test_pages_that_the_owner_has_switched_off_are_enabled_again(
    host: Host, github: RunningGitHub
) -> None:
    name = host.api.create("site", "").full_name
    host.git.push(name, "main", FIRST)
    host.api.switch_pages(name, "main", WORKFLOW)
    assert [entry.method for entry in github.requests()[-2:]] == ["GET", "POST"]


def test_a_renamed_repository_is_not_switched_by_its_old_name(
    host: Host, github: RunningGitHub
) -> None:
    name = host.api.create("site", "").full_name
    host.git.push(name, "main", FIRST)
    host.api.enable_pages(name, "main", BRANCH)
    github_client(github.token, github.url).get_repo(name).edit(name="renamed")
    with pytest.raises(RepositoryNotFoundError):
        host.api.switch_pages(name, "main", WORKFLOW)
