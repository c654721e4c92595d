from __future__ import annotations

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.domain.errors import InvalidRequestError, TooLargeError
from deployer.domain.request import (
    MAX_ATTACHMENT_BYTES,
    MAX_ATTACHMENTS,
    Attachment,
    DeploymentRequest,
    JavaScriptCheck,
    parse_request,
)
from tests.support.builders import a_body, a_data_uri, a_request


def bad_fields(**changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidRequestError) as caught:
        a_request(**changes)
    return {field.field: field.reason for field in caught.value.fields}


def test_both_forms_of_checks_are_kept_as_they_were_sent() -> None:
    request = a_request(checks=["Repo has MIT license", {"js": "1 === 1", "weight": 2}])
    assert request.checks == ("Repo has MIT license", JavaScriptCheck(js="1 === 1"))


@pytest.mark.parametrize("absent", [{}, {"checks": None, "attachments": None}])
def test_checks_and_attachments_may_be_absent(absent: dict[str, Any]) -> None:
    body = {k: v for k, v in a_body().items() if k not in ("checks", "attachments")} | absent
    request = parse_request(body)
    assert (request.checks, request.attachments) == ((), ())


def test_unknown_fields_and_the_secret_are_dropped() -> None:
    request = a_request(colour="blue")
    assert "secret" not in request.model_dump()
    assert "colour" not in request.model_dump()


@given(st.binary(max_size=2000))
def test_binary_attachments_are_kept_byte_for_byte(content: bytes) -> None:
    request = a_request(
        attachments=[{"name": "sample.png", "url": a_data_uri(content, "image/png")}]
    )
    assert request.attachments[0].content == content
    assert request.attachments[0].media_type == "image/png"


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"email": "nobody"}, "email", "e-mail address"),
        ({"email": "a\x85b@example.com"}, "email", "e-mail address"),
        ({"email": "a\ufeffb@example.com"}, "email", "e-mail address"),
        ({"task": "../etc"}, "task", "letters, digits"),
        ({"task": ""}, "task", "letters, digits"),
        ({"round": 0}, "round", "must be at least 1"),
        ({"round": True}, "round", "must be an integer"),
        ({"round": "1"}, "round", "must be an integer"),
        ({"nonce": ""}, "nonce", "must not be empty"),
        ({"brief": None}, "brief", "must be a string"),
        ({"brief": "\ud800"}, "brief", "lone surrogate"),
        ({"checks": {"js": "1"}}, "checks", "an array of at most 100 checks"),
        ({"attachments": {}}, "attachments", "must be an array"),
        ({"attachments": [None]}, "attachments[0]", "must be an object"),
        ({"attachments": [{}]}, "attachments[0].url", "is missing"),
        ({"checks": [{"javascript": "1"}]}, "checks[0]", "an object with a string js"),
        ({"evaluation_url": "ftp://example.com"}, "evaluation_url", "https URL"),
        ({"evaluation_url": "https://u:p@example.com"}, "evaluation_url", "user name"),
        ({"attachments": [{"name": "../x", "url": a_data_uri()}]}, "attachments[0].name", "dotted"),
        ({"attachments": [{"name": "LICENSE", "url": a_data_uri()}]}, "attachments[0].name", ""),
        ({"attachments": [{"name": "a", "url": "http://x.y/z"}]}, "attachments[0].url", "data"),
        (
            {"attachments": [{"name": "a", "url": "data:;base64,@@@"}]},
            "attachments[0].url",
            "base64",
        ),
    ],
)
def test_a_bad_field_is_named_with_a_reason(
    change: dict[str, Any], field: str, reason: str
) -> None:
    fields = bad_fields(**change)
    assert [name for name in fields if name.startswith(field)]
    assert any(reason in text for text in fields.values())


def test_a_round_may_be_written_with_a_zero_fraction() -> None:
    assert a_request(round=1.0) == a_request(round=1)
    for wrong in (1.5, float("inf"), float("nan"), 1e300):
        assert "round" in bad_fields(round=wrong)


def test_every_bad_field_is_named_at_once() -> None:
    fields = bad_fields(email="nobody", round=0, brief="")
    assert set(fields) == {"email", "round", "brief"}


