"""What is peculiar to Anthropic's streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployer.adapters.llm import language_model
from deployer.domain.errors import ModelRateLimitedError, ModelUnavailableError
from deployer.domain.language_model import LanguageModel, Prompt, StopReason
from tests.contract.llm.wire import AnthropicWire

if TYPE_CHECKING:
    from tests.contract.llm.server import ModelServer

PROMPT = Prompt(system="You write web apps.", user="u")
WIRE = AnthropicWire()
EVENTS = WIRE.events([{"type": "text", "text": "<h1>Hi</h1>"}], "end_turn")


@pytest.fixture
def model(server: ModelServer) -> LanguageModel:
    return language_model("anthropic", model="m-1", api_key="k", base_url=server.url)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("model_context_window_exceeded", StopReason.TRUNCATED),
        ("pause_turn", StopReason.REFUSED),
        ("stop_sequence", StopReason.REFUSED),
        ("tool_use", StopReason.REFUSED),
    ],
)
def test_only_the_end_of_a_turn_is_complete(
    server: ModelServer, model: LanguageModel, reason: str, expected: StopReason
) -> None:
    server.answers = [WIRE.answer("text", reason)]

    assert model.complete(PROMPT, timeout_seconds=5).stop_reason is expected


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
