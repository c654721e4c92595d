"""The evaluator: keeps every notification, and fails when it was told to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local import evaluator

if TYPE_CHECKING:
    from pathlib import Path

    from local.evaluator import RunningEvaluator

NOTIFICATION = {
    "email": "student@example.com",
    "task": "todo-app-4f1",
    "round": 1,
    "nonce": "ab12-",
    "repo_url": "http://127.0.0.1/git/local-student/todo-app",
    "commit_sha": "0123456789abcdef0123456789abcdef01234567",
    "pages_url": "http://127.0.0.1/pages/local-student/todo-app/",
}


def notify(evaluation: RunningEvaluator, **changes: Any) -> requests.Response:
    return requests.post(evaluation.notify_url, json=NOTIFICATION | changes, timeout=10)


def received(evaluation: RunningEvaluator, **fields: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{evaluation.url}/notifications", params=fields, timeout=10)
    kept: list[dict[str, Any]] = answer.json()
    return kept


def order(evaluation: RunningEvaluator, **failure: Any) -> requests.Response:
    return requests.post(f"{evaluation.url}/fail", json=failure, timeout=10)


def test_a_notification_is_kept_with_its_bytes_headers_and_time(
    evaluation: RunningEvaluator,
) -> None:
    text = '{"email":"student@example.com", "task":"t", "round":2, "nonce":"n",'
    text += '"repo_url":"r", "commit_sha":"c", "pages_url":"p"}'

    answer = requests.post(
        evaluation.notify_url,
        data=text,
        headers={"Content-Type": "application/json", "X-Attempt": "3"},
        timeout=10,
    )

    assert answer.status_code == 200
    [kept] = received(evaluation)
    assert kept["text"] == text
    assert kept["body"]["round"] == 2
    assert kept["headers"]["X-Attempt"] == "3"
    assert kept["status_answered"] == 200
    assert abs(kept["received_at"] - time.time()) < 60


def test_the_list_can_be_narrowed_to_a_task_or_an_address(evaluation: RunningEvaluator) -> None:
    notify(evaluation, task="one")
    notify(evaluation, task="two")
    notify(evaluation, task="two", email="other@example.com")

    assert [one["body"]["task"] for one in received(evaluation)] == ["one", "two", "two"]
    assert len(received(evaluation, task="two")) == 2
    assert len(received(evaluation, task="two", email="other@example.com")) == 1
    assert received(evaluation, task="three") == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"nonce": ""}, "nonce is missing, empty or not of type str"),
        ({"round": "1"}, "round is missing, empty or not of type int"),
        ({"round": True}, "round is missing, empty or not of type int"),
        ({"secret": "x"}, "secret was not asked for"),
    ],
)
def test_a_notification_that_is_not_as_agreed_is_refused_but_kept(
    evaluation: RunningEvaluator, changes: dict[str, Any], problem: str
) -> None:
    answer = notify(evaluation, **changes)

    assert answer.status_code == 400
    assert answer.json()["problems"] == [problem]
    [kept] = received(evaluation)
    assert (kept["status_answered"], kept["problems"]) == (400, [problem])


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe"])
def test_a_body_that_is_no_json_object_is_refused_but_kept(
    evaluation: RunningEvaluator, data: bytes
) -> None:
    answer = requests.post(evaluation.notify_url, data=data, timeout=10)

    assert answer.status_code == 400
    [kept] = received(evaluation)
    assert kept["text"] == data.decode("utf-8", "backslashreplace")


def test_the_next_n_notifications_fail_as_ordered_and_then_it_works_again(
    evaluation: RunningEvaluator,
) -> None:
    order(evaluation, times=2, status=503, retry_after=7)

    answers = [notify(evaluation) for _ in range(3)]

    assert [one.status_code for one in answers] == [503, 503, 200]
    assert [one.headers.get("Retry-After") for one in answers] == ["7", "7", None]
    assert [one["status_answered"] for one in received(evaluation)] == [503, 503, 200]
    assert len({one["text"] for one in received(evaluation)}) == 1


def test_a_slow_answer_is_delivered_even_if_nobody_waits_for_it(
    evaluation: RunningEvaluator,
) -> None:
    order(evaluation, times=1, status=200, delay=0.4)

    with pytest.raises(requests.ReadTimeout):
        requests.post(evaluation.notify_url, json=NOTIFICATION, timeout=0.1)

    assert [one["body"]["task"] for one in received(evaluation)] == ["todo-app-4f1"]


@pytest.mark.parametrize(
    "wrong", [{}, {"times": -1}, {"times": 1, "status": 99}, {"times": 1, "stat": 500}]
)
def test_an_order_that_is_not_understood_changes_nothing(
    evaluation: RunningEvaluator, wrong: dict[str, int]
) -> None:
    assert order(evaluation, **wrong).status_code == 400
    assert notify(evaluation).status_code == 200


def test_what_was_received_can_be_forgotten(evaluation: RunningEvaluator) -> None:
    notify(evaluation)

    assert requests.delete(f"{evaluation.url}/notifications", timeout=10).status_code == 204

    assert received(evaluation) == []


def test_what_was_received_survives_a_restart(tmp_path: Path) -> None:
    with evaluator.serve(tmp_path) as running:
        notify(running)
    with evaluator.serve(tmp_path) as running:
        assert [one["body"] for one in received(running)] == [NOTIFICATION]


def test_the_page_shows_what_came_in_without_trusting_it(evaluation: RunningEvaluator) -> None:
    empty = requests.get(evaluation.url, timeout=10).text
    notify(evaluation)
    notify(evaluation, task="<script>alert(1)</script>", pages_url="javascript:alert(1)")

    page = requests.get(evaluation.url, timeout=10).text

    assert "Nothing yet" in empty
    assert f'href="{NOTIFICATION["pages_url"]}"' in page
    assert "2 notifications" in page
    assert "<script>" not in page
    assert "javascript:" not in page
