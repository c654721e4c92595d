"""The promises of the README, checked from outside and read from the other side."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from tests.conftest import load_event
from tests.e2e.conftest import Deployer

pytestmark = pytest.mark.e2e
SEVEN_FIELDS = {"email", "task", "round", "nonce", "repo_url", "commit_sha", "pages_url"}


def git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_two_rounds_become_an_app_and_its_revision(deployer: Deployer, tmp_path: Path) -> None:
    task = "two-rounds"
    # GIVEN round 1, built and notified
    first = deployer.request("round1", task)
    answer = deployer.post(first)
    assert answer.status_code == 200
    assert answer.json()["status_url"] == deployer.status(task).url
    one = deployer.wait(task)
    assert one["state"] == "NOTIFIED", one
    page = requests.get(one["pages_url"], timeout=10).text
    assert "total-sales" in page
    assert "product-sales" not in page

    # WHEN round 2 is sent
    second = deployer.request("round2", task)
    deployer.post(second)
    two = deployer.wait(task, 2)
    assert two["state"] == "NOTIFIED", two

    # THEN the page shows the new feature and keeps the old one
    page = requests.get(two["pages_url"], timeout=10).text
    assert "total-sales" in page
    assert "product-sales" in page

    # AND the repository holds one commit of ours per round, the second on top of the first
    clone = tmp_path / "clone"
    git("clone", "-q", f"{two['repo_url']}.git", str(clone))
    assert git("-C", str(clone), "log", "--format=%H").split() == [
        two["commit_sha"],
        one["commit_sha"],
    ]
    assert "MIT License" in (clone / "LICENSE").read_text()
    assert (clone / "README.md").read_text().startswith("# ")
    attached = first["attachments"][0]
    content = base64.b64decode(attached["url"].split(",", 1)[1])
    assert (clone / attached["name"]).read_bytes() == content

    # AND the evaluator got exactly the seven fields, once a round
    bodies = [notification["body"] for notification in deployer.received(task)]
    assert [set(body) for body in bodies] == [SEVEN_FIELDS, SEVEN_FIELDS]
    assert [body["nonce"] for body in bodies] == [first["nonce"], second["nonce"]]
    assert [body["commit_sha"] for body in bodies] == [one["commit_sha"], two["commit_sha"]]


def test_an_evaluator_that_fails_three_times_is_told_after_1_2_and_4_seconds(
    deployer: Deployer,
) -> None:
    task = "failing-evaluator"
    requests.post(
        f"{deployer.endpoints['evaluator_url']}/fail", json={"times": 3, "status": 500}, timeout=10
    )
    deployer.post(deployer.request("round1", task))
    entry = deployer.wait(task)
    assert entry["state"] == "NOTIFIED"
    assert entry["notification"]["attempts"] == 4

    received = deployer.received(task)
    assert [one["status_answered"] for one in received] == [500, 500, 500, 200]
    assert len({one["text"] for one in received}) == 1

    # The state machine's own history says what it waited.
    execution = _execution(deployer, entry["deployment_id"])
    history = deployer.aws("stepfunctions").get_execution_history(executionArn=execution)["events"]
    waits: list[float] = []
    entered: datetime | None = None
    for event in history:
        if event["type"] == "WaitStateEntered":
            entered = event["timestamp"]
        elif event["type"] == "WaitStateExited" and entered:
            waits.append((event["timestamp"] - entered).total_seconds())
    assert [round(seconds) for seconds in waits] == [1, 2, 4]


def test_the_evaluator_is_told_when_pages_serve_the_commit(deployer: Deployer) -> None:
    task = "slow-pages"
    control = f"{deployer.endpoints['github_api_url']}/_control"
    requests.post(control, json={"pages_delay": 6}, timeout=10)
    try:
        deployer.post(deployer.request("round1", task))
        entry = deployer.wait(task)
    finally:
        requests.delete(control, timeout=10)
    assert (entry["state"], entry["pages"]) == ("NOTIFIED", "live")
    (told,) = deployer.received(task)
    served = requests.get(entry["pages_url"], timeout=10)
    assert served.ok
    accepted_at = datetime.fromisoformat(entry["timestamp"]).timestamp()
    assert told["received_at"] - accepted_at >= 5


def test_a_wrong_secret_is_refused(deployer: Deployer) -> None:
    answer = deployer.post(deployer.request("round1", "wrong-secret", secret="guess"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert deployer.status("wrong-secret").status_code == 404


@pytest.mark.parametrize("event", ["malformed_body", "invalid_fields"])
def test_rubbish_is_refused_with_a_reason(deployer: Deployer, event: str) -> None:
    answer = deployer.post(load_event(event)["body"])
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_a_later_round_without_the_first_is_refused(deployer: Deployer) -> None:
    answer = deployer.post(deployer.request("round2", "no-first-round"))
    assert answer.status_code == 409
    assert "round 1" in answer.json()["error"]["message"]


def test_an_unknown_task_has_no_status(deployer: Deployer) -> None:
    answer = deployer.status("never-sent")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_the_health_answer_is_as_documented(deployer: Deployer) -> None:
    answer = requests.get(deployer.endpoints["api_url"], timeout=10).json()
    assert set(answer) == {"status", "service", "version", "llm_provider"}
    assert answer["status"] == "online"


def test_round_2_right_behind_round_1_waits_for_it(deployer: Deployer) -> None:
    task = "close-together"
    deployer.post(deployer.request("round1", task))
    deployer.post(deployer.request("round2", task))
    assert deployer.wait(task, 1)["state"] == "NOTIFIED"
    assert deployer.wait(task, 2)["state"] == "NOTIFIED"


def test_a_bad_message_ends_in_the_dead_letter_queue_and_its_neighbour_is_built(
    deployer: Deployer,
) -> None:
    stack: dict[str, Any] = deployer.endpoints["stack"]
    deployer.aws("sqs").send_message(QueueUrl=stack["QueueUrl"], MessageBody="not ours")
    deployer.post(deployer.request("round1", "good-neighbour"))
    assert deployer.wait("good-neighbour")["state"] == "NOTIFIED"


def test_every_line_of_a_deployment_carries_its_id_and_nothing_was_denied(
    deployer: Deployer,
) -> None:
    task = "followed"
    # The tests that take rights away have left their denials in the log.
    before = set(deployer.log_lines())
    deployment_id = deployer.post(deployer.request("round1", task)).json()["deployment_id"]
    deployer.wait(task)
    lines = [line for line in deployer.log_lines() if line not in before]
    facts = [json.loads(line) for line in lines if line.startswith("{") and '"fact"' in line]
    told = [fact["fact"] for fact in facts if fact.get("deployment_id") == deployment_id]
    assert {"accepted", "claimed", "generated", "published", "notified"} <= set(told)
    assert not [line for line in lines if "AccessDenied" in line or "not authorized" in line]
    assert not [line for line in lines if "local-github-token" in line]


def test_nothing_listens_beyond_loopback(deployer: Deployer) -> None:
    ports = {int(deployer.endpoints["api_url"].rsplit(":", 1)[1]) + i for i in range(5)}
    listening = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in Path(table).read_text().splitlines()[1:]:
            _, local, _, state, *_ = row.split()
            address, port = local.split(":")
            if state == "0A" and int(port, 16) in ports:
                listening[int(port, 16)] = address
    assert set(listening) == ports
    assert set(listening.values()) == {"0100007F"}


def _execution(deployer: Deployer, name: str) -> str:
    arn: str = deployer.endpoints["stack"]["StateMachineArn"]
    return arn.replace(":stateMachine:", ":execution:") + f":{name}"


def test_a_browser_gets_a_page_and_the_files_that_it_loads(deployer: Deployer) -> None:
    deployer.post(deployer.request("round1", "looked-at"))
    url = f"{deployer.endpoints['api_url']}/api/status/student@example.com/looked-at"
    page = requests.get(url, headers={"Accept": "text/html"}, timeout=60)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Round 1" in page.text
    (seen,) = re.findall(r'hx-get="([^"]+)"', page.text)
    again = requests.get(url + seen, headers={"Accept": "text/html"}, timeout=60)
    assert again.status_code in {200, 204}  # newer, or not
    form = requests.get(deployer.endpoints["api_url"], headers={"Accept": "text/html"}, timeout=60)
    (home,) = re.findall(r'<form action="([^"]+)"', form.text)
    asked = {"email": "student@example.com", "task": "looked-at"}
    led = requests.get(urljoin(url, home), asked, headers={"Accept": "text/html"}, timeout=60)
    assert "<h1>looked-at</h1>" in led.text
    loaded = re.findall(r'(?:href|src)="(\.\./[^"]+)"', page.text)
    types = {requests.get(urljoin(url, one), timeout=60).headers["Content-Type"] for one in loaded}
    assert types == {"text/css; charset=utf-8", "text/javascript; charset=utf-8"}
    deployer.wait("looked-at")
    ended = requests.get(url, headers={"Accept": "text/html"}, timeout=60)
    assert "NOTIFIED" in ended.text
    assert "hx-get" not in ended.text
