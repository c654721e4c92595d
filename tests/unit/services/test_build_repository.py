"""What a run does about the repository that it finds."""

from __future__ import annotations

import pytest

from deployer.domain.deployment import State
from deployer.domain.errors import (
    HostUnavailableError,
)
from deployer.domain.ports import Commit
from deployer.domain.site import Site
from tests.builders import START, a_request
from tests.unit.services.world import REPOSITORY, World, failing


def test_a_renamed_repository_is_revised_under_its_new_name(world: World) -> None:
    world.work(world.accept(a_request()))
    world.github.rename(REPOSITORY, "octocat/renamed")
    world.work(world.accept(a_request(round=2, nonce="nonce-2")))
    assert len(world.commits("octocat/renamed")) == 2
    publication = world.record(2).publication
    assert publication is not None
    assert publication.pages_url == "https://octocat.github.io/renamed/"


def test_a_deleted_repository_is_made_anew_from_the_stored_site_and_says_so(world: World) -> None:
    world.work(world.accept(a_request()))
    site = world.commits()[0].files
    world.github.repositories.clear()
    world.github.branches.clear()
    world.github.pages.clear()
    world.work(world.accept(a_request(round=2, nonce="nonce-2", brief="Add a table.")))

    (commit,) = world.commits()
    assert commit.parent is None
    assert b"Add a table." in commit.files["index.html"]
    assert set(site) <= set(commit.files)
    assert REPOSITORY in world.github.pages
    generation = world.record(2).generation
    assert generation is not None
    assert "made anew" in generation.notes[-1]
    assert len(world.generate.assignments) == 2


def test_somebody_elses_repository_is_never_written_to(world: World) -> None:
    world.github.create("sum-of-sales", "my own work")
    world.work(world.accept(a_request()))
    assert world.commits("octocat/sum-of-sales") == []
    publication = world.record().publication
    assert publication is not None
    assert publication.repository.startswith("octocat/sum-of-sales-")
    assert len(world.commits(publication.repository)) == 1


def test_two_callers_of_one_task_get_a_repository_each(world: World) -> None:
    world.work(world.accept(a_request()))
    world.work(world.accept(a_request(email="other@example.com")))
    assert len(world.github.repositories) == 2
    assert all(len(commits) == 1 for commits in world.github.branches.values())


def test_a_repository_whose_creation_got_no_answer_is_found_again(world: World) -> None:
    message = world.accept(a_request())
    create = world.github.create

    def lost(name: str, description: str) -> None:
        create(name, description)
        raise HostUnavailableError("no answer")

    world.github.create = lost  # type: ignore[method-assign, assignment]
    with pytest.raises(HostUnavailableError):
        world.work(message)
    world.github.create = create  # type: ignore[method-assign]
    world.work(message)
    assert list(world.github.repositories) == [REPOSITORY]
    assert len(world.commits()) == 1


def test_our_changes_are_put_on_top_of_somebody_elses_commit(world: World) -> None:
    world.work(world.accept(a_request()))
    head = world.github.branches[REPOSITORY][-1][0]
    theirs = Commit(
        Site({**world.commits()[0].files.files, "theirs.txt": b"kept"}), head, "Edit", START
    )
    world.github.push(REPOSITORY, "main", theirs)

    world.work(world.accept(a_request(round=2, nonce="nonce-2", brief="Add a table.")))

    ours = world.commits()[-1]
    assert ours.parent == world.github.branches[REPOSITORY][1][0]
    assert ours.files["theirs.txt"] == b"kept"
    assert b"Add a table." in ours.files["index.html"]


def test_a_build_that_was_killed_after_its_push_is_built_upon_by_the_one_that_replaces_it(
    world: World,
) -> None:
    message = world.accept(a_request())
    world.github.enable_pages = failing(KeyboardInterrupt())  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        world.work(message)
    del world.github.enable_pages  # type: ignore[method-assign]
    world.work(world.accept(a_request(nonce="nonce-2", brief="Another.")), owner="worker-2")

    _, second = world.commits()
    assert second.parent == world.github.branches[REPOSITORY][0][0]
    assert b"Another." in second.files["index.html"]
    assert REPOSITORY in world.github.pages
    assert world.record().state is State.PUBLISHED


def test_a_commit_that_somebody_has_built_upon_before_we_noted_it_is_not_made_again(
    world: World,
) -> None:
    message = world.accept(a_request())
    world.github.enable_pages = failing(HostUnavailableError("502"))  # type: ignore[method-assign]
    with pytest.raises(HostUnavailableError):
        world.work(message)
    del world.github.enable_pages  # type: ignore[method-assign]
    ours = world.github.branches[REPOSITORY][-1][0]
    world.github.push(REPOSITORY, "main", Commit(Site({"index.html": b"edited"}), ours, "", START))
    world.work(message)
    assert len(world.commits()) == 2
    assert world.record().publication.commit_sha == ours  # type: ignore[union-attr]
