"""Whatever comes from outside, a parser answers or raises the error that it documents."""

from __future__ import annotations

import contextlib
import json
import string
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deployer.adapters.api_gateway import json_body
from deployer.adapters.github.answers import error_for
from deployer.adapters.retry_after import MAX_SECONDS, duration, seconds_until_retry
from deployer.adapters.sqs import parse_message
from deployer.adapters.stepfunctions import parse_delivery
from deployer.domain.errors import DeployerError, RequestError
from deployer.domain.evaluation_url import EvaluationRules
from deployer.domain.request import parse_request
from deployer.generation.answers.edits import EditFailedError, apply_edit
from deployer.generation.answers.grammar import Edit
from deployer.generation.answers.parser import parse
from deployer.generation.answers.recovery import recover
from deployer.generation.asking.attachments import describe
from deployer.generation.judging.demands import demands_of
from deployer.generation.reading.javascript import script
from deployer.generation.reading.markup import compounds, document
from deployer.generation.reading.pictures import media_type, size
from deployer.generation.reading.spreadsheets import SpreadsheetError, read_sheets
from deployer.settings import NotifierSettings, SettingsError, WorkerSettings, load
from operate import env_file
from operate.errors import CommandError
from tests.conftest import load_event
from tests.fuzz import hostile

DEEP = 10_000
"""Beyond every limit of recursion, and of digits."""
NOW = datetime(2026, 11, 25, tzinfo=UTC)

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


def fuzzed(*strategies: Any, **named: Any) -> Callable[[Any], Any]:
    """`given`, for a test of a second."""
    return lambda test: settings(
        max_examples=60, deadline=None, suppress_health_check=list(HealthCheck)
    )(given(*strategies, **named)(test))


def mixed(*tokens: str) -> st.SearchStrategy[str]:
    """Text of these tokens, of their repetitions, and of anything else."""
    token = st.sampled_from(tokens)
    repeated = token.map(lambda one: one * (DEEP // len(one)))
    part = token | token | st.text(max_size=5) | hostile.text
    return repeated | st.lists(part, max_size=25).map("".join)


@fuzzed(hostile.bodies.map(lambda raw: raw.decode("utf-8", "replace")), st.booleans())
@example("9" * 5_000, False)
@example('{"a":' * DEEP, False)
@example("ä", True)
def test_a_body(body: str, base64: bool) -> None:
    with contextlib.suppress(RequestError):
        json_body(APIGatewayProxyEvent({"body": body, "isBase64Encoded": base64}))


@fuzzed(st.dictionaries(st.sampled_from(hostile.FIELDS), hostile.values))
def test_a_requests_fields(odd: dict[str, Any]) -> None:
    with contextlib.suppress(RequestError):
        parse_request(hostile.a_valid_body(**odd), EvaluationRules())


@fuzzed(mixed("data:", ";base64", ",", "text/csv", ";", "%00", "%", "QQ==", "=", ";charset=x"))
@example("data:" + ";" * 100_000)
@example("data:;base64," + "=" * 100_000)
def test_a_data_uri(url: str) -> None:
    attachments = [{"name": "a.txt", "url": url}, {"name": "b.txt", "url": f"data:{url}"}]
    with contextlib.suppress(RequestError):
        request = parse_request(hostile.a_valid_body(attachments=attachments))
        assert all(isinstance(one.content, bytes) for one in request.attachments)


@fuzzed(mixed("https://", "a", ".", ":", "/", "@", "[", "]", "%", "1", "0x", "#", "?", "::1", "\\"))
def test_an_evaluation_url(url: str) -> None:
    for one in (url, f"https://{url}"):
        with contextlib.suppress(RequestError):
            parse_request(hostile.a_valid_body(evaluation_url=one), EvaluationRules())


MESSAGE = {"deployment_id": "d-1", "email": "a@b", "task": "t", "round": 1}


@fuzzed(
    st.dictionaries(st.sampled_from(sorted(MESSAGE)), hostile.values).map(
        lambda odd: json.dumps(MESSAGE | odd)
    )
    | hostile.bodies.map(lambda raw: raw.decode("utf-8", "replace"))
)
@example("[" * DEEP)
@example('{"deployment_id": "d", "email": "a", "task": "t", "round": Infinity}')
def test_a_message_of_the_queue(body: str) -> None:
    with contextlib.suppress(ValueError):
        parse_message(body)


DELIVERY = load_event("notifier_input")


@fuzzed(
    st.dictionaries(st.sampled_from([*sorted(DELIVERY), "fault"]), hostile.values),
    st.sets(st.sampled_from(sorted(DELIVERY))),
)
def test_an_input_of_the_state_machine(odd: dict[str, Any], missing: set[str]) -> None:
    state = {name: value for name, value in (DELIVERY | odd).items() if name not in missing}
    with contextlib.suppress(ValueError):
        parse_delivery(state)


DATES = ("Wed, ", "25 Nov 2026 ", "99", "03:00:00", " GMT", " +9999", "-", ":", "0", "9" * 400)


@fuzzed(mixed(*DATES) | st.text(string.printable))
@example("²")
@example("9" * 10_000)
@example("Wed, 25 Nov 9999 23:59:59 -2359")
@example("Mon, 01 Jan 2024 00:00:00 +9999999999999")
@example("Mon, 01 Jan 2024 00:00:00 -9999999999999")
def test_a_retry_after(header: str) -> None:
    for seconds in (seconds_until_retry(header, NOW), duration(header, unit=0.001)):
        assert seconds is None or 0 <= seconds <= MAX_SECONDS


@fuzzed(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(["Retry-After", "X-RateLimit-Reset", "x-ratelimit-remaining"]),
        mixed("0", "9" * 12, "²", "-1", "1e9", "٣", " ", *DATES),
    ),
    hostile.text,
)
@example(403, {"retry-after": "²"}, "")
@example(429, {"retry-after": "9" * 20}, "")
@example(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 20}, "")
def test_an_answer_of_github(status: int, headers: dict[str, str], message: str) -> None:
    assert isinstance(error_for(status, headers, message, lambda: NOW), DeployerError)


