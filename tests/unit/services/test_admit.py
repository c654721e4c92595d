from __future__ import annotations

from typing import Any

import pytest

from deployer.domain.errors import ForbiddenError, InvalidRequestError
from deployer.domain.evaluation_url import EvaluationRules
from deployer.domain.request import DeploymentRequest
from deployer.services.admit import admit
from tests.builders import a_body, a_request


def admitted(*hosts: str, **changes: Any) -> DeploymentRequest:
    return admit(a_body(**changes), "correct horse", EvaluationRules(hosts=hosts))


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
