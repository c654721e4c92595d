"""Every REST request that the product sends is one that GitHub describes."""

from __future__ import annotations

from pathlib import Path

from deployer.adapters.github.host import github_client
from deployer.domain.publication import Publication
from tests.contract.github_api.description import operation_id, violations
from tests.contract.github_api.recorder import Recorder
from tests.publishing.line import Line, a_line
from tests.support.github_app import as_the_app, with_app


def publication(line: Line, **changes: object) -> Publication:
    key = line.post(**changes)
    line.run()
    published = line.record(key).publication
    assert published is not None
    return published


def look_at_pages(line: Line, published: Publication) -> None:
    assert not line.host.serves(published)
    line.github.double.clock.advance(31)
    assert line.host.serves(published)


def rename(line: Line, repository: str, name: str) -> None:
    github_client(line.github.token, line.github.url).get_repo(repository).edit(name=name)


def wrong(recorder: Recorder) -> list[str]:
    return [one for exchange in recorder.exchanges for one in violations(exchange)]


def sent(recorder: Recorder) -> set[str | None]:
    return {operation_id(exchange) for exchange in recorder.exchanges}


OF_BOTH = {
    "repos/create-pages-site",
    "repos/get",
    "repos/get-latest-pages-build",
    "repos/list-deployments",
    "repos/list-deployment-statuses",
    "repos/update",
}


def test_two_rounds_of_a_renamed_repository_and_looks_at_pages(tmp_path: Path) -> None:
    with a_line(tmp_path) as line:
        recorder = Recorder(line.github)
        line.github.double.pages_delay = 30
        first = publication(line)
        look_at_pages(line, first)
        # A name that is taken: it is read back who has it.
        assert line.host.create("sum-of-sales", "again") is None
        assert line.host.find(first.repository) is not None
        rename(line, first.repository, "new")
        second = publication(line, round=2, nonce="nonce-2", brief="Add a table.")
        assert second.repository == f"{line.github.owner}/new"
        look_at_pages(line, second)
    assert sent(recorder) == {*OF_BOTH, "repos/create-for-authenticated-user"}
    assert wrong(recorder) == []


def test_the_same_as_an_app_in_an_organisation(tmp_path: Path) -> None:
    with a_line(tmp_path, as_the_app, **with_app()) as line:
        recorder = Recorder(line.github)
        line.github.double.pages_delay = 30
        first = publication(line)
        look_at_pages(line, first)
        rename(line, first.repository, "new")
        second = publication(line, round=2, nonce="nonce-2", brief="Add a table.")
        assert second.repository == "acme/new"
        look_at_pages(line, second)
    in_org = {"repos/create-in-org", "apps/create-installation-access-token"}
    assert sent(recorder) == OF_BOTH | in_org
    assert wrong(recorder) == []
