from __future__ import annotations

import json
import re
from typing import Any

import boto3
import pytest
import requests
from aws_lambda_powertools.utilities import parameters

from functions.status import app as status
from functions.worker import app as worker
from tests.conftest import load_event
from tests.integration.conftest import LogLines, System
from tests.support.aws import BUCKET, SECRET

# pytest's own filters take the place of the one in `deployer.observability`.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


def notifications(system: System) -> list[dict[str, Any]]:
    received: list[dict[str, Any]] = requests.get(
        f"{system.evaluator.url}/notifications", timeout=5
    ).json()
    return received


def test_both_rounds_are_built_published_and_notified(system: System) -> None:
    # GIVEN round 1
    code, answer = system.post(system.request("round1"))
    assert (code, answer["status"]) == (200, "accepted")
    system.work()
    (delivery,) = system.executions()
    assert system.look_at_pages(delivery) == "live"
    assert system.notify(delivery)["outcome"] == "delivered"

    # WHEN round 2 comes
    system.post(system.request("round2"))
    system.work()
    assert system.notify(system.executions()[1])["outcome"] == "delivered"

    # THEN both are NOTIFIED, the second one on top of the first
    _, told = system.status("student@example.com", "sum-of-sales-a1b2c")
    assert [told[f"round{n}"]["state"] for n in (1, 2)] == ["NOTIFIED", "NOTIFIED"]
    assert told["round1"]["pages"] == "live"
    first, second = [received["body"] for received in notifications(system)]
    assert set(first) == {
        "email", "task", "round", "nonce", "repo_url", "commit_sha", "pages_url",
    }  # fmt: skip
    assert (first["round"], second["round"]) == (1, 2)
    assert first["commit_sha"] == told["round1"]["commit_sha"]
    assert first["repo_url"] == second["repo_url"]
    page = requests.get(second["pages_url"], timeout=5)
    assert "product-sales" in page.text


def test_the_health_answer_names_the_service_and_the_provider(system: System) -> None:
    event = load_event("status") | {"path": "/", "resource": "/"}
    answer = json.loads(status.handler(event, system.context)["body"])
    assert answer["status"] == "online"
    assert answer["service"] == "LLM Code Deployer"
    assert answer["llm_provider"] == "openai"
    assert re.fullmatch(r"\d+\.\d+\.\d+", answer["version"])


def test_a_wrong_secret_is_403_and_leaves_no_trace(system: System) -> None:
    code, answer = system.post(system.request("bad_secret"))
    assert (code, answer["error"]["code"]) == (403, "forbidden")
    assert system.receive() == []
    assert system.status("student@example.com", "sum-of-sales-a1b2c")[0] == 404


@pytest.mark.parametrize("body", ["", "[]", "null", '{"a": ', "\ud800", "[" * 100_000])
def test_a_malformed_body_is_400(system: System, body: str) -> None:
    code, answer = system.post(body)
    assert (code, answer["error"]["code"]) == (400, "invalid_request")


def test_bad_fields_are_listed(system: System) -> None:
    code, answer = system.post(system.request("invalid_fields"))
    fields = {field["field"] for field in answer["error"]["fields"]}
    assert code == 400
    assert {"email", "round", "attachments[0].name", "attachments[0].url"} <= fields
    assert any(field.startswith("checks[0]") for field in fields)


def test_a_body_above_the_limit_is_413(system: System) -> None:
    code, answer = system.post(system.request("round1", brief="x" * (5 * 1024 * 1024)))
    assert (code, answer["error"]["code"]) == (413, "too_large")


def test_round_2_before_round_1_is_409(system: System) -> None:
    code, answer = system.post(system.request("round2"))
    assert (code, answer["error"]["code"]) == (409, "conflict")


def test_the_same_nonce_with_another_body_is_409(system: System) -> None:
    system.post(system.request("round1"))
    code, _ = system.post(system.request("round1", brief="another"))
    assert code == 409


def test_the_same_request_again_gets_the_same_answer_and_no_second_build(system: System) -> None:
    first = system.post(system.request("round1"))
    system.work()
    assert system.post(system.request("round1")) == first
    assert system.receive() == []
    assert len(system.executions()) == 1
    pushes = [e for e in system.github.requests("git") if "receive-pack" in e.path]
    assert len([e for e in pushes if e.method == "POST"]) == 1


