"""See whether Pages serves a round's commit, before its evaluation URL is told."""

from __future__ import annotations

from datetime import timedelta

from deployer.domain.errors import HostUnavailableError, Postponed, RateLimitedError
from deployer.domain.notification import Delivery
from deployer.domain.ports import Clock, PagesHost, Rounds, Telemetry
from deployer.domain.publication import PagesState
from deployer.domain.round import Round
from deployer.domain.round_key import RoundKey
from deployer.services.changes import change_round
from deployer.services.github.write_turns import WriteTurns


def check_pages(
    delivery: Delivery,
    *,
    pages: PagesHost,
    turns: WriteTurns,
    rounds: Rounds,
    telemetry: Telemetry,
    clock: Clock,
    patience: timedelta,
) -> PagesState | None:
    """LIVE, PENDING when `patience` has run out, or None: look again soon.

    Raises:
        UnavailableError: the record could not be read or written.
    """
    record = rounds.find(RoundKey(delivery.email, delivery.task, delivery.round))
    if record is None or not _is_about(record, delivery):
        return PagesState.LIVE
    state = PagesState.LIVE if _serves(record, pages, turns, telemetry) else None
    now = clock()
    if state is None and now >= delivery.published_at + patience:
        state = PagesState.PENDING
    if state is not None:
        found = state
        change_round(
            record.key,
            lambda now_there: (
                now_there.pages_seen(found, now) if _is_about(now_there, delivery) else now_there
            ),
            rounds,
        )
        waited = (now - delivery.published_at).total_seconds()
        telemetry.fact("pages_seen", pages=state.value, seconds=waited)
    return state


def _is_about(record: Round, delivery: Delivery) -> bool:
    """True if the record still is about this build: a newer one has a wait of its own."""
    published = record.publication
    return published is not None and published.commit_sha == delivery.payload.commit_sha


def _serves(record: Round, pages: PagesHost, turns: WriteTurns, telemetry: Telemetry) -> bool:
    """True if Pages serves the commit. False from a host that does not answer or wants silence: it
    is asked again while there is patience."""
    if record.publication is None:
        return False
    try:
        turns.require_open()
        return pages.serves(record.publication)
    except (HostUnavailableError, Postponed) as exc:
        if isinstance(exc, RateLimitedError):
            turns.close(exc)
        telemetry.fact("pages_unknown", reason=str(exc))
        return False
