"""A part of the crash matrix; `make simulate` plays all of it."""

from __future__ import annotations

from random import Random

import pytest

from local.github.server import RunningGitHub
from tests.simulation.faults import Boundary
from tests.simulation.matrix import boundaries, pairs, singles, struck_by

SAMPLED_SINGLES, SAMPLED_PAIRS = 60, 30


@pytest.fixture(scope="module")
def passed(github: RunningGitHub) -> list[Boundary]:
    return boundaries(github)


def test_the_boundaries_are_found_by_running(passed: list[Boundary]) -> None:
    names = {boundary.name for boundary in passed}
    assert {
        "caller: POST /api/deploy",
        "validator: sqs.send_message",
        "worker: records.save GENERATING",
        "worker: model.complete",
        "worker: GitHub POST /user/repos",
        "worker: GitHub POST /git/*/git-receive-pack",
        "worker: GitHub POST /repos/*/pages",
        "worker: stepfunctions.start_execution",
        "poller: poller: delete",
        "pages_checker: GitHub GET /repos/*/pages/builds/latest",
        "notifier: evaluator.post",
        "notifier: records.save NOTIFIED",
    } <= names
    assert Boundary("worker: model.complete", 2) in passed


def test_one_fault_anywhere_up_to_three_times_changes_nothing(
    github: RunningGitHub, passed: list[Boundary]
) -> None:
    for fault in Random(1).sample(list(singles(passed)), SAMPLED_SINGLES):
        assert struck_by(github, fault).violations == (), str(fault[0])


def test_two_faults_anywhere_change_nothing(github: RunningGitHub, passed: list[Boundary]) -> None:
    for pair in Random(2).sample(list(pairs(passed)), SAMPLED_PAIRS):
        assert struck_by(github, pair).violations == (), [str(fault) for fault in pair]
