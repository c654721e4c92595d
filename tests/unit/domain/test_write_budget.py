from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from deployer.domain.write_budget import LIMITS, PUNCTUALITY, Limit, WriteLedger
from tests.builders import START

SMALL = (Limit(4, timedelta(minutes=1)), Limit(10, timedelta(minutes=10)))


def test_the_first_writes_may_be_sent_at_once() -> None:
    _, at = WriteLedger().book(2, START)
    assert at == START


def test_a_full_minute_ends_with_its_oldest_write() -> None:
    ledger = WriteLedger()
    for _ in range(2):
        ledger, at = ledger.book(2, START, SMALL)
    assert at == START
    _, at = ledger.book(2, START + timedelta(seconds=5), SMALL)
    assert at == START + timedelta(minutes=1) + PUNCTUALITY


def test_a_revision_books_nothing_and_keeps_the_silence() -> None:
    ledger = WriteLedger().closed(START + timedelta(seconds=37))
    after, at = ledger.book(0, START)
    assert (after, at) == (ledger, START + timedelta(seconds=37))


def test_silence_is_never_shortened() -> None:
    ledger = WriteLedger().closed(START + timedelta(minutes=5)).closed(START)
    assert ledger.closed_until == START + timedelta(minutes=5)


def test_a_booking_is_good_for_half_a_minute_and_not_inside_a_silence() -> None:
    ledger = WriteLedger()
    assert ledger.honours(START, START - timedelta(minutes=10))
    assert ledger.honours(START, START + PUNCTUALITY)
    assert not ledger.honours(START, START + PUNCTUALITY + timedelta(seconds=1))
    assert not ledger.closed(START + timedelta(seconds=1)).honours(START, START)


def test_the_ledger_forgets_what_no_window_holds_any_more() -> None:
    ledger, _ = WriteLedger().book(2, START)
    ledger, _ = ledger.book(2, START + timedelta(hours=2))
    assert ledger.booked == (START + timedelta(hours=2),) * 2


def test_a_thousand_deployments_are_let_through_in_the_time_that_the_limits_need() -> None:
    ledger, at = WriteLedger(), START
    for _ in range(1000):
        ledger, at = ledger.book(2, START)
    # 500 an hour: the fourth 500 begin after three hours, and take some minutes at 80 a minute.
    assert at - START <= 1.1 * timedelta(hours=3.1)


@settings(max_examples=60)
@given(
    arrivals=st.lists(st.integers(0, 120), min_size=1, max_size=80),
    delays=st.lists(st.floats(0, PUNCTUALITY.total_seconds()), min_size=80, max_size=80),
    writes=st.integers(1, 2),
)
def test_no_window_ever_holds_more_than_its_limit_however_late_the_writes_are(
    arrivals: list[int], delays: list[float], writes: int
) -> None:
    ledger, now, sent = WriteLedger(), START, list[datetime]()
    for pause, delay in zip(arrivals, delays, strict=False):
        now += timedelta(seconds=pause)
        ledger, at = ledger.book(writes, now, SMALL)
        assert at >= now
        sent += [at + timedelta(seconds=delay)] * writes
    sent.sort()
    for limit in SMALL:
        for first, last in zip(sent, sent[limit.writes :], strict=False):
            assert last - first >= limit.window


def test_the_limits_are_githubs() -> None:
    assert [(limit.writes, limit.window.total_seconds()) for limit in LIMITS] == [
        (80, 60),
        (500, 3600),
    ]
