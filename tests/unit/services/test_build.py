"""One run of the worker, when nothing stands in its way."""

from __future__ import annotations

import pytest

from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.errors import (
    ModelRefusedError,
)
from deployer.domain.generation_report import StoredSite
from deployer.domain.round import State
from deployer.domain.site import Site
from deployer.domain.site_cache import CacheScope
from deployer.domain.visit import Verdict
from tests.support.builders import a_report, a_request
from tests.unit.services.world import REPOSITORY, World


def test_round_1_creates_the_repository_with_one_commit_and_starts_the_notification(
    world: World,
) -> None:
    world.work(world.accept(a_request()))

    record = world.record()
    assert record.state is State.PUBLISHED
    (commit,) = world.commits()
    assert commit.parent is None
    assert b"Show the sum" in commit.files["index.html"]
    assert REPOSITORY in world.github.pages
    (delivery,) = world.workflow.started.values()
    assert delivery.payload.commit_sha == world.github.branches[REPOSITORY][0][0]
    assert delivery.payload.pages_url == "https://octocat.github.io/sum-of-sales/"


def test_round_2_is_one_commit_on_top_of_round_1_from_its_site(world: World) -> None:
    world.work(world.accept(a_request()))
    world.work(world.accept(a_request(round=2, nonce="nonce-2", brief="Add a table.", checks=[])))

    first, second = world.commits()
    assert second.parent == world.record().publication.commit_sha  # type: ignore[union-attr]
    assert world.generate.assignments[1].current == first.files
    assert world.generate.assignments[1].earlier_checks == a_request().checks
    assert world.record(2).state is State.PUBLISHED


def test_round_2_fails_with_a_cure_when_round_1_failed(world: World) -> None:
    first = world.accept(a_request())
    world.generate.failures = [ModelRefusedError("the model declined")]
    world.work(first)
    world.work(world.accept(a_request(round=2, nonce="nonce-2")))
    failure = world.record(2).failure
    assert failure is not None
    assert "send it again" in failure.reason


def test_re_sends_one_after_the_other_are_each_notified_at_once(world: World) -> None:
    world.work(world.accept(a_request()))
    for nonce in ("nonce-2", "nonce-3"):
        world.work(world.accept(a_request(nonce=nonce)), owner=f"worker-{nonce}")
        assert world.record().lease is None
        assert world.queue.sent == []
    told = [delivery.payload.nonce for delivery in world.workflow.started.values()]
    assert told == ["nonce-1", "nonce-2", "nonce-3"]
    assert len(world.commits()) == 1


def test_a_nonce_that_comes_while_we_publish_is_notified_too(world: World) -> None:
    message = world.accept(a_request())
    pages_url = world.github.pages_url

    def meanwhile(full_name: str) -> str:
        world.accept(a_request(nonce="nonce-2"))
        world.github.pages_url = pages_url  # type: ignore[method-assign]
        return pages_url(full_name)

    world.github.pages_url = meanwhile  # type: ignore[method-assign]
    world.work(message)
    assert {d.payload.nonce for d in world.workflow.started.values()} == {"nonce-1", "nonce-2"}


def test_the_record_says_what_the_site_took(world: World) -> None:
    world.work(world.accept(a_request()))
    assert world.record().generation == a_report()


def test_a_revision_knows_the_attachments_and_checks_of_the_rounds_before(world: World) -> None:
    world.work(world.accept(a_request()))
    world.work(world.accept(a_request(round=2, nonce="nonce-2", attachments=[], checks=[])))
    assert world.generate.assignments[1].earlier_attachments == ("data.csv",)
    assert world.generate.assignments[1].earlier_checks == a_request().checks


def test_a_revision_reads_the_site_before_it_once_with_its_verdicts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = (CheckVerdict("js: true", 1, Verdict.PASSES),)
    world.generate.answer = lambda _: StoredSite(
        Site({"index.html": b"1"}), a_report(verdicts=kept)
    )
    world.work(world.accept(a_request()))
    loaded: list[str] = []
    load = world.sites.load
    monkeypatch.setattr(world.sites, "load", lambda ref: loaded.append(ref) or load(ref))

    world.work(world.accept(a_request(round=2, nonce="nonce-2")))

    assert world.generate.assignments[1].verdicts == kept
    assert loaded.count(world.record(1).site_ref) == 1


def test_what_a_browser_saw_is_a_fact(world: World) -> None:
    verdicts = (
        CheckVerdict("a", 1, Verdict.PASSES),
        CheckVerdict("b", 1, Verdict.FAILS),
        CheckVerdict("c", 1, Verdict.FAILS, superseded_by=2),
        CheckVerdict("d", 1, Verdict.CANNOT_TELL),
    )
    report = a_report(verdicts=verdicts, repaired=("#a shows NaN",), browser_seconds=2.5)
    world.generate.answer = lambda _: StoredSite(Site({"index.html": b"1"}), report)

    world.work(world.accept(a_request()))

    (judged,) = (details for name, details in world.telemetry.facts if name == "judged")
    assert judged == {
        "passed": 1, "failed": 1, "cannot_tell": 1, "repaired": 1, "browser_seconds": 2.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "paid"), [(CacheScope.ALL, 1), (CacheScope.TASK, 2), (CacheScope.OFF, 2)]
)
def test_alike_requests_of_two_callers_share_a_site_only_if_that_is_allowed(
    world: World, scope: CacheScope, paid: int
) -> None:
    world.cache_scope = scope
    world.work(world.accept(a_request()))
    world.work(world.accept(a_request(email="other@example.com")))
    assert len(world.generate.assignments) == paid
    assert len(world.github.repositories) == 2
