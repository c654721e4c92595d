from __future__ import annotations

from typing import Any

import pytest

from deployer.domain.errors import ForbiddenError, InvalidRequestError
from deployer.domain.evaluation_url import EvaluationRules
from deployer.domain.request import DeploymentRequest
from deployer.domain.secret import HashedSecret
from deployer.services.admit import admit, own_secret, shared_secret
from tests.support.builders import a_body, a_request
from tests.support.fakes import InMemoryCallerSecrets


def admitted(*hosts: str, **changes: Any) -> DeploymentRequest:
    opens = shared_secret("correct horse", None)
    return admit(a_body(**changes), opens, EvaluationRules(hosts=hosts))


def test_a_request_with_the_secret_is_admitted_without_it() -> None:
    assert admitted() == a_request()


def test_a_wrong_secret_learns_nothing_about_its_fields() -> None:
    with pytest.raises(ForbiddenError):
        admitted(secret="guess", email="nobody", round=0, evaluation_url="http://10.0.0.1/")


@pytest.mark.parametrize("secret", [None, "", 5, ["correct horse"]])
def test_a_missing_secret_is_a_bad_field(secret: Any) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        admitted(secret=secret)
    assert caught.value.fields[0].field == "secret"


def test_an_evaluation_url_that_is_not_allowed_is_a_bad_field_like_others() -> None:
    allowed = "evaluator.example.com"
    assert admitted(allowed).evaluation_url == "https://evaluator.example.com/notify"
    with pytest.raises(InvalidRequestError) as caught:
        admitted(allowed, evaluation_url="https://elsewhere.example.com/", round=0)
    assert {field.field for field in caught.value.fields} == {"evaluation_url", "round"}


def test_during_a_rotation_both_secrets_open_and_after_it_one() -> None:
    rotating, rotated = shared_secret("new", "old"), shared_secret("new", None)
    assert [rotating("", word) for word in ("new", "old", "older")] == [True, True, False]
    assert [rotated("", word) for word in ("new", "old", "")] == [True, False, False]


def test_a_callers_own_secrets_open_for_its_e_mail_alone() -> None:
    callers = InMemoryCallerSecrets()
    callers.save("ada@example.com", (HashedSecret.of("new", "1"), HashedSecret.of("old", "2")))
    callers.save("grace@example.com", (HashedSecret.of("hers", "3"),))
    opens = own_secret(callers)
    assert opens("ada@example.com", "new")
    assert opens("Ada@Example.com", "old")
    assert opens("grace@example.com", "hers")
    assert not opens("ada@example.com", "hers")
    assert not opens("grace@example.com", "new")
    assert not opens("nobody@example.com", "new")


@pytest.mark.parametrize("email", [None, 5, "", "nobody", {"$ne": ""}, "student@example.com"])
def test_a_wrong_secret_gets_the_same_answer_whatever_the_e_mail(email: Any) -> None:
    callers = InMemoryCallerSecrets()
    callers.save("student@example.com", (HashedSecret.of("correct horse", "1"),))
    with pytest.raises(ForbiddenError) as caught:
        admit(a_body(email=email, secret="guess"), own_secret(callers), EvaluationRules())
    assert str(caught.value) == "the secret is wrong"
