"""Every fault at every request of a deployment: one repository and one commit a round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from deployer.domain.round import State
from local.github.faults import FaultRule
from tests.publishing.line import Line, a_line

REQUESTS = {
    "create the repository": FaultRule("/user/repos", 500, method="POST"),
    "read the head": FaultRule("/git/*/info/refs*", 500),
    "push": FaultRule("/git/*/git-receive-pack", 500, method="POST"),
    "enable Pages": FaultRule("/repos/*/pages", 500, method="POST"),
}
FAULTS = {
    "502 before": {"answer": 502},
    "502 after": {"answer": 502, "when": "after"},
    "no answer before": {"answer": "lost"},
    "no answer after": {"answer": "lost", "when": "after"},
    "silence": {"answer": "hang", "seconds": 0.05},
    "401": {"answer": 401},
    "403 with retry-after": {"answer": 403, "retry_after": 37},
    "403 without": {"answer": 403, "message": "You have exceeded a secondary rate limit."},
    "403 until the reset": {"answer": 403, "reset_after": 600},
    "429": {"answer": 429, "retry_after": 90},
}


@dataclass(frozen=True)
class Case:
    request: str
    fault: str
    times: int

    def __str__(self) -> str:
        return f"{self.request}, {self.fault}, {self.times}x"

    @property
    def rule(self) -> FaultRule:
        return replace(REQUESTS[self.request], times=self.times, **FAULTS[self.fault])  # type: ignore[arg-type]


CASES = [Case(r, f, times) for r in REQUESTS for f in FAULTS for times in (1, 3)]


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with a_line(tmp_path) as made:
        yield made


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_first_round_converges(line: Line, case: Case) -> None:
    line.github.double.faults.replace(case.rule)
    key = line.post()
    line.run()
    check(line, [key])


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.request in ("read the head", "push")], ids=str
)
def test_a_revision_converges(line: Line, case: Case) -> None:
    first = line.post()
    line.run()
    line.github.double.faults.replace(case.rule)
    second = line.post(round=2, nonce="nonce-2", brief="Add a table.")
    line.run()
    check(line, [first, second])


def test_a_repository_that_is_found_only_later_is_waited_for(line: Line) -> None:
    rule = FaultRule("/git/*", "not found", seconds=20, times=None)
    line.github.double.faults.replace(rule)
    key = line.post()
    line.run()
    check(line, [key])


def test_pages_wait_for_a_branch_that_is_not_seen_yet(line: Line) -> None:
    message = "The main branch must exist before GitHub Pages can be built."
    rule = FaultRule("/repos/*/pages", 422, method="POST", times=2, message=message)
    line.github.double.faults.replace(rule)
    key = line.post()
    line.run()
    check(line, [key])


def test_what_never_works_ends_as_a_failure_and_in_the_dead_letters(line: Line) -> None:
    line.github.double.faults.replace(FaultRule("/user/repos", 401, times=None))
    key = line.post()
    line.run()
    record = line.record(key)
    assert record.state is State.FAILED
    assert record.failure is not None
    assert "GITHUB_TOKEN" in record.failure.reason
    assert [message.key for message in line.dead] == [key]
    # AND after the fix the same message goes on, and pays the model nothing
    line.github.double.faults.replace()
    line.queue.send(line.dead.pop())
    line._take_what_was_queued(receives=1)
    line.run()
    check(line, [key])


def test_the_same_message_twice_at_the_same_time_is_one_commit(line: Line) -> None:
    key = line.post()
    line.queue.send(line._due[0][2])
    line._take_what_was_queued(receives=1)
    line.run()
    check(line, [key])


def check(line: Line, keys: list) -> None:  # type: ignore[type-arg]
    records = [line.record(key) for key in keys]
    assert [record.state for record in records] == [State.PUBLISHED] * len(keys)
    assert line.repositories() == [f"{line.github.owner}/sum-of-sales.git"]
    published = [record.publication.commit_sha for record in records if record.publication]
    assert line.commits(f"{line.github.owner}/sum-of-sales") == list(reversed(published))
    assert len(line.generate.assignments) == len(keys)
    inside = [entry for entry in line.github.requests() if entry.inside_window]
    assert inside == []
    assert line.dead == []
