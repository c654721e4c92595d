"""Who gets in: a request is looked at only when it has shown its secret."""

from __future__ import annotations

from typing import Any

from deployer.domain.errors import FieldError, ForbiddenError, InvalidRequestError
from deployer.domain.evaluation_url import EvaluationRules
from deployer.domain.request import DeploymentRequest, parse_request
from deployer.domain.secret import same_secret


def admit(
    body: dict[str, Any], secret: str, evaluation_rules: EvaluationRules
) -> DeploymentRequest:
    """The request in `body`, if it presents `secret`; whoever presents another learns nothing.

    Raises:
        ForbiddenError: the secret is wrong.
        InvalidRequestError, TooLargeError: see `parse_request`.
    """
    presented = body.get("secret")
    if not isinstance(presented, str) or not presented:
        raise InvalidRequestError(
            "the request has no secret", (FieldError("secret", "must be a non-empty string"),)
        )
    if not same_secret(presented, secret):
        raise ForbiddenError("the secret is wrong")
    return parse_request(body, evaluation_rules)
