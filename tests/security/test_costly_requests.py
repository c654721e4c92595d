"""Requests that are small to send and would be dear to read, each in a process of its own.

The limits are below what the validator has, and far above what the reading takes: whatever grows
faster than its body is beyond them, on any machine.
"""

from __future__ import annotations

import json
import resource
from multiprocessing import get_context
from multiprocessing.connection import Connection

import pytest

from deployer.adapters.api_gateway import error_answer
from deployer.domain.errors import InvalidRequestError, RequestError
from deployer.domain.evaluation_url import EvaluationRules
from deployer.domain.json_object import parse_object
from deployer.domain.request import MAX_BODY_BYTES, MAX_CHECKS, parse_request
from deployer.domain.request_error import MAX_REASON_LENGTH
from tests.support.builders import a_body, a_request

CPU_SECONDS = 30
MEMORY_BYTES = 640 * 2**20
MAX_ANSWER_BYTES = 64 * 1024
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.security.test_costly_requests"])


def read(body: bytes, answer: Connection) -> None:
    """Read a body as the validator does, within the limits, and give the answer to the parent."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        parse_request(parse_object(body), EvaluationRules())
        answer.send((200, ""))
    except RequestError as exc:
        refusal = error_answer(exc)
        answer.send((refusal.status_code, refusal.body))


def filled(start: bytes, unit: bytes, end: bytes = b"", size: int = MAX_BODY_BYTES) -> bytes:
    """`unit` over and over between `start` and `end`, `size` bytes in all."""
    return start + unit * ((size - len(start) - len(end)) // len(unit)) + end


def request_filled(field: str, value: str, unit: str) -> bytes:
    """A request whose `field` is the JSON `value`, with `unit` over and over in place of its `~`."""
    body = json.dumps(a_body(**{field: "~"})).replace('"~"', value)
    start, end = body.split("~")
    return filled(start.encode(), unit.encode(), end.encode())


BEFORE_THE_SECRET = {
    "an unterminated string of escaped quotes": filled(b'{"a":"', b'\\"'),
    "an unterminated string of backslashes": filled(b'{"a":"', b"\\"),
    "unterminated strings": filled(b'{"a":', b'"\\"'),
    "a string of escapes": filled(b'{"a":"', b"\\n", b'"}'),
    "brackets in strings": filled(b'{"a":[', b'"[",', b'""]}'),
    "brackets": filled(b'{"a":[', b"[],", b"[]]}"),
    "digits": filled(b'{"a":', b"9", b"}"),
    "digits of a fraction": filled(b'{"a":0.', b"9", b"}"),
}
AFTER_THE_SECRET = {
    "checks that are numbers": request_filled("checks", "[~1]", "1,"),
    "checks that are blank": request_filled("checks", '[~""]', '"",'),
    "attachments that are numbers": request_filled("attachments", "[~1]", "1,"),
    "attachments without fields": request_filled("attachments", "[~1]", "{},"),
    "a name of marks": request_filled(
        "attachments", '[{"name": "a~", "url": "data:,x"}]', "\u0315\u0300"
    ),
    "a data URI of semicolons": request_filled(
        "attachments", '[{"name": "a", "url": "data:~"}]', ";"
    ),
    "a data URI of escapes": request_filled(
        "attachments", '[{"name": "a", "url": "data:,~%"}]', "%4"
    ),
    "an e-mail of dots": request_filled("email", '"a@~@"', "."),
    "a brief of blanks": request_filled("brief", '"~"', " "),
}


@pytest.mark.parametrize("attack", [*BEFORE_THE_SECRET, *AFTER_THE_SECRET])
def test_what_is_dear_to_read_is_refused_cheaply(attack: str) -> None:
    body = (BEFORE_THE_SECRET | AFTER_THE_SECRET)[attack]
    assert len(body) > MAX_BODY_BYTES - 10
    here, there = PROCESSES.Pipe()
    process = PROCESSES.Process(target=read, args=(body, there))
    process.start()
    there.close()
    with here:
        status, answer = here.recv()
    process.join()
    process.close()
    assert status in (400, 413)
    assert len(answer) < MAX_ANSWER_BYTES


def test_an_answer_names_so_many_fields_and_no_more() -> None:
    with pytest.raises(InvalidRequestError, match="the first 50 of 122 are named") as caught:
        a_request(checks=[1] * MAX_CHECKS, attachments=[{}] * 11)
    named = [field.field for field in caught.value.fields]
    assert named == [f"checks[{number}]" for number in range(50)]


def test_a_reason_is_cut_where_it_repeats_what_was_sent() -> None:
    rules = EvaluationRules(hosts=("example.com",) * 100)
    with pytest.raises(InvalidRequestError) as caught:
        parse_request(a_body(evaluation_url="https://example.org/"), rules)
    (field,) = caught.value.fields
    assert len(field.reason) == MAX_REASON_LENGTH
