"""OpenAI's format and the peculiarities of those who borrowed it."""

from __future__ import annotations

import json

import httpx2
import openai
import pytest

from deployer.adapters.llm import language_model
from deployer.adapters.llm.openai import OpenAIModel
from deployer.domain.errors import (
    ModelMisconfiguredError,
    ModelRateLimitedError,
    ModelUnavailableError,
)
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
        {"choices": []},
        {"choices": None},
        {"choices": [{"finish_reason": "stop"}]},
        {"choices": [{"finish_reason": "stop", "message": {"content": 7}}]},
        {"choices": [{"finish_reason": "stop", "message": {"content": [7]}}]},
    ],
    ids=["no choice", "null", "no message", "a number", "parts that are numbers"],
)
def test_a_compatible_services_odd_answer_is_unavailable_not_a_crash(
    server: ModelServer, model: LanguageModel, body: object
) -> None:
    server.answers = [Answer(as_json(body))]

    with pytest.raises(ModelUnavailableError, match="cannot be read"):
        model.complete(PROMPT, timeout_seconds=5)


THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": [{"type": "text", "text": "do"}, {"type": "text", "text": "ne"}]}, "done"),
        ({"content": [THOUGHT, {"type": "text", "text": "done"}]}, "done"),
        ({"content": [{"type": "output_text", "text": "done"}]}, "done"),
        ({"content": [{"type": "text", "text": {"value": "done"}}]}, "done"),
        ({"content": [{"text": "done"}, "!"]}, "done!"),
        ({"content": "done", "reasoning_content": "hm", "tool_calls": None}, "done"),
        ({"content": None, "reasoning_content": "done"}, "done"),
        ({"content": "", "reasoning": "done"}, "done"),
        ({"content": None}, ""),
        ({"role": "assistant"}, ""),
    ],
    ids=[
        "parts", "a thought and a part", "a part of another name", "a text with a value",
        "parts without types", "reasoning beside it", "all in the reasoning", "the same, in short",
        "nothing", "no content",
    ],
)  # fmt: skip
def test_the_text_of_a_message_is_found_in_whatever_form_it_comes(
    server: ModelServer, model: LanguageModel, message: dict[str, object], text: str
) -> None:
    server.answers = [WIRE.message(message, "stop")]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == (text, StopReason.COMPLETE)


def test_thoughts_that_used_up_the_limit_are_no_answer(
    server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [WIRE.message({"content": None, "reasoning_content": "A draft"}, "length")]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == ("", StopReason.TRUNCATED)


def test_a_refusal_among_the_parts_is_a_refusal(server: ModelServer, model: LanguageModel) -> None:
    server.answers = [
        WIRE.message({"content": [{"type": "refusal", "refusal": "I will not."}]}, "stop")
    ]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == ("I will not.", StopReason.REFUSED)
    assert reply.stop_word == "refusal"


def test_an_error_on_the_choice_counts_although_some_text_came_first(
    server: ModelServer, model: LanguageModel
) -> None:
    error = {"code": 502, "message": "Upstream failed"}
    choice = {"finish_reason": "error", "message": {"content": "<h1>Par"}, "error": error}
    server.answers = [Answer(as_json({"choices": [choice]}))]

    with pytest.raises(ModelUnavailableError, match="answered 502"):
        model.complete(PROMPT, timeout_seconds=5)


def test_an_error_beside_an_empty_answer_is_the_error(
    server: ModelServer, model: LanguageModel
) -> None:
    choice = {"finish_reason": "stop", "message": {"content": None}}
    error = {"message": "Provider returned error", "code": 429}
    server.answers = [Answer(as_json({"choices": [choice], "error": error}))]

    with pytest.raises(ModelRateLimitedError):
        model.complete(PROMPT, timeout_seconds=5)


def test_a_filter_that_answers_200_has_refused(server: ModelServer, model: LanguageModel) -> None:
    server.answers = [Answer(as_json({"error": {"code": "content_filter", "message": "no"}}))]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.stop_reason, reply.stop_word) == (StopReason.REFUSED, "content_filter")


def chunk(text: str | None = None, **more: object) -> dict[str, object]:
    delta = {} if text is None else {"content": text}
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, **more}]}


def stream(*chunks: dict[str, object], ending: bytes = b"data: [DONE]\n\n") -> Answer:
    events = b"".join(b"data: %b\n\n" % as_json(each) for each in chunks)
    return Answer(b": PROCESSING\n\n" + events + ending, content_type="text/event-stream")


def test_a_stream_that_nobody_asked_for_is_put_together(
    server: ModelServer, model: LanguageModel
) -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}
    server.answers = [
        stream(chunk("do"), chunk("ne", finish_reason=None), chunk(finish_reason="eos"), usage)
    ]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_word, reply.usage) == ("done", "eos", Usage(5, 0, 2))


def test_a_stream_that_stops_without_an_end_is_not_an_answer(
    server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [stream(chunk("do"), ending=b"")]

    with pytest.raises(ModelUnavailableError, match="cannot be read"):
        model.complete(PROMPT, timeout_seconds=5)


@pytest.mark.parametrize("place", ["the chunk", "the choice"])
def test_an_error_in_a_stream_is_a_failure_of_its_kind(
    server: ModelServer, model: LanguageModel, place: str
) -> None:
    error = {"code": 429, "message": "slow down"}
    last = {"error": error} if place == "the chunk" else chunk(error=error, finish_reason="error")
    server.answers = [stream(chunk("do"), last)]

    with pytest.raises(ModelRateLimitedError):
        model.complete(PROMPT, timeout_seconds=5)


@pytest.mark.parametrize(
    "usage",
    [None, {}, {"prompt_tokens": None, "completion_tokens": None}, {"total_tokens": "many"}],
)
def test_tokens_that_nobody_counted_are_none(
    server: ModelServer, model: LanguageModel, usage: object
) -> None:
    choice = {"finish_reason": "stop", "message": {"content": "done"}}
    server.answers = [Answer(as_json({"choices": [choice], "usage": usage}))]

    assert model.complete(PROMPT, timeout_seconds=5).usage == Usage()


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
