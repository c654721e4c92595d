"""Admission: a request is looked at only when it has shown its secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deployer.domain.errors import FieldError, ForbiddenError, InvalidRequestError
from deployer.domain.evaluation_url import EvaluationRules
from deployer.domain.ports import CallerSecrets
from deployer.domain.request import DeploymentRequest, parse_request
from deployer.domain.secret import NOBODYS, is_one_of

Opens = Callable[[str, str], bool]
"""Says whether an e-mail and a secret belong together. The e-mail is as it was sent: any text."""


def admit(
    body: dict[str, Any], opens: Opens, evaluation_rules: EvaluationRules
) -> DeploymentRequest:
    """The request in `body`, if its secret opens; with a wrong one a caller learns nothing.

    Raises:
        ForbiddenError: the secret is wrong.
        InvalidRequestError, TooLargeError: see `parse_request`.
        UnavailableError: the secrets cannot be read.
    """
    presented, email = body.get("secret"), body.get("email")
    if not isinstance(presented, str) or not presented:
        raise InvalidRequestError(
            "the request has no secret", (FieldError("secret", "must be a non-empty string"),)
        )
    if not opens(email if isinstance(email, str) else "", presented):
        raise ForbiddenError("the secret is wrong")
    return parse_request(body, evaluation_rules)


def shared_secret(current: str, previous: str | None) -> Opens:
    """One secret for all callers; during a rotation the one before it opens too."""
    return lambda _, presented: is_one_of(presented, (current, previous or current))


def own_secret(callers: CallerSecrets) -> Opens:
    """Each caller's own secret, and no other: nobody can speak for somebody else."""

    def opens(email: str, presented: str) -> bool:
        # As many comparisons for one secret, for two and for an unknown caller.
        kept = (*callers.find(email), *NOBODYS)[: len(NOBODYS)]
        opened = [secret.opens(presented) for secret in kept]
        return any(opened)

    return opens