NONCE = "0a1b2c3d"
GRAMMAR = (
    f"=== {NONCE} ", f"==={NONCE}", "FILE ", "EDIT ", "CONVERT ", "END", "SEARCH", "REPLACE",
    "index.html", "../x", "\n", "\r\n", "```", "```html", "<<<<<<<", "=======", ">>>>>>>", " ",
)  # fmt: skip


@fuzzed(mixed(*GRAMMAR))
def test_an_answer_of_the_model(text: str) -> None:
    parse(text, NONCE)
    recover(text)


@fuzzed(mixed("a", "b\n", "\n", " ", "\t", "é"), mixed("a", "b\n", "\n", " ", "\t"), st.text())
def test_an_edit(text: str, search: str, replace: str) -> None:
    with contextlib.suppress(EditFailedError):
        apply_edit(text, Edit(search, replace))


@fuzzed(
    mixed("<", "<b>", "</b>", "<p", "<!--", "-->", "<script>", "</script", "<![CDATA[", "<?", "&",
          "&#x110000;", "&#xD800;", 'a="', "'", "=", ">", "/>", "<!DOCTYPE", "\x00", "<svg>")
)  # fmt: skip
def test_a_page(text: str) -> None:
    document(text)


@fuzzed(mixed("#", ".", "a", "[", "]", "=", '"', ":", "(", ")", ">", " ", "*", ",", "\\", "~", "+"))
def test_a_selector(text: str) -> None:
    compounds(text)


@fuzzed(
    mixed("(", ")", "{", "}", "[", "]", "`", "${", "'", '"', "/", "*", "=>", "=", "x", ".", ",",
          "document", ".querySelector", "('#a')", ".textContent", "===", "!", "!!", "1", ";", "\n",
          "document.title === `a`", "\\u", "\\x", "document.getElementById('a')")
)  # fmt: skip
def test_a_script_and_a_check(text: str) -> None:
    demands_of(text)
    script(text)


@fuzzed(
    st.sampled_from(["a.csv", "a.json", "a.xlsx", "a.png", "a.svg", "a.html", "a.txt", "a"]),
    st.sampled_from(["", "text/csv", "application/json", "image/png", "x/y;z"]),
    st.binary(max_size=300)
    | hostile.bodies
    | mixed(",", '"', "\n", ";", "\t", "[", "{", "9" * 5_000).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    ),
)
@example("a.json", "application/json", b"[" * DEEP)
@example("a.json", "application/json", b"9" * 5_000)
@example("a.csv", "text/csv", b"x" * 200_000)
def test_an_attachment(name: str, kind: str, content: bytes) -> None:
    describe(name, kind, content)


@fuzzed(
    st.sampled_from(
        [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF....WEBP", b"PK"]
    ),
    st.binary(max_size=100),
)
def test_a_picture_and_a_spreadsheet(start: bytes, rest: bytes) -> None:
    media_type(start + rest)
    size(start + rest)
    with contextlib.suppress(SpreadsheetError):
        read_sheets(start + rest)


NAMES = st.sampled_from(
    ["RETRY_DELAYS", "MAX_RETRY_ATTEMPTS", "LLM_PRICES", "MAX_COST_USD", "EVALUATION_HOSTS",
     "GITHUB_API_URL", "ALLOW_WORKFLOWS", "LLM_PROVIDER", "TABLE_NAME", "MAX_RECEIVE_COUNT"]
)  # fmt: skip


@fuzzed(
    st.dictionaries(NAMES, mixed("1", ",", ".", "-", "9" * 400, "e", "inf", "nan", "http://", "*"))
)
@pytest.mark.parametrize("kind", [NotifierSettings, WorkerSettings])
def test_settings(kind: type[Any], environment: dict[str, str]) -> None:
    with contextlib.suppress(SettingsError):
        load(kind, environment)


ENV_TOKENS = ("GITHUB_TOKEN", "GITHUB_APP_PRIVATE_KEY=~x", "=", "'", '"', "#", "\n", "$", "\\")


@fuzzed(
    content=st.binary(max_size=200)
    | mixed(*ENV_TOKENS).map(lambda text: text.encode("utf-8", "replace"))
)
def test_an_env_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ".env"
    path.write_bytes(content)
    with contextlib.suppress(CommandError):
        list(env_file.problems_for_aws(env_file.read(path)))
