from __future__ import annotations

import heapq
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployer.domain.write_budget import (
    ASKS_AGAIN_AFTER,
    FORGOTTEN_AFTER,
    LIMITS,
    MOST_WAITING,
    PUNCTUALITY,
    Grant,
    InLine,
    Limit,
    WriteLedger,
    Writer,
    parse_limits,
)
from tests.support.builders import START

SMALL = (Limit(4, timedelta(minutes=1)), Limit(10, timedelta(minutes=10)))
WINDOW = timedelta(minutes=1) + PUNCTUALITY


def a_writer(number: int, caller: str = "a", writes: int = 2) -> Writer:
    return Writer(f"d-{caller}-{number}", caller, writes)


def test_the_first_writes_may_be_sent_at_once() -> None:
    ledger, at = WriteLedger().turn(a_writer(1), START)
    assert (ledger.granted, ledger.waiting, at) == ((Grant(START, "a", 2),), (), START)


def test_a_full_minute_ends_with_its_oldest_write() -> None:
    ledger = WriteLedger()
    for number in range(2):
        ledger, at = ledger.turn(a_writer(number), START, SMALL)
        assert at == START
    ledger, at = ledger.turn(a_writer(3), START + timedelta(seconds=5), SMALL)
    assert at == START + WINDOW
    assert [one.writer for one in ledger.waiting] == [a_writer(3)]


def test_asking_again_keeps_the_place_and_the_ledger() -> None:
    ledger, _ = WriteLedger().turn(a_writer(0, writes=4), START, SMALL)
    waiting, at = ledger.turn(a_writer(1), START, SMALL)
    assert waiting.turn(a_writer(1), START + timedelta(seconds=9), SMALL) == (waiting, at)
    after, at = waiting.turn(a_writer(1), at, SMALL)
    assert (at, after.waiting) == (START + WINDOW, ())


def test_callers_take_turns_however_many_one_of_them_sends() -> None:
    minute = SMALL[:1]
    ledger = WriteLedger()
    for number in range(8):
        ledger, _ = ledger.turn(a_writer(number), START, minute)
    # Two fit in a minute, and the first two went at once: then the late caller is as far.
    for number, windows in enumerate((1, 1, 2)):
        ledger, at = ledger.turn(a_writer(number, "b"), START, minute)
        assert at == START + windows * WINDOW


def test_who_is_late_keeps_its_place_but_nobody_waits_for_it() -> None:
    ledger, _ = WriteLedger().turn(a_writer(0, writes=4), START, SMALL)
    ledger, _ = ledger.turn(a_writer(1, writes=4), START, SMALL)
    late = START + WINDOW + PUNCTUALITY + timedelta(seconds=1)
    ledger, at = ledger.turn(a_writer(2, writes=4), late, SMALL)
    assert at == late
    _, at = ledger.turn(a_writer(1, writes=2), late, SMALL)
    assert at > late


def test_who_does_not_come_back_is_forgotten() -> None:
    ledger, _ = WriteLedger().turn(a_writer(0, writes=4), START, SMALL)
    ledger, at = ledger.turn(a_writer(1), START, SMALL)
    ledger, _ = ledger.turn(a_writer(2), at + FORGOTTEN_AFTER + timedelta(seconds=1), SMALL)
    assert ledger.waiting == ()


def test_a_revision_takes_nothing_and_keeps_the_silence() -> None:
    ledger = WriteLedger().closed(START + timedelta(seconds=37), START)
    after, at = ledger.turn(a_writer(1, writes=0), START)
    assert (after, at) == (ledger, START + timedelta(seconds=37))


def test_silence_is_never_shortened() -> None:
    ledger = WriteLedger().closed(START + timedelta(minutes=5), START).closed(START, START)
    assert ledger.closed_until == START + timedelta(minutes=5)


def test_a_silence_without_a_length_doubles_while_it_is_repeated() -> None:
    ledger, now, lengths = WriteLedger(), START, []
    for _ in range(6):
        ledger = ledger.closed(None, now)
        assert ledger.closed_until is not None
        lengths.append((ledger.closed_until - now).total_seconds() / 60)
        now = ledger.closed_until
    assert lengths == [1, 2, 4, 8, 16, 16]
    later = ledger.closed(None, now + timedelta(hours=1))
    assert later.closed_until == now + timedelta(hours=1, minutes=1)


