"""Anthropic's streams and their peculiarities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployer.adapters.llm import language_model
from deployer.domain.errors import ModelRateLimitedError, ModelUnavailableError
from deployer.domain.language_model import LanguageModel, Prompt, StopReason, Usage
from tests.contract.llm.server import Answer
from tests.contract.llm.wire import AnthropicWire, as_json

if TYPE_CHECKING:
    from tests.contract.llm.server import ModelServer

PROMPT = Prompt(system="You write web apps.", user="u")
WIRE = AnthropicWire()
EVENTS = WIRE.events([{"type": "text", "text": "<h1>Hi</h1>"}], "end_turn")


@pytest.fixture
def model(server: ModelServer) -> LanguageModel:
    return language_model("anthropic", model="m-1", api_key="k", base_url=server.url)


@pytest.mark.parametrize("events", range(len(EVENTS)))
def test_a_stream_that_ends_quietly_before_its_last_event_is_not_an_answer(
    server: ModelServer, model: LanguageModel, events: int
) -> None:
    server.answers = [WIRE.stream(*EVENTS[:events])]

    with pytest.raises(ModelUnavailableError, match="broke off"):
        model.complete(PROMPT, timeout_seconds=5)


@pytest.mark.parametrize(
    ("kind", "expected", "message"),
    [
        ("overloaded_error", ModelUnavailableError, r"answered 529 \(overloaded_error\)"),
        ("api_error", ModelUnavailableError, r"answered 500 \(api_error\)"),
        ("rate_limit_error", ModelRateLimitedError, r"answered 429 \(rate_limit_error\)"),
    ],
)
def test_an_error_in_the_middle_of_a_stream_is_a_failure_of_its_kind(
    server: ModelServer,
    model: LanguageModel,
    kind: str,
    expected: type[ModelUnavailableError],
    message: str,
) -> None:
    error = {"type": "error", "error": {"type": kind, "message": "sorry"}}
    server.answers = [WIRE.stream(*EVENTS[:3], error)]

    with pytest.raises(ModelUnavailableError, match=message) as caught:
        model.complete(PROMPT, timeout_seconds=5)

    assert type(caught.value) is expected


def test_an_error_without_its_events_name_is_a_failure_too(
    server: ModelServer, model: LanguageModel
) -> None:
    body = b'data: {"type": "error", "error": {"type": "overloaded_error"}}\n\n'
    server.answers = [Answer(body, content_type="text/event-stream")]

    with pytest.raises(ModelUnavailableError, match="answered 529"):
        model.complete(PROMPT, timeout_seconds=5)


def test_a_compatible_service_may_answer_in_one_piece(
    server: ModelServer, model: LanguageModel
) -> None:
    parts = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "<h1>Hi</h1>"}]
    body = {"type": "message", "content": parts, "stop_reason": "end_turn"}
    server.answers = [Answer(as_json({**body, "usage": {"output_tokens": 7}}))]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_word, reply.usage) == (
        "<h1>Hi</h1>",
        "end_turn",
        Usage(0, 0, 7),
    )


def test_a_compatible_service_may_leave_out_events_names_and_usage(
    server: ModelServer, model: LanguageModel
) -> None:
    events = [
        {"type": "message_start", "message": {"role": "assistant"}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "<"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "h1>"}},
        {"type": "message_delta", "delta": {"stop_reason": None}},
        {"type": "message_stop"},
    ]
    body = b": keep-alive\n\n" + b"".join(b"data: %b\n\n" % as_json(event) for event in events)
    server.answers = [Answer(body, content_type="text/event-stream")]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason, reply.usage) == ("<h1>", StopReason.COMPLETE, Usage())


def test_thoughts_are_not_part_of_the_text(server: ModelServer, model: LanguageModel) -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": ""}
    text = {"type": "text", "text": "<h1>Hi</h1>"}
    server.answers = [WIRE.stream(*WIRE.events([thought, text], "end_turn"))]

    assert model.complete(PROMPT, timeout_seconds=5).text == "<h1>Hi</h1>"


def test_the_system_text_is_marked_for_the_cache(server: ModelServer, model: LanguageModel) -> None:
    server.answers = [WIRE.stream(*EVENTS)]

    model.complete(PROMPT, timeout_seconds=5)

    assert server.requests[0].body["system"] == [
        {
            "type": "text",
            "text": "You write web apps.",
            "cache_control": {"type": "ephemeral"},
        }
    ]


def test_an_answer_may_be_longer_than_the_sdk_would_wait_for_in_one_piece(
    server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [WIRE.stream(*EVENTS)]

    reply = model.complete(Prompt("s", "u", max_output_tokens=64_000), timeout_seconds=5)

    assert reply.stop_reason is StopReason.COMPLETE
    assert server.requests[0].body["max_tokens"] == 64_000
