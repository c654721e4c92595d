"""A run and the repository that it finds."""

from __future__ import annotations

import pytest

from deployer.domain.errors import (
    HostUnavailableError,
)
from deployer.domain.generation_report import StoredSite
from deployer.domain.ports import Commit, Message
from deployer.domain.publication import PagesBuildType
from deployer.domain.repository import candidate_names
from deployer.domain.round import State
from deployer.domain.site import Site
from deployer.domain.write_budget import PUNCTUALITY
from tests.support.builders import START, a_report, a_request
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
    message = world.accept(a_request())
    world.work(message)
    ((again, delay),) = world.queue.sent
    world.clock.advance(delay)
    world.work(again)
    assert world.commits("octocat/sum-of-sales") == []
    publication = world.record().publication
    assert publication is not None
    assert publication.repository.startswith("octocat/sum-of-sales-")
    assert len(world.commits(publication.repository)) == 1


def test_another_caller_who_takes_every_name_that_can_be_computed_denies_nobody(
    world: World,
) -> None:
    # GIVEN a caller whose tasks are named as another one's repository would be
    request = a_request()
    for taken in candidate_names(request.email, request.task):
        world.work(world.accept(a_request(email="other@example.com", task=taken)))

    # WHEN the other one's task comes
    world.work(world.accept(request))

    # THEN it has a repository that could not be foreseen
    publication = world.record().publication
    assert publication is not None
    suffix = world.names.suffix(request.email, request.task)
    assert publication.repository == f"octocat/sum-of-sales-{suffix}"
    assert len(world.commits(publication.repository)) == 1


def test_a_name_that_is_taken_is_left_with_its_turn_as_its_creation_counted_too(
    world: World,
) -> None:
    world.github.create("sum-of-sales", "my own work")
    message = world.accept(a_request())
    world.work(message)
    assert list(world.github.repositories) == ["octocat/sum-of-sales"]
    world.work(message)
    assert [grant.writes for grant in world.ledgers.load("octocat").granted] == [2, 2]


def test_a_repository_that_github_does_not_show_yet_is_waited_for(world: World) -> None:
    # GIVEN a creation whose answer was lost, and reads that lag behind
    message = world.accept(a_request())
    create_without_answer(world, message)
    find = world.github.find
    world.github.find = lambda _: None  # type: ignore[method-assign, assignment]

    # WHEN it is tried again, at once and when it is seen
    world.work(message)
    world.github.find = find  # type: ignore[method-assign]
    world.work(message)

    # THEN there is no second one
    assert list(world.github.repositories) == [REPOSITORY]
    assert len(world.commits()) == 1


def test_a_repository_that_took_the_old_name_of_ours_is_never_written_to(world: World) -> None:
    world.work(world.accept(a_request()))
    world.github.rename(REPOSITORY, "octocat/renamed")
    theirs = Commit(Site({"mine.txt": b"my own work"}), None, "Begin", START)
    world.github.create("sum-of-sales", "my own work", repository_id=7)
    world.github.push(REPOSITORY, "main", theirs)

    world.work(world.accept(a_request(round=2, nonce="nonce-2")))

    assert world.commits() == [theirs]
    assert len(world.commits("octocat/renamed")) == 2
    assert world.record(2).publication.repository == "octocat/renamed"  # type: ignore[union-attr]


def test_what_was_published_meanwhile_stays_when_ours_is_put_on_it(world: World) -> None:
    # GIVEN round 2, built on round 1 but not pushed yet
    writes(world, {"index.html": b"a form", "app.js": b"wrong"})
    world.work(world.accept(a_request()))
    writes(world, {"index.html": b"a table"})
    second = world.accept(a_request(round=2, nonce="nonce-2"))
    world.github.push = failing(HostUnavailableError("502"))  # type: ignore[method-assign]
    with pytest.raises(HostUnavailableError):
        world.work(second)
    del world.github.push  # type: ignore[method-assign]

    # WHEN round 1 is sent with another brief, and published first
    writes(world, {"app.js": b"mended"})
    world.work(world.accept(a_request(nonce="nonce-1b", brief="Mend app.js.")))
    world.work(second)

    # THEN round 2 has both
    assert world.commits()[-1].files.files == {"index.html": b"a table", "app.js": b"mended"}


