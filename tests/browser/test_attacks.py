"""Attacks as published: real Chromium opens them, and their attackers hear nothing."""

from __future__ import annotations

from tests.browser.attacks import LIMITS, NAMES, as_it_is, as_published, reached, reached_at_last

SOME = NAMES[::5]


def test_no_attack_reaches_its_attacker_as_published() -> None:
    assert reached(as_published) == set()


def test_attacks_reach_their_attacker_as_they_are() -> None:
    assert reached_at_last(as_it_is, SOME) == set(SOME)


def test_what_nothing_holds_is_what_is_said_in_security_md() -> None:
    assert reached_at_last(as_published, LIMITS) == set(LIMITS)
