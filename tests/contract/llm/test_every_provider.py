"""Every provider's adapter does the same, with its real SDK and its own wire format."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from deployer.adapters.llm import language_model
from deployer.domain.errors import (
    ModelMisconfiguredError,
    ModelRateLimitedError,
    ModelUnavailableError,
)
from deployer.domain.language_model import Image, LanguageModel, Prompt, StopReason, Usage
from deployer.domain.providers import PROVIDERS
from tests.contract.llm.server import Answer, ModelServer
from tests.contract.llm.wire import WIRES, Asked, Wire, as_json

PROMPT = Prompt(system="You write web apps.", user="Build a clock.", max_output_tokens=1234)
PAGE = '<h1>It\'s — "été" 🕐</h1>\r\n<script>1 &lt; 2</script>\n'


@pytest.fixture(params=PROVIDERS)
def wire(request: pytest.FixtureRequest) -> Wire:
    return WIRES[request.param]


@pytest.fixture
def model(wire: Wire, server: ModelServer) -> LanguageModel:
    return language_model(
        wire.provider, model="m-1", api_key="test-key", base_url=server.url + wire.path
    )


def test_a_finished_answer_is_complete_and_its_text_is_untouched(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [wire.answer(PAGE, wire.stop_reasons[StopReason.COMPLETE])]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert reply.text == PAGE
    assert reply.stop_reason is StopReason.COMPLETE
    assert reply.model == model.name == f"{wire.provider}/m-1"


def test_the_whole_prompt_arrives(wire: Wire, server: ModelServer, model: LanguageModel) -> None:
    server.answers = [wire.answer("done", wire.stop_reasons[StopReason.COMPLETE])]

    model.complete(PROMPT, timeout_seconds=5)

    asked = [wire.asked(request) for request in server.requests]
    assert asked == [Asked("m-1", "You write web apps.", "Build a clock.", 1234)]


def test_an_empty_system_text_is_left_out(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [wire.answer("done", wire.stop_reasons[StopReason.COMPLETE])]

    model.complete(replace(PROMPT, system=""), timeout_seconds=5)

    assert wire.asked(server.requests[0]) == Asked("m-1", "", "Build a clock.", 1234)
    assert not {"system", "systemInstruction"} & set(server.requests[0].body)


def test_pictures_go_along_byte_for_byte_except_kinds_the_model_cannot_see(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [wire.answer("done", wire.stop_reasons[StopReason.COMPLETE])]
    png, jpeg = Image("image/png", bytes(range(256))), Image("image/jpeg", b"\xff\xd8")
    svg = Image("image/svg+xml", b"<svg/>")

    model.complete(replace(PROMPT, images=(png, svg, jpeg)), timeout_seconds=5)

    asked = wire.asked(server.requests[0])
    assert asked.images == (png, jpeg)
    assert asked.user == "Build a clock."


def test_the_key_travels_in_its_header_and_nowhere_else(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [wire.answer("done", wire.stop_reasons[StopReason.COMPLETE])]

    model.complete(PROMPT, timeout_seconds=5)

    (request,) = server.requests
    name, value = wire.key_header
    assert request.headers.pop(name) == value
    assert "test-key" not in str(request)


def test_tokens_are_counted_with_the_cached_ones_among_the_input(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    usage = Usage(input_tokens=1000, cached_tokens=700, output_tokens=55)
    server.answers = [wire.answer("done", wire.stop_reasons[StopReason.COMPLETE], usage)]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert reply.usage == usage


def test_an_answer_at_the_limit_is_truncated_and_keeps_its_text(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [wire.answer("<h1>Hal", wire.stop_reasons[StopReason.TRUNCATED])]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == ("<h1>Hal", StopReason.TRUNCATED)


def test_a_refusal_is_refused_even_if_it_has_text(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [wire.answer("I cannot", wire.stop_reasons[StopReason.REFUSED])]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == ("I cannot", StopReason.REFUSED)


@pytest.mark.parametrize(
    "word", ["eos", "end", "STOP", "end_turn", "stop_sequence", "NEW_WORD", None]
)
def test_whether_an_unknown_stop_means_a_whole_answer_is_left_to_the_answers_last_line(
    wire: Wire, server: ModelServer, model: LanguageModel, word: str | None
) -> None:
    server.answers = [wire.answer(PAGE, word)]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.stop_reason) == (PAGE, StopReason.COMPLETE)
    assert reply.stop_word == (word or "")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("length", StopReason.TRUNCATED),
        ("max_tokens", StopReason.TRUNCATED),
        ("MAX_TOKENS", StopReason.TRUNCATED),
        ("model_length", StopReason.TRUNCATED),
        ("model_context_window_exceeded", StopReason.TRUNCATED),
        ("content_filter", StopReason.REFUSED),
        ("content-filter", StopReason.REFUSED),
        ("guardrail_intervened", StopReason.REFUSED),
        ("sensitive", StopReason.REFUSED),
        ("PROHIBITED_CONTENT", StopReason.REFUSED),
        ("RECITATION", StopReason.REFUSED),
    ],
)
def test_words_for_a_limit_or_a_refusal_count_whoever_says_them(
    wire: Wire, server: ModelServer, model: LanguageModel, word: str, expected: StopReason
) -> None:
    server.answers = [wire.answer(PAGE, word)]

    reply = model.complete(PROMPT, timeout_seconds=5)

    assert (reply.stop_reason, reply.stop_word) == (expected, word)


def test_a_stop_that_is_no_word_is_told_to_nobody(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [wire.answer(PAGE, "<b>key=test-key</b> " * 9)]

    assert model.complete(PROMPT, timeout_seconds=5).stop_word == ""


ERRORS_INSIDE_A_200 = [
    ({"error": {"message": "Provider returned error", "code": 429}}, 429),
    ({"error": {"message": "m", "code": "429"}}, 429),
    ({"error": {"message": "m", "code": "rate_limit_exceeded"}}, 429),
    ({"error": {"message": "m", "type": "rate_limit_error", "code": None}}, 429),
    ({"error": {"message": "m", "status": "RESOURCE_EXHAUSTED"}}, 429),
    ([{"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED"}}], 429),
    ({"object": "error", "message": "m", "code": 42901, "type": "rate"}, 429),
    ({"type": "error", "error": {"type": "rate_limit_error", "message": "m"}}, 429),
    ({"success": False, "errors": [{"code": 429, "message": "m"}]}, 429),
    ({"error": {"message": "m", "code": 402}}, 402),
    ({"error": {"message": "m", "type": "authentication_error"}}, 401),
    ({"error": {"message": "m", "code": "model_not_found"}}, 404),
    ({"error": {"message": "m", "type": "BadRequestError", "code": 400}}, 400),
    ({"error": {"message": "m", "type": "overloaded_error"}}, 529),
    ({"error": {"message": "m", "code": 502}}, 502),
    ({"error": {"message": "m", "code": "something_new"}}, 500),
    ({"error": "the key test-key is wrong"}, 500),
    ({"detail": "Internal error"}, 500),
]


@pytest.mark.parametrize(("body", "status"), ERRORS_INSIDE_A_200)
def test_an_error_inside_a_200_is_taken_for_the_status_that_it_speaks_of(
    server: ModelServer, model: LanguageModel, body: object, status: int
) -> None:
    server.answers = [Answer(as_json(body), headers={"retry-after": "9"})]

    with pytest.raises(ModelUnavailableError, match=f"answered {status}") as caught:
        model.complete(PROMPT, timeout_seconds=5)

    assert caught.value.retry_after == (9 if status in (429, 500, 502, 529) else None)
    assert isinstance(caught.value, ModelRateLimitedError) == (status == 429)
    assert isinstance(caught.value, ModelMisconfiguredError) == (status in (400, 401, 402, 404))
    assert "test-key" not in str(caught.value)


def test_a_rate_limit_says_how_long_to_wait_and_is_not_tried_again(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [replace(wire.error(429), headers={"retry-after": "7"})]

    with pytest.raises(ModelRateLimitedError) as caught:
        model.complete(PROMPT, timeout_seconds=5)

    assert caught.value.retry_after == 7
    assert len(server.requests) == 1


def test_a_wait_until_a_date_is_told_in_seconds(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    server.answers = [replace(wire.error(503), headers={"retry-after": date})]

    with pytest.raises(ModelUnavailableError) as caught:
        model.complete(PROMPT, timeout_seconds=5)

    assert caught.value.retry_after == pytest.approx(3600, abs=60)


@pytest.mark.parametrize("value", ["soon", "nan", ""])
def test_a_wait_that_cannot_be_read_is_unknown(
    wire: Wire, server: ModelServer, model: LanguageModel, value: str
) -> None:
    server.answers = [replace(wire.error(429), headers={"retry-after": value})]

    with pytest.raises(ModelRateLimitedError) as caught:
        model.complete(PROMPT, timeout_seconds=5)

    assert caught.value.retry_after is None


@pytest.mark.parametrize("status", [500, 502, 503, 529])
def test_a_failing_service_is_unavailable_and_is_not_tried_again(
    wire: Wire, server: ModelServer, model: LanguageModel, status: int
) -> None:
    server.answers = [wire.error(status)]

    with pytest.raises(ModelUnavailableError) as caught:
        model.complete(PROMPT, timeout_seconds=5)

    assert type(caught.value) is ModelUnavailableError
    assert f"{wire.provider}/m-1 answered {status}" in str(caught.value)
    assert len(server.requests) == 1


def test_a_gateways_error_page_is_a_failing_service_too(
    server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [Answer(b"<h1>Bad gateway</h1>", 502, "text/html")]

    with pytest.raises(ModelUnavailableError, match="answered 502"):
        model.complete(PROMPT, timeout_seconds=5)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refused_key_model_or_request_is_a_misconfiguration(
    wire: Wire, server: ModelServer, model: LanguageModel, status: int
) -> None:
    server.answers = [wire.error(status, "what_was_wrong")] * 3

    with pytest.raises(ModelMisconfiguredError, match=rf"answered {status} \(what_was_wrong\)"):
        model.complete(PROMPT, timeout_seconds=5)


def test_the_providers_prose_which_may_quote_a_key_stays_out_of_the_message(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [wire.error(400)]

    with pytest.raises(ModelUnavailableError) as caught:
        model.complete(PROMPT, timeout_seconds=5)

    assert "test-key" in str(caught.value.__cause__)
    assert "test-key" not in str(caught.value)


def test_a_service_that_never_answers_is_given_up_after_the_time_limit(
    server: ModelServer, model: LanguageModel
) -> None:
    server.answers = [Answer(hangs=True)]

    with pytest.raises(ModelUnavailableError, match=r"did not answer within 0\.3 s"):
        model.complete(PROMPT, timeout_seconds=0.3)

    assert len(server.requests) == 1


def test_a_service_that_keeps_the_line_open_with_blanks_is_given_up_too(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    kind = wire.answer("", "").content_type
    server.answers = [Answer(trickles=True, content_type=kind)]

    with pytest.raises(ModelUnavailableError, match=r"did not answer within 0\.3 s"):
        model.complete(PROMPT, timeout_seconds=0.3)


def test_an_answer_that_breaks_off_half_way_is_not_an_answer(
    wire: Wire, server: ModelServer, model: LanguageModel
) -> None:
    whole = wire.answer(PAGE * 50, wire.stop_reasons[StopReason.COMPLETE])
    server.answers = [replace(whole, missing_bytes=len(whole.body) // 2)]

    with pytest.raises(ModelUnavailableError, match="broke off"):
        model.complete(PROMPT, timeout_seconds=5)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"<h1>Welcome to the hotel's wifi</h1>", b"{}", b"[]", b'"text"', b"null"],
)
@pytest.mark.parametrize("kind", ["application/json", "text/html", "text/event-stream"])
def test_an_answer_of_another_shape_is_unavailable_not_a_crash(
    server: ModelServer, model: LanguageModel, body: bytes, kind: str
) -> None:
    server.answers = [Answer(body, content_type=kind)]

    with pytest.raises(ModelUnavailableError, match=r"cannot be read|broke off"):
        model.complete(PROMPT, timeout_seconds=5)


def test_a_service_that_is_not_there_is_unavailable(wire: Wire) -> None:
    with ModelServer() as gone:
        url = gone.url
    model = language_model(wire.provider, model="m-1", api_key="k", base_url=url + wire.path)

    with pytest.raises(ModelUnavailableError, match="could not be reached"):
        model.complete(PROMPT, timeout_seconds=5)