def test_a_page_that_is_as_before_does_not_tell_whether_its_commit_is_served(world: World) -> None:
    world.work(world.accept(a_request()))
    world.work(world.accept(a_request(round=2, nonce="nonce-2", brief="Add a table.")))
    world.work(world.accept(a_request(nonce="nonce-3", checks=["another check"])))
    first, second = world.record(1).publication, world.record(2).publication
    assert first is not None
    assert second is not None
    assert (second.page_is_new, first.page_is_new) == (True, False)


def test_pages_follow_the_sites_own_workflow_as_long_as_it_has_one(world: World) -> None:
    switched: list[tuple[PagesBuildType, int]] = []
    switch = world.github.switch_pages

    def seen(full_name: str, branch: str, build_type: PagesBuildType) -> None:
        switched.append((build_type, len(world.commits())))
        switch(full_name, branch, build_type)

    world.github.switch_pages = seen  # type: ignore[method-assign]
    workflow = {".github/workflows/ci.yml": b"jobs: {a: {steps: [uses: actions/deploy-pages@v4]}}"}
    # GIVEN a site of the branch WHEN rounds bring a workflow, keep it, and drop it
    for number, files in enumerate(({}, workflow, workflow, {}), 1):
        site = Site({"index.html": str(number).encode(), **files})
        world.generate.answer = lambda _, site=site: StoredSite(site, a_report())
        world.work(world.accept(a_request(round=number, nonce=f"nonce-{number}")))
    # THEN Pages is switched twice, each time before the commit that needs it
    assert switched == [(PagesBuildType.WORKFLOW, 1), (PagesBuildType.BRANCH, 3)]
    published = [world.record(number).publication for number in (1, 2, 3, 4)]
    assert [one and one.build_type.value for one in published] == [
        "legacy", "workflow", "workflow", "legacy"
    ]  # fmt: skip


def test_a_first_site_with_a_workflow_has_pages_built_by_it(world: World) -> None:
    workflow = {".github/workflows/ci.yml": b"jobs: {a: {steps: [uses: actions/deploy-pages@v4]}}"}
    writes(world, {"index.html": b"a page", **workflow})
    world.work(world.accept(a_request()))
    assert world.github.pages == {REPOSITORY: PagesBuildType.WORKFLOW}


def test_pages_are_asked_for_with_a_new_turn_when_the_push_took_too_long(world: World) -> None:
    push = world.github.push

    def slow(*arguments: object) -> str:
        world.clock.advance(PUNCTUALITY.total_seconds() + 1)
        return push(*arguments)  # type: ignore[arg-type]

    world.github.push = slow  # type: ignore[method-assign, assignment]
    world.work(world.accept(a_request()))
    assert [grant.writes for grant in world.ledgers.load("octocat").granted] == [2, 1]


def test_two_callers_of_one_task_get_a_repository_each(world: World) -> None:
    world.work(world.accept(a_request()))
    world.work(world.accept(a_request(email="other@example.com")))
    assert len(world.github.repositories) == 2
    assert all(len(commits) == 1 for commits in world.github.branches.values())


def test_a_repository_whose_creation_got_no_answer_is_found_again(world: World) -> None:
    message = world.accept(a_request())
    create_without_answer(world, message)
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


def writes(world: World, files: dict[str, bytes]) -> None:
    """The next sites are the current one with these files."""
    world.generate.answer = lambda assignment: StoredSite(
        (assignment.current or Site()).with_files(files), a_report()
    )


def create_without_answer(world: World, message: Message) -> None:
    """The repository is created, and the worker does not hear of it."""
    create = world.github.create

    def lost(name: str, description: str) -> None:
        create(name, description)
        raise HostUnavailableError("no answer")

    world.github.create = lost  # type: ignore[method-assign, assignment]
    with pytest.raises(HostUnavailableError):
        world.work(message)
    world.github.create = create  # type: ignore[method-assign]
