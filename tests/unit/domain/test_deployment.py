from __future__ import annotations

from datetime import timedelta

import pytest

from deployer.domain.errors import ConflictError
from deployer.domain.notification import NotificationState
from deployer.domain.round import MAX_NONCES, Failure, Lease, Round, State
from tests.support.builders import START, a_publication, a_report, a_request, a_round

LATER = START + timedelta(minutes=1)


def published() -> Round:
    lease = Lease("worker", LATER)
    return (
        a_round()
        .claimed(lease, START)
        .generated("sites/d-1.json", None, a_report(), START)
        .published(a_publication(), START)
    )


def notified() -> Round:
    record = published()
    return record.notified(record.latest.deployment_id, 1, "HTTP 200", LATER)


def test_a_deployment_goes_from_queued_to_notified() -> None:
    record = a_round()
    assert record.state is State.QUEUED
    record = record.claimed(Lease("worker", LATER), START)
    assert record.state is State.GENERATING
    record = record.generated("sites/d-1.json", None, a_report(), START)
    assert record.state is State.GENERATED
    record = record.published(a_publication(), START)
    assert (record.state, record.has_work) == (State.PUBLISHED, True)
    assert record.lease, "until the notification is started, its worker has it"
    record = record.released(START)
    record = record.notified(record.latest.deployment_id, 1, "HTTP 200", LATER)
    assert (record.state, record.has_work) == (State.NOTIFIED, False)


def test_a_claim_after_a_crash_goes_on_from_the_last_checkpoint() -> None:
    record = a_round().generated("sites/d-1.json", None, a_report(), START)
    assert record.claimed(Lease("second", LATER), START).state is State.GENERATED


def test_a_resumable_failure_goes_on_from_its_checkpoint_and_another_does_not() -> None:
    generated = a_round().generated("sites/d-1.json", None, a_report(), START)
    mended = generated.failed(Failure("GitHub was down", resumable=True), START)
    assert mended.has_work
    assert mended.claimed(Lease("worker", LATER), START).state is State.GENERATED
    assert not generated.failed(Failure("refused", resumable=False), START).has_work


def test_the_same_nonce_again_changes_nothing() -> None:
    record = notified()
    assert record.sent_again(a_request(), LATER) is record


def test_the_same_nonce_with_another_body_contradicts() -> None:
    with pytest.raises(ConflictError):
        notified().sent_again(a_request(brief="another"), LATER)


def test_a_new_nonce_with_the_same_content_is_only_notified_again() -> None:
    again = notified().sent_again(a_request(nonce="nonce-2"), LATER)
    assert again.state is State.PUBLISHED
    assert [n.nonce for n in again.pending] == ["nonce-2"]
    assert again.publication == a_publication()
    assert again.latest.deployment_id == a_request(nonce="nonce-2").deployment_id


def test_a_new_nonce_with_other_content_is_a_new_build_in_the_same_repository() -> None:
    changed = a_request(nonce="nonce-2", brief="another")
    again = notified().sent_again(changed, LATER)
    assert (again.state, again.site_ref) == (State.QUEUED, None)
    assert again.build_id == changed.deployment_id
    assert again.publication == a_publication()


def test_who_still_waits_for_an_old_build_is_told_about_the_new_one() -> None:
    again = published().sent_again(a_request(nonce="nonce-2", brief="another"), LATER)
    assert [n.nonce for n in again.pending] == ["nonce-1", "nonce-2"]


def test_a_new_nonce_resumes_what_failed_for_good() -> None:
    failed = a_round().failed(Failure("refused", resumable=False), START)
    again = failed.sent_again(a_request(nonce="nonce-2"), LATER)
    assert (again.state, again.failure) == (State.QUEUED, None)


def test_an_old_notification_that_ends_late_does_not_end_the_new_one() -> None:
    record = published().sent_again(a_request(nonce="nonce-2"), LATER)
    record = record.notified(a_request().deployment_id, 3, "HTTP 200", LATER)
    assert record.state is State.PUBLISHED
    assert [n.state for n in record.notifications] == [
        NotificationState.DELIVERED,
        NotificationState.PENDING,
    ]


def test_attempts_are_noted_while_they_go_on() -> None:
    record = published().attempted(published().latest.deployment_id, 2, "HTTP 500", LATER)
    (notification,) = record.notifications
    assert (notification.attempts, notification.last_answer) == (2, "HTTP 500")
    assert record.state is State.PUBLISHED


def test_a_given_up_notification_is_visible() -> None:
    record = published().notification_gave_up(
        published().latest.deployment_id, 6, "HTTP 500", LATER
    )
    assert record.state is State.NOTIFY_FAILED


def test_who_was_told_stays_told_also_if_another_try_gives_up_later() -> None:
    told = notified()
    assert told.notification_gave_up(told.latest.deployment_id, 12, "HTTP 500", LATER) == told


def test_a_round_that_failed_while_it_was_being_told_ends_as_told() -> None:
    failed = published().failed(Failure("Step Functions did not answer", resumable=True), START)
    told = failed.notified(failed.latest.deployment_id, 1, "HTTP 200", LATER)
    assert (told.state, told.failure, told.has_work) == (State.NOTIFIED, None, False)


def test_a_published_round_that_failed_is_not_published_again_but_told() -> None:
    failed = published().failed(Failure("Step Functions did not answer", resumable=True), START)
    resumed = failed.claimed(Lease("worker", LATER), LATER)
    assert (resumed.state, resumed.pending) == (State.PUBLISHED, failed.notifications)


def test_a_new_nonce_is_told_also_if_the_round_failed_after_it_had_told_another() -> None:
    failed = notified().failed(Failure("Step Functions did not answer", resumable=True), START)
    again = failed.sent_again(a_request(nonce="nonce-2"), LATER)
    assert (again.state, again.has_work) == (State.PUBLISHED, True)


def test_a_site_that_was_refused_is_made_anew_when_its_round_is_sent_again() -> None:
    generated = a_round().generated("sites/d-2.json", None, a_report(), START)
    refused = generated.failed(Failure("GitHub refused the push", resumable=False), START)
    again = refused.sent_again(a_request(nonce="nonce-2"), LATER)
    assert (again.state, again.site_ref) == (State.QUEUED, None)


def test_waiting_begins_anew_with_each_time_that_a_published_round_is_sent() -> None:
    hiccup = published().waits("Step Functions did not answer", LATER, START)
    assert hiccup.released(LATER).waiting_since is None
    assert hiccup.sent_again(a_request(nonce="nonce-2"), LATER).waiting_since is None


def test_a_lease_that_a_killed_worker_left_holds_up_no_later_nonce() -> None:
    left = a_round().claimed(Lease("killed", LATER), START)
    left = left.generated("sites/d-1.json", None, a_report(), START)
    left = left.published(a_publication(), START)
    assert left.sent_again(a_request(nonce="nonce-2"), START).lease is None


def test_a_round_takes_a_bounded_number_of_nonces() -> None:
    record = a_round()
    for number in range(2, MAX_NONCES + 1):
        record = record.sent_again(a_request(nonce=f"nonce-{number}"), START)
    assert record.sent_again(a_request(nonce="nonce-7"), START) == record
    with pytest.raises(ConflictError, match="100 nonces"):
        record.sent_again(a_request(nonce="one-more"), START)