def test_two_attachments_of_one_name_are_refused() -> None:
    twice = [{"name": "Data.csv", "url": a_data_uri()}, {"name": "data.csv", "url": a_data_uri()}]
    assert "data.csv more than once" in bad_fields(attachments=twice)["attachments"]


def test_too_many_attachments_are_refused() -> None:
    many = [{"name": f"{i}.csv", "url": a_data_uri()} for i in range(MAX_ATTACHMENTS + 1)]
    assert "attachments" in bad_fields(attachments=many)


def test_an_attachment_above_the_limit_is_too_large_and_says_the_limit() -> None:
    url = a_data_uri(b"x" * (MAX_ATTACHMENT_BYTES + 1))
    with pytest.raises(TooLargeError, match=str(MAX_ATTACHMENT_BYTES)):
        a_request(attachments=[{"name": "big.bin", "url": url}])


def test_the_deployment_id_depends_on_the_key_and_the_nonce_alone() -> None:
    first = a_request().deployment_id
    assert a_request(brief="something else").deployment_id == first
    for change in ({"nonce": "2"}, {"round": 2}, {"task": "t"}, {"email": "b@example.com"}):
        assert a_request(**change).deployment_id != first


def test_the_content_digest_depends_on_brief_checks_and_attachments_alone() -> None:
    first = a_request().content_digest
    assert a_request(nonce="2", evaluation_url="https://b.example.com/").content_digest == first
    for change in ({"brief": "b"}, {"checks": []}, {"attachments": []}):
        assert a_request(**change).content_digest != first


FROZEN = [
    (
        a_request(),
        "b129eab91f765416c368a2c14d2a09d2fa08d0610e59573540ba9d9abaf0bd63",
        "ee4d24e10e49419c4b77769b21527c3e6f33f2e9e75c7ca6a119166b43bfdbd9",
    ),
    (
        a_request(checks=[], attachments=[]),
        "17f3b958d3843d3e68b9cad77d65be3b0ceef90aee2ad17aaf734f4e75fc7771",
        "ce5bc7bada54eafe95c43e43322cac68dc0d7f4a318e8e761bae847372c3fb2e",
    ),
]


@pytest.mark.parametrize(("sent", "whole", "content"), FROZEN, ids=["full", "bare"])
def test_digests_stay_what_the_records_have(
    sent: DeploymentRequest, whole: str, content: str
) -> None:
    """The values are those of 25 November 2026; another one would answer a known nonce with 409."""
    assert (sent.request_digest, sent.content_digest) == (whole, content)


class LaterAttachment(Attachment):
    alt: str = ""


class LaterRequest(DeploymentRequest):
    """The model after an upgrade that has given it optional fields."""

    CONTENT: ClassVar = DeploymentRequest.CONTENT | {"style"}
    WHOLE: ClassVar = DeploymentRequest.WHOLE | {"style", "tell"}

    style: str | None = None
    tell: tuple[str, ...] = ()
    attachments: tuple[LaterAttachment, ...] = ()


@pytest.mark.parametrize("sent", [{}, {"attachments": []}, {"style": None, "tell": []}])
def test_a_later_optional_field_changes_no_digest_of_a_request_without_it(
    sent: dict[str, Any],
) -> None:
    before, after = a_request(**sent), LaterRequest.model_validate(a_body(**sent))
    assert after.request_digest == before.request_digest
    assert after.content_digest == before.content_digest


def test_a_later_field_that_is_used_is_part_of_the_digests_that_name_it() -> None:
    bare = LaterRequest.model_validate(a_body())
    styled = LaterRequest.model_validate(a_body(style="dark"))
    telling = LaterRequest.model_validate(a_body(tell=["ada@example.com"]))
    assert len({bare.request_digest, styled.request_digest, telling.request_digest}) == 3
    assert styled.content_digest != bare.content_digest
    assert telling.content_digest == bare.content_digest


def test_every_field_may_not_change_under_one_nonce() -> None:
    """A new field is named in WHOLE, and in CONTENT if the site depends on it."""
    assert set(DeploymentRequest.model_fields) == DeploymentRequest.WHOLE
