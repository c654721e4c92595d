"""Every REST request that the product sends is one that GitHub describes."""

from __future__ import annotations

from pathlib import Path

from deployer.adapters.github import github_client
from deployer.domain.deployment import Publication
from tests.contract.github_api.description import operation_id, violations
from tests.contract.github_api.recorder import Recorder
from tests.publishing.line import Line, a_line


def publication(line: Line, **changes: object) -> Publication:
    key = line.post(**changes)
    line.run()
    published = line.record(key).publication
    assert published is not None
    return published


def test_two_rounds_of_a_renamed_repository_and_looks_at_pages(tmp_path: Path) -> None:
    with a_line(tmp_path) as line:
        recorder = Recorder(line.github)
        line.github.double.pages_delay = 30
        host = line.ports.publisher.host
        first = publication(line)
        assert not host.serves(first)
        line.github.double.clock.advance(31)
        assert host.serves(first)
        # A name that is taken: it is read back who has it.
        host.create("sum-of-sales", "again")
        host.find(first.repository)
        github_client(line.github.token, line.github.url).get_repo(first.repository).edit(
            name="new"
        )
        second = publication(line, round=2, nonce="nonce-2", brief="Add a table.")
        assert second.repository == f"{line.github.owner}/new"

    sent = {operation_id(exchange) for exchange in recorder.exchanges}
    assert sent == {
        "repos/create-for-authenticated-user",
        "repos/create-pages-site",
        "repos/get",
        "repos/get-latest-pages-build",
        "repos/list-deployments",
        "repos/list-deployment-statuses",
        "repos/update",
    }
    assert [one for exchange in recorder.exchanges for one in violations(exchange)] == []
