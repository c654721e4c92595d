"""Operators redrive what was given up, and tell an evaluation URL again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from operate.places import CHECKOUT
from tests.e2e.conftest import Deployer, eventually

pytestmark = pytest.mark.e2e


def command(deployer: Deployer, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a person types it, with the running local cloud in its place."""
    return subprocess.run(
        [sys.executable, "-m", "operate", "--home", str(deployer.home), *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def two_tries(deployer: Deployer) -> Iterator[None]:
    """A message is given up after two receives: with five it takes three minutes."""
    functions, sqs = deployer.aws("lambda"), deployer.aws("sqs")
    queue = deployer.endpoints["stack"]["QueueUrl"]
    name = "llm-code-deployer-worker"
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    (policy,) = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["RedrivePolicy"])[
        "Attributes"
    ].values()

    def limit(worker: str, queue_limit: int) -> None:
        functions.update_function_configuration(
            FunctionName=name,
            Environment={"Variables": {**variables, "MAX_RECEIVE_COUNT": worker}},
        )
        changed = json.dumps({**json.loads(policy), "maxReceiveCount": queue_limit})
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": changed})

    limit("2", 2)
    try:
        yield
    finally:
        limit(variables["MAX_RECEIVE_COUNT"], json.loads(policy)["maxReceiveCount"])


@contextmanager
def github_refuses_the_token(deployer: Deployer) -> Iterator[None]:
    control = f"{deployer.endpoints['github_api_url']}/_control"
    fault = {"path": "*", "answer": 401, "times": None}
    requests.post(control, json={"faults": [fault]}, timeout=10).raise_for_status()
    try:
        yield
    finally:
        requests.delete(control, timeout=10)


def model_calls(deployer: Deployer) -> int:
    url = deployer.endpoints["llm_url"].removesuffix("/v1")
    numbers = [one["number"] for one in requests.get(f"{url}/requests", timeout=10).json()]
    return max(numbers, default=0)


def dead_letters(deployer: Deployer) -> list[str]:
    got = deployer.aws("sqs").receive_message(
        QueueUrl=deployer.endpoints["stack"]["DeadLetterQueueUrl"],
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
    )
    return [one["Body"] for one in got.get("Messages", [])]


def commits(repo_url: str, folder: Path) -> list[str]:
    subprocess.run(["git", "clone", "-q", f"{repo_url}.git", str(folder)], check=True)
    log = ["git", "-C", str(folder), "log", "--format=%H"]
    return subprocess.run(log, capture_output=True, text=True, check=True).stdout.split()


def test_a_dead_letter_that_is_redriven_goes_on_from_its_checkpoint(
    deployer: Deployer, tmp_path: Path
) -> None:
    task, before = "redriven", model_calls(deployer)
    # GIVEN a deployment that was given up, because GitHub refused the token
    with two_tries(deployer):
        with github_refuses_the_token(deployer):
            deployment_id = deployer.post(deployer.request("round1", task)).json()["deployment_id"]
            entry = deployer.wait(task)
            assert entry["state"] == "FAILED"
            assert "GITHUB_TOKEN" in entry["error"]
            eventually(lambda: any(deployment_id in one for one in dead_letters(deployer)), 60)
        stack = deployer.endpoints["stack"]
        deployer.aws("sqs").send_message(
            QueueUrl=stack["DeadLetterQueueUrl"], MessageBody="nobody's"
        )

        # WHEN the cause is mended, and the dead letters are redriven
        done = command(deployer, "redrive")
        assert f"moved  {deployment_id}" in done.stdout, done.stdout + done.stderr
        assert f"{task} round 1: FAILED" in done.stdout
        assert "GITHUB_TOKEN" in done.stdout

        # THEN it is published and told, with one repository, one commit, one call of the model
        entry = eventually(
            lambda: found if (found := deployer.wait(task))["state"] == "NOTIFIED" else None,
            60,
        )
    assert commits(entry["repo_url"], tmp_path / "clone") == [entry["commit_sha"]]
    assert model_calls(deployer) == before + 1
    assert [one["body"]["commit_sha"] for one in deployer.received(task)] == [entry["commit_sha"]]

    # AND what is not a message of ours is where it was, named
    assert done.returncode == 2
    assert "nobody's" in done.stdout
    assert "nobody's" in dead_letters(deployer)


def test_a_notification_that_was_given_up_is_sent_again_with_the_same_bytes(
    deployer: Deployer,
) -> None:
    task = "told-again"
    # GIVEN a round whose evaluation URL was gone
    fail = f"{deployer.endpoints['evaluator_url']}/fail"
    requests.post(fail, json={"times": 1, "status": 410}, timeout=10)
    deployment_id = deployer.post(deployer.request("round1", task)).json()["deployment_id"]
    assert deployer.wait(task)["state"] == "NOTIFY_FAILED"

    # WHEN it is sent again
    done = command(deployer, "notify", deployment_id)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"started {deployment_id}-again-1" in done.stdout

    # THEN the same bytes arrive, and the round is NOTIFIED
    assert deployer.wait(task)["state"] == "NOTIFIED"
    told = deployer.received(task)
    assert [one["status_answered"] for one in told] == [410, 200]
    assert len({one["text"] for one in told}) == 1

    # AND once more is not once too often
    again = command(deployer, "notify", deployment_id)
    assert again.returncode == 0
    assert "nothing to do" in again.stdout
    assert len(deployer.received(task)) == 2


def test_what_was_never_told_cannot_be_told_again(deployer: Deployer) -> None:
    done = command(deployer, "notify", "d-" + 32 * "0")
    assert done.returncode == 1
    assert "no notification of d-0000" in done.stderr


def test_one_function_runs_with_an_event_file(deployer: Deployer, tmp_path: Path) -> None:
    event = (CHECKOUT / "events/status.json").read_text()
    nobodys = tmp_path / "status.json"
    nobodys.write_text(event.replace("sum-of-sales-a1b2c", "nobodys-task"))
    done = command(deployer, "invoke", "status", str(nobodys))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout[done.stdout.index("{\n") :])
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["error"]["code"] == "not_found"


def test_a_function_that_raises_an_error_ends_the_command_with_1(deployer: Deployer) -> None:
    done = command(deployer, "invoke", "NotifierFunction", "events/status.json")
    assert done.returncode == 1
    assert "errorMessage" in done.stdout


@pytest.mark.parametrize(
    ("function", "event", "cure"),
    [
        ("checker", "events/status.json", "browser, notifier, pages-checker, status, "),
        ("status", "events/none.json", "EVENT=events/none.json is no file of JSON"),
        ("status", "README.md", "EVENT=README.md is no file of JSON"),
    ],
)
def test_a_function_or_event_that_is_not_there_is_told_with_the_cure(
    deployer: Deployer, function: str, event: str, cure: str
) -> None:
    done = command(deployer, "invoke", function, event)
    assert done.returncode == 1
    assert cure in done.stderr
    assert "Traceback" not in done.stderr