def test_the_ledger_forgets_what_no_window_holds_any_more() -> None:
    ledger, _ = WriteLedger().turn(a_writer(1), START)
    ledger, _ = ledger.turn(a_writer(2), START + timedelta(hours=2))
    assert ledger.granted == (Grant(START + timedelta(hours=2), "a", 2),)


def drained(
    writers: list[Writer], arrivals: list[datetime], limits: tuple[Limit, ...]
) -> dict[str, datetime]:
    """The time when each was let through, if each comes back exactly when it was told to."""
    ledger, through = WriteLedger(), dict[str, datetime]()
    due = [(at, number) for number, at in enumerate(arrivals)]
    heapq.heapify(due)
    while due:
        now, number = heapq.heappop(due)
        ledger, at = ledger.turn(writers[number], now, limits)
        if at > now:
            heapq.heappush(due, (at, number))
        else:
            through[writers[number].build_id] = now
    return through


def test_many_deployments_are_let_through_in_the_time_that_the_limits_need() -> None:
    writers = [a_writer(number) for number in range(500)]
    through = drained(writers, [START] * 500, LIMITS)
    # 500 writes an hour: the second 500 begin after an hour, and take minutes at 80 a minute.
    assert max(through.values()) - START <= 1.1 * timedelta(hours=1, minutes=7)


def test_ten_of_one_caller_do_not_wait_for_three_hundred_of_another() -> None:
    many = [a_writer(number, "many") for number in range(300)]
    few = [a_writer(number, "few") for number in range(10)]
    arrivals = [START] * 300 + [START + timedelta(seconds=5)] * 10
    through = drained([*many, *few], arrivals, LIMITS)
    last_of_few = max(through[one.build_id] for one in few)
    before = sum(through[one.build_id] <= last_of_few for one in many)
    # 40 had gone when the few came; then the few are ahead of all others.
    assert before <= 40 + 30


@settings(max_examples=60, deadline=None)
@given(
    pauses=st.lists(st.integers(0, 120), min_size=1, max_size=60),
    lateness=st.lists(st.floats(0, PUNCTUALITY.total_seconds()), min_size=60, max_size=60),
    callers=st.lists(st.sampled_from("abc"), min_size=60, max_size=60),
    writes=st.integers(1, 2),
)
def test_no_window_ever_holds_more_than_its_limit_however_late_the_writes_are(
    pauses: list[int], lateness: list[float], callers: list[str], writes: int
) -> None:
    arrivals, now = list[datetime](), START
    for pause in pauses:
        now += timedelta(seconds=pause)
        arrivals.append(now)
    writers = [a_writer(n, callers[n], writes) for n in range(len(pauses))]
    through = drained(writers, arrivals, SMALL)
    assert len(through) == len(writers)
    sent = sorted(
        at + timedelta(seconds=late)
        for at, late in zip(through.values(), lateness, strict=False)
        for _ in range(writes)
    )
    for limit in SMALL:
        for first, last in zip(sent, sent[limit.writes :], strict=False):
            assert last - first >= limit.window


def test_a_line_that_the_ledger_could_not_hold_is_asked_at_again() -> None:
    ledger, _ = WriteLedger().turn(a_writer(0, writes=4), START, SMALL)
    line = tuple(InLine(a_writer(number), START) for number in range(1, MOST_WAITING + 1))
    full = replace(ledger, waiting=line)
    assert full.turn(a_writer(0, "b"), START, SMALL) == (full, START + ASKS_AGAIN_AFTER)
    assert full.turn(a_writer(1), START, SMALL)[1] == START + WINDOW


def test_no_window_may_hold_more_grants_than_the_ledger() -> None:
    assert parse_limits("4000/3600")[0].writes == 4000
    with pytest.raises(ValueError, match="at most 4000"):
        parse_limits("80/60,5000/3600")


def test_the_limits_are_githubs() -> None:
    assert [(limit.writes, limit.window.total_seconds()) for limit in LIMITS] == [
        (80, 60),
        (500, 3600),
    ]