def test_without_a_queue_the_answer_is_503_and_nothing_is_kept(system: System) -> None:
    boto3.client("sqs").delete_queue(QueueUrl=system.queue_url)
    code, answer = system.post(system.request("round1"))
    assert (code, answer["error"]["code"]) == (503, "unavailable")
    assert system.status("student@example.com", "sum-of-sales-a1b2c")[0] == 404


def test_an_unknown_path_is_404_in_the_same_form(system: System) -> None:
    event = load_event("status") | {"path": "/wp-admin", "resource": "/wp-admin"}
    response = status.handler(event, system.context)
    assert response["statusCode"] == 404
    assert json.loads(response["body"])["error"]["code"] == "not_found"


def test_one_bad_message_does_not_touch_its_neighbour(system: System) -> None:
    # GIVEN a batch of a good and a bad message
    system.post(system.request("round1"))
    (good,) = system.receive()
    _, bad = load_event("sqs_one_good_one_bad")["Records"]
    bad["receiptHandle"] = good["receiptHandle"]
    # WHEN the worker gets both
    response = worker.handler({"Records": [good, bad]}, system.context)

    # THEN the bad one alone is delivered again
    assert response == {"batchItemFailures": [{"itemIdentifier": bad["messageId"]}]}
    _, told = system.status("student@example.com", "sum-of-sales-a1b2c")
    assert told["round1"]["state"] == "PUBLISHED"


def test_a_failing_evaluator_is_noted_attempt_by_attempt(system: System) -> None:
    requests.post(f"{system.evaluator.url}/fail", json={"times": 2, "status": 500}, timeout=5)
    system.post(system.request("round1"))
    system.work()
    (state,) = system.executions()

    outcomes = []
    while True:
        outcome = system.notify(state)
        outcomes.append((outcome["outcome"], outcome["delay_seconds"]))
        if outcome["outcome"] != "retry":
            break
        state["attempt"] = outcome["next_attempt"]

    assert outcomes == [("retry", 1), ("retry", 2), ("delivered", 0)]
    _, told = system.status("student@example.com", "sum-of-sales-a1b2c")
    assert told["round1"]["notification"]["attempts"] == 3
    bodies = [received["body"] for received in notifications(system)]
    assert bodies[0] == bodies[1] == bodies[2]


def test_no_secret_reaches_the_bucket_the_queue_or_the_state_machine(system: System) -> None:
    system.post(system.request("round1"))
    (message,) = system.receive()
    worker.handler({"Records": [message]}, system.context)
    s3 = boto3.client("s3")
    stored = [
        s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read().decode()
        for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    ]
    places = [*stored, message["body"], json.dumps(system.executions())]
    for place in places:
        assert "local-secret" not in place
        assert system.github.token not in place


def test_every_line_of_the_log_carries_the_deployment_id(
    system: System, log_lines: LogLines
) -> None:
    _, answer = system.post(system.request("round1"))
    system.work()
    system.notify(system.executions()[0])
    lines = log_lines()
    facts = [line["fact"] for line in lines if "fact" in line]
    assert {"accepted", "claimed", "generated", "published", "notified"} <= set(facts)
    assert {line["deployment_id"] for line in lines if "fact" in line} == {answer["deployment_id"]}
    assert "local-secret" not in json.dumps(lines)


def test_a_secret_without_a_needed_value_says_which_in_log_and_record(
    system: System, log_lines: LogLines
) -> None:
    system.post(system.request("round1"))
    boto3.client("secretsmanager").put_secret_value(
        SecretId=SECRET, SecretString=json.dumps({"STUDENT_SECRET": "local-secret"})
    )
    parameters.clear_caches()
    (message,) = system.receive()
    message["attributes"]["ApproximateReceiveCount"] = "5"
    response = worker.handler({"Records": [message]}, system.context)
    assert response["batchItemFailures"] == [{"itemIdentifier": message["messageId"]}]
    assert "OPENAI_API_KEY" in json.dumps(log_lines())
    _, told = system.status("student@example.com", "sum-of-sales-a1b2c")
    assert told["round1"]["state"] == "FAILED"
    assert "OPENAI_API_KEY" in told["round1"]["error"]
