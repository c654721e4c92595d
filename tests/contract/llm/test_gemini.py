"""Gemini, its SDK and their peculiarities."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deployer.adapters.llm import language_model
from deployer.domain.errors import ModelRateLimitedError, ModelUnavailableError
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
    ("number", "expected", "name"),
    [
        (0, StopReason.COMPLETE, ""),
        (1, StopReason.COMPLETE, "STOP"),
        (2, StopReason.TRUNCATED, "MAX_TOKENS"),
        (3, StopReason.REFUSED, "SAFETY"),
        (4, StopReason.REFUSED, "RECITATION"),
        (5, StopReason.COMPLETE, "OTHER"),
        (8, StopReason.REFUSED, "PROHIBITED_CONTENT"),
        (10, StopReason.COMPLETE, "MALFORMED_FUNCTION_CALL"),
        (19, StopReason.COMPLETE, "19"),
    ],
)
def test_a_reason_counts_by_its_number_too(
    server: ModelServer, model: LanguageModel, number: int, expected: StopReason, name: str
) -> None:
    server.answers = [WIRE.answer("<h1>Part", number)]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason, reply.stop_word) == ("<h1>Part", expected, name)


def test_thoughts_which_the_sdk_does_not_know_are_not_part_of_the_text(
    server: ModelServer, model: LanguageModel
) -> None:
    content = {"role": "model", "parts": [{"text": "Draft", "thought": True}, {"text": "Final"}]}
    server.answers = [WIRE.response({"candidates": [{"content": content, "finishReason": "STOP"}]})]

    assert model.complete(PROMPT, timeout_seconds=5).text == "Final"


@pytest.mark.parametrize("body", [{"candidates": []}, {"candidates": None}, {"usageMetadata": {}}])
def test_an_answer_without_candidates_is_unavailable(
    server: ModelServer, model: LanguageModel, body: dict[str, object]
) -> None:
    server.answers = [WIRE.response(body)]

    with pytest.raises(ModelUnavailableError, match="cannot be read"):
        model.complete(PROMPT, timeout_seconds=5)


@pytest.mark.parametrize(
    "candidate", [{}, {"content": {}}, {"content": None}, {"content": {"parts": None}}]
)
def test_a_candidate_without_text_is_an_empty_answer_that_names_its_reason(
    server: ModelServer, model: LanguageModel, candidate: dict[str, object]
) -> None:
    reason = {"finishReason": "MALFORMED_FUNCTION_CALL"}
    server.answers = [WIRE.response({"candidates": [candidate | reason]})]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_word) == ("", "MALFORMED_FUNCTION_CALL")


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
    assert reply.stop_word == "PROHIBITED_CONTENT"


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
