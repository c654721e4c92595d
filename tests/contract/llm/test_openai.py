"""What is peculiar to OpenAI's format and to those who borrowed it."""

from __future__ import annotations

import json

import httpx2
import openai
import pytest

from deployer.adapters.llm import language_model
from deployer.adapters.llm.openai import OpenAIModel
from deployer.domain.errors import ModelMisconfiguredError, ModelUnavailableError
from deployer.domain.language_model import LanguageModel, Prompt, StopReason, Usage
from tests.contract.llm.server import Answer, ModelServer
from tests.contract.llm.wire import OpenAIWire, as_json

PROMPT = Prompt(system="s", user="u", max_output_tokens=99)
WIRE = OpenAIWire()
DONE = WIRE.answer("done", "stop")


@pytest.fixture
def model(server: ModelServer) -> LanguageModel:
    return language_model("openai", model="m-1", api_key="k", base_url=f"{server.url}/v1")


@pytest.mark.parametrize(
    ("address", "limit"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://eu.api.openai.com/v1", "max_completion_tokens"),
        ("https://mine.openai.azure.com/openai/v1", "max_completion_tokens"),
        ("http://localhost:11434/v1", "max_tokens"),
        ("https://generativelanguage.googleapis.com/v1beta/openai", "max_tokens"),
    ],
)
def test_the_output_limit_has_the_name_that_the_service_knows(address: str, limit: str) -> None:
    bodies = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        bodies.append(json.loads(request.content))
        return httpx2.Response(200, json=json.loads(DONE.body))

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    client = openai.OpenAI(api_key="k", base_url=address, http_client=http)
    OpenAIModel(client, "m-1").complete(PROMPT, timeout_seconds=5)

    assert [{k: v for k, v in body.items() if k.startswith("max")} for body in bodies] == [
        {limit: 99}
    ]


def test_a_service_that_refuses_the_limits_name_is_asked_with_the_other_from_then_on(
    server: ModelServer, model: LanguageModel
) -> None:
    refusal = WIRE.error(400, "unsupported_parameter", "max_tokens")
    server.answers = [refusal, DONE, DONE]

    replies = [model.complete(PROMPT, timeout_seconds=5) for _ in range(2)]

    assert [reply.text for reply in replies] == ["done", "done"]
    assert [
        set(request.body) & {"max_tokens", "max_completion_tokens"} for request in server.requests
    ] == [
        {"max_tokens"},
        {"max_completion_tokens"},
        {"max_completion_tokens"},
    ]


def test_a_limit_that_is_too_high_is_not_tried_under_another_name(
    server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [WIRE.error(400, "invalid_value", "max_tokens")]

    with pytest.raises(ModelMisconfiguredError, match="invalid_value"):
        model.complete(PROMPT, timeout_seconds=5)


def test_a_refusal_in_the_message_counts_although_the_model_stopped_by_itself(
    server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [WIRE.message({"content": None, "refusal": "I will not."}, "stop")]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == ("I will not.", StopReason.REFUSED)


@pytest.mark.parametrize("code", ["content_filter", "invalid_prompt"])
def test_a_prompt_that_a_filter_stops_is_a_refusal_not_a_misconfiguration(
    server: ModelServer, model: LanguageModel, code: str
) -> None:
    server.answers = [WIRE.error(400, code, "prompt")]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == (code, StopReason.REFUSED)


@pytest.mark.parametrize("reason", ["tool_calls", "function_call", None])
def test_only_a_natural_stop_is_complete(
    server: ModelServer, model: LanguageModel, reason: str | None
) -> None:
    server.answers = [WIRE.message({"content": "text"}, reason)]

    assert model.complete(PROMPT, timeout_seconds=5).stop_reason is StopReason.REFUSED


def test_an_account_without_credit_is_not_a_rate_limit_to_wait_for(
    server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [WIRE.error(429, "insufficient_quota")]

    with pytest.raises(ModelMisconfiguredError, match="no credit"):
        model.complete(PROMPT, timeout_seconds=5)


def test_milliseconds_are_the_better_known_wait(server: ModelServer, model: LanguageModel) -> None:
    headers = {"retry-after-ms": "1500", "retry-after": "2"}
    server.answers = [Answer(WIRE.error(429).body, 429, headers=headers)]

    with pytest.raises(ModelUnavailableError) as caught:
        model.complete(PROMPT, timeout_seconds=5)

    assert caught.value.retry_after == 1.5


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "overloaded", "code": 502}},
        {"choices": []},
        {"choices": None},
        {"choices": [{"finish_reason": "stop"}]},
        {"choices": [{"finish_reason": "stop", "message": {"content": [{"text": "parts"}]}}]},
    ],
    ids=["error", "no choice", "null", "no message", "parts"],
)
def test_a_compatible_services_odd_answer_is_unavailable_not_a_crash(
    server: ModelServer, model: LanguageModel, body: object
) -> None:
    server.answers = [Answer(as_json(body))]

    with pytest.raises(ModelUnavailableError, match="cannot be read"):
        model.complete(PROMPT, timeout_seconds=5)


def test_a_compatible_service_may_leave_out_what_is_not_needed(
    server: ModelServer, model: LanguageModel
) -> None:
    body = {"choices": [{"finish_reason": "stop", "message": {"content": "done"}}]}
    server.answers = [Answer(as_json(body))]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason, reply.usage) == ("done", StopReason.COMPLETE, Usage())


def test_a_service_of_ones_own_needs_no_key(server: ModelServer) -> None:
    server.answers = [DONE]
    model = language_model("openai", model="llama", base_url=f"{server.url}/v1")

    assert model.complete(PROMPT, timeout_seconds=5).text == "done"
