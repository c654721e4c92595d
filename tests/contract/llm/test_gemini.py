"""What is peculiar to Gemini and its SDK."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deployer.adapters.llm import language_model
from deployer.domain.errors import ModelRateLimitedError
from deployer.domain.language_model import LanguageModel, Prompt, StopReason
from tests.contract.llm.wire import GeminiWire

if TYPE_CHECKING:
    from tests.contract.llm.server import ModelServer

PROMPT = Prompt(system="s", user="u")
WIRE = GeminiWire()


@pytest.fixture
def model(server: ModelServer) -> LanguageModel:
    return language_model("gemini", model="m-1", api_key="k", base_url=server.url)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (1, StopReason.COMPLETE),
        (2, StopReason.TRUNCATED),
        *((number, StopReason.REFUSED) for number in (0, *range(3, 20))),
        *(
            (name, StopReason.REFUSED)
            for name in ("RECITATION", "OTHER", "BLOCKLIST", "SPII", "MALFORMED_RESPONSE")
        ),
    ],
)
def test_only_a_natural_stop_is_complete_by_name_and_by_the_number_that_google_sends(
    server: ModelServer, model: LanguageModel, reason: str | int, expected: StopReason
) -> None:
    server.answers = [WIRE.answer("<h1>Part", reason)]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == ("<h1>Part", expected)


def test_an_answer_that_was_all_thought_is_truncated_and_empty(
    server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [
        WIRE.response(
            {"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}]}
        )
    ]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == ("", StopReason.TRUNCATED)


def test_a_blocked_prompt_is_a_refusal(server: ModelServer, model: LanguageModel) -> None:
    server.answers = [WIRE.response({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == ("", StopReason.REFUSED)


def test_an_answer_in_several_parts_is_one_text(server: ModelServer, model: LanguageModel) -> None:
    content = {"role": "model", "parts": [{"text": "<h1>"}, {"text": "Hi</h1>"}]}
    server.answers = [WIRE.response({"candidates": [{"content": content, "finishReason": "STOP"}]})]

    assert model.complete(PROMPT, timeout_seconds=5).text == "<h1>Hi</h1>"


def test_thinking_which_the_sdk_does_not_know_is_counted_as_output(
    server: ModelServer, model: LanguageModel
) -> None:
    candidate = {"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}
    counts = {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 40}
    counts["thoughtsTokenCount"] = 25
    server.answers = [WIRE.response({"candidates": [candidate], "usageMetadata": counts})]

    usage = model.complete(PROMPT, timeout_seconds=5).usage

    assert (usage.input_tokens, usage.output_tokens) == (10, 30)


def test_the_wait_is_read_from_the_errors_details_where_google_puts_it(
    server: ModelServer, model: LanguageModel
) -> None:
    wait = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
    server.answers = [WIRE.error(429, details=(wait,))]

    with pytest.raises(ModelRateLimitedError) as caught:
        model.complete(PROMPT, timeout_seconds=5)

    assert caught.value.retry_after == 34.5


def test_the_sdks_end_of_support_does_not_reach_a_users_log() -> None:
    loaded = subprocess.run(
        [sys.executable, "-W", "always", "-c", "import deployer.adapters.llm.gemini"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert (loaded.stdout, loaded.stderr) == ("", "")
