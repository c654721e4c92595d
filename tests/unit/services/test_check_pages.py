from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deployer.adapters.stepfunctions import pages_output
from deployer.domain.errors import HostUnavailableError, Postponed, RateLimitedError
from deployer.domain.publication import PagesState, Publication
from deployer.domain.round import Round
from deployer.services.check_pages import check_pages
from deployer.services.github.write_turns import WriteTurns
from tests.support.builders import START, SettableClock, a_publication, a_round
from tests.support.fakes import InMemoryRounds, InMemoryWriteLedgers, RecordingTelemetry


class ScriptedPages:
    """Serves the commit from the nth look on; fails when it is told to."""

    def __init__(self, from_look: int = 1, *, broken: Exception | None = None) -> None:
        self.looks = 0
        self.from_look = from_look
        self.broken = broken

    def serves(self, publication: Publication) -> bool:
        assert publication == a_publication()
        self.looks += 1
        if self.broken:
            raise self.broken
        return self.looks >= self.from_look


class Look:
    """One record, one host, one clock."""

    def __init__(self, pages: ScriptedPages) -> None:
        self.pages = pages
        self.clock = SettableClock()
        self.rounds = InMemoryRounds()
        self.turns = WriteTurns("octocat", InMemoryWriteLedgers(), self.clock)
        self.record = self.rounds.save(a_round().published(a_publication(), START))

    def __call__(self, record: Round | None = None) -> PagesState | None:
        told = record or self.record
        return check_pages(
            told.delivery(told.notifications[0]),
            pages=self.pages,
            turns=self.turns,
            rounds=self.rounds,
            telemetry=RecordingTelemetry(),
            clock=self.clock,
            patience=timedelta(seconds=120),
        )

    @property
    def noted(self) -> PagesState | None:
        return self.rounds.records[self.record.key].pages


def test_a_page_that_is_served_is_noted_as_live() -> None:
    look = Look(ScriptedPages())
    assert look() is PagesState.LIVE
    assert look.noted is PagesState.LIVE


def test_a_page_that_is_not_served_yet_is_looked_at_again() -> None:
    look = Look(ScriptedPages(from_look=3))
    assert [look(), look(), look()] == [None, None, PagesState.LIVE]


def test_when_patience_has_run_out_it_is_noted_as_pending() -> None:
    look = Look(ScriptedPages(from_look=100))
    look.clock.advance(119)
    assert (look(), look.noted) == (None, None)
    look.clock.advance(1)
    assert (look(), look.noted) == (PagesState.PENDING, PagesState.PENDING)


def test_a_host_that_fails_costs_patience_and_nothing_else() -> None:
    look = Look(ScriptedPages(broken=HostUnavailableError("GitHub answered 502")))
    assert look() is None
    look.clock.advance(120)
    assert look() is PagesState.PENDING


def test_nobody_looks_while_the_host_wants_silence() -> None:
    look = Look(ScriptedPages())
    look.turns.close(RateLimitedError("GitHub's rate limit", START + timedelta(seconds=60)))
    assert (look(), look.pages.looks) == (None, 0)
    look.clock.advance(60)
    assert (look(), look.pages.looks) == (PagesState.LIVE, 1)


def test_a_look_that_is_refused_makes_everybody_wait() -> None:
    until = START + timedelta(seconds=60)
    look = Look(ScriptedPages(broken=RateLimitedError("GitHub's rate limit", until)))
    assert look() is None
    with pytest.raises(Postponed):
        look.turns.require_open()


def test_the_notification_of_an_older_commit_does_not_wait_for_the_newer_one() -> None:
    look = Look(ScriptedPages(from_look=100))
    older = replace(look.record, publication=a_publication(commit_sha="0" * 40))
    assert look(older) is PagesState.LIVE
    assert look.pages.looks == 0


def test_the_first_looks_come_soon_and_the_later_ones_every_ten_seconds() -> None:
    state: dict[str, Any] = {}
    delays = []
    for _ in range(9):
        state["pages"] = pages_output(state, None)
        delays.append(state["pages"]["delay_seconds"])
    assert delays == [1, 1, 2, 3, 5, 8, 10, 10, 10]
    assert state["pages"]["pages"] == "waiting"
    assert pages_output(state, PagesState.PENDING)["pages"] == "pending"
