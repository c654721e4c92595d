"""A burst's verdict: all is well, and each way in which it may not be."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from deployer.domain.repository import description
from deployer.domain.round import Failure, Round, State
from tests.burst.load import Posted
from tests.burst.other_side import OtherSide, Repository, Told
from tests.burst.verdict import Outcome, violations
from tests.support.builders import a_publication, a_round

RECORD = replace(a_round(), publication=a_publication(), state=State.NOTIFIED)
POSTED = Posted(
    RECORD.email,
    RECORD.task,
    RECORD.notifications[0].nonce,
    0.0,
    200,
    0.1,
    RECORD.latest.deployment_id,
)


def a_told(**changes: Any) -> Told:
    sha = RECORD.publication.commit_sha if RECORD.publication else ""
    body = {"email": RECORD.email, "task": RECORD.task, "commit_sha": sha, **changes}
    return Told(9.0, json.dumps(body), body, accepted=True)


def a_repository(**changes: Any) -> Repository:
    assert RECORD.publication
    repository = Repository(
        RECORD.publication.repository,
        description(RECORD.email, RECORD.task),
        (RECORD.publication.commit_sha,),
        ("LICENSE", "README.md", "index.html"),
    )
    return replace(repository, **changes)


def an_outcome(
    record: Round | None = RECORD,
    repositories: tuple[Repository, ...] = (a_repository(),),
    told: tuple[Told, ...] = (a_told(),),
    model_calls: int = 1,
    **changes: Any,
) -> Outcome:
    outcome = Outcome(
        posted=[POSTED],
        records={(POSTED.email, POSTED.task): record} if record else {},
        other_side=OtherSide(repositories, {POSTED.nonce: told} if told else {}, model_calls, 2),
        dead_letters=0,
        dead_letter_ids=[],
        lost_runs=0,
    )
    return replace(outcome, **changes)


def test_one_repository_one_commit_and_one_notification_are_no_violation() -> None:
    assert violations(an_outcome()) == []


def test_the_same_bytes_again_are_a_duplicate_and_no_violation() -> None:
    outcome = an_outcome(told=(a_told(), a_told()))
    assert violations(outcome) == []
    assert outcome.duplicates == 1


FAILED = replace(RECORD, state=State.FAILED, failure=Failure("no token", resumable=True))


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (an_outcome(record=None), "has no record"),
        (an_outcome(record=FAILED), "is FAILED: no token"),
        (an_outcome(repositories=()), "has 0 repositories"),
        (
            an_outcome(repositories=(a_repository(), a_repository(full_name="o/second"))),
            "has 2 repositories",
        ),
        (an_outcome(repositories=(a_repository(commits=("b" * 40, "a" * 40)),)), "has 2 commits"),
        (an_outcome(repositories=(a_repository(files=("index.html",)),)), "lacks LICENSE"),
        (an_outcome(repositories=(a_repository(commits=("e" * 40,)),)), "its record names"),
        (an_outcome(told=()), "was not told"),
        (an_outcome(told=(a_told(), a_told(round=2))), "different bytes"),
        (an_outcome(told=(a_told(email="other@example.com"),)), "was told about ('other@"),
    ],
)
def test_a_broken_promise_is_told_with_its_deployment(outcome: Outcome, says: str) -> None:
    found = violations(outcome)
    assert any(says in one.what for one in found), found
    assert {one.deployment_id for one in found} == {RECORD.latest.deployment_id}


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (
            an_outcome(repositories=(a_repository(), a_repository(description="stray"))),
            "nobody asked for the repository",
        ),
        (an_outcome(dead_letters=1, dead_letter_ids=["d-1"]), "1 messages are dead letters: d-1"),
        (an_outcome(posted=[replace(POSTED, status=503)]), "no POST was accepted"),
        (an_outcome(model_calls=2), "the model was called 2 times, where 1 are explained"),
    ],
)
def test_what_is_nobodys_in_particular_is_told_too(outcome: Outcome, says: str) -> None:
    (found,) = violations(outcome)
    assert found.deployment_id == ""
    assert says in found.what


def test_a_lost_run_explains_a_further_call_of_the_model() -> None:
    assert violations(an_outcome(model_calls=2, lost_runs=1)) == []


def test_who_was_not_accepted_was_promised_nothing() -> None:
    refused = replace(POSTED, task="another", nonce="another", status=503, deployment_id="")
    assert violations(an_outcome(posted=[POSTED, refused])) == []


def test_the_time_runs_from_the_post_to_the_accepted_notification() -> None:
    late = replace(a_told(), at=30.0)
    refused = replace(a_told(), accepted=False)
    outcome = an_outcome(told=(refused, late))
    assert outcome.seconds() == [(30.0, RECORD.latest.deployment_id)]
