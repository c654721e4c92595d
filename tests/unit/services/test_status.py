from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from deployer.domain.check_verdict import CheckVerdict
from deployer.domain.computed import ComputedFile
from deployer.domain.generation_report import GenerationReport
from deployer.domain.round import Failure, Round
from deployer.domain.visit import Picture, Verdict
from deployer.services.status import status
from tests.support.builders import START, a_publication, a_report, a_request, a_round
from tests.support.fakes import InMemoryRounds, linked


def test_an_unknown_task_has_no_status() -> None:
    assert (
        status("student@example.com", "sum-of-sales", rounds=InMemoryRounds(), link=linked) is None
    )


@pytest.mark.parametrize(
    ("email", "task"),
    [
        ("a" * 5000, "t"),  # longer than a key of DynamoDB may be
        ("ada@example.com", "t" * 101),
        ("", "t"),
        ("ada@example.com\ud800", "t"),
        ("ada@example.com", "b#sum-of-sales"),  # with the record of another e-mail's, ada@...#b
    ],
)
def test_the_store_is_not_asked_for_what_no_request_can_have_had(email: str, task: str) -> None:
    class Unasked(InMemoryRounds):
        def of_task(self, email: str, task: str) -> list[Round]:
            raise AssertionError(f"asked for {email} {task}")

    assert status(email, task, rounds=Unasked(), link=linked) is None


def test_every_round_tells_where_it_is_and_how_its_notification_went() -> None:
    rounds = InMemoryRounds()
    first = a_round().published(a_publication(), START)
    rounds.save(first.notified(first.latest.deployment_id, 2, "HTTP 200", START))
    rounds.save(
        a_round(round=2, nonce="nonce-2").waits(
            "GitHub's rate limit", START + timedelta(minutes=1), START
        )
    )
    answer = status("student@example.com", "sum-of-sales", rounds=rounds, link=linked)
    assert answer is not None
    assert answer["task_id"] == "sum-of-sales"
    assert answer["round1"]["state"] == "NOTIFIED"
    assert answer["round1"]["commit_sha"] == a_publication().commit_sha
    assert answer["round1"]["notification"]["attempts"] == 2
    assert answer["round2"]["state"] == "QUEUED"
    assert answer["round2"]["waiting"] == {
        "for": "GitHub's rate limit",
        "until": "2026-01-05T12:01:00+00:00",
    }


def test_a_site_tells_what_a_browser_saw_and_where_its_pictures_are() -> None:
    dark = CheckVerdict("Dark mode", 1, Verdict.FAILS, "no dialog", (), ("click #dark",), 2)
    report = a_report(
        unmet=("Dark mode: no dialog",),
        unproven=("README is professional: no steps",),
        repaired=("#total shows NaN",),
        verdicts=(dark,),
        pictures=(Picture(375, "pictures/a/375.png"),),
        computed=(ComputedFile("data.json", ("a.csv",), 27, "return 1", "ab12"),),
    )
    rounds = InMemoryRounds()
    rounds.save(a_round().generated("sites/a.json", None, report, START))

    answer = status("student@example.com", "sum-of-sales", rounds=rounds, link=linked)

    assert answer is not None
    told = answer["round1"]["generation"]
    assert told["unmet"] == ["Dark mode: no dialog"]
    assert told["unproven"] == ["README is professional: no steps"]
    assert told["repaired"] == ["#total shows NaN"]
    assert told["verdicts"] == [
        {
            "check": "Dark mode",
            "round": 1,
            "verdict": "fails",
            "evidence": "no dialog",
            "held": [],
            "steps": ["click #dark"],
            "superseded_by": 2,
        }
    ]
    assert told["computed"] == [{"path": "data.json", "inputs": ["a.csv"], "bytes": 27}]
    assert told["screenshots"] == {"375": "https://bucket.example/pictures/a/375.png"}


def test_a_record_stays_small_however_much_there_is_to_tell() -> None:
    long = tuple(f"{number} " + "ü" * 5000 for number in range(200))
    verdicts = tuple(
        CheckVerdict(text, 1, Verdict.FAILS, text, ("static",), (text, text)) for text in long
    )
    report = a_report(unmet=long, unproven=long, repaired=long, notes=long, verdicts=verdicts)

    kept = a_round().generated("sites/a.json", None, report, START).generation

    assert kept is not None
    assert kept.unmet[-1] == "and 170 more"
    assert len(TypeAdapter(GenerationReport).dump_json(kept)) < 250_000


def test_a_failure_says_why() -> None:
    rounds = InMemoryRounds()
    rounds.save(a_round().failed(Failure("the model declined", resumable=False), START))
    answer = status("student@example.com", "sum-of-sales", rounds=rounds, link=linked)
    assert answer is not None
    assert answer["round1"]["error"] == "the model declined"


def test_it_never_holds_the_nonce_the_brief_or_the_evaluation_url() -> None:
    rounds = InMemoryRounds()
    rounds.save(a_round())
    text = json.dumps(status("student@example.com", "sum-of-sales", rounds=rounds, link=linked))
    request = a_request()
    for private in (request.nonce, request.brief, request.evaluation_url):
        assert private not in text
