"""The one secret, a JSON object of named values."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import (
    GetParameterError,
    TransformParameterError,
)

from deployer.domain.errors import UnavailableError

MAX_AGE_SECONDS = 60
"""How long a value is kept after it was read: the delay of a rotation."""


class SecretValues:
    """Named values of one Secrets Manager secret, read at use."""

    def __init__(self, secret_name: str) -> None:
        self._name = secret_name

    def get(self, name: str) -> str:
        """
        Raises:
            UnavailableError: the secret cannot be read, or has no such value.
        """
        value = self.find(name)
        if value is None:
            raise UnavailableError(f"the secret {self._name} has no value for {name}; see README")
        return value

    def find(self, name: str) -> str | None:
        """The value, if there is one.

        Raises:
            UnavailableError: the secret cannot be read.
        """
        value = self._values().get(name)
        return str(value) if value else None

    def all_values(self) -> tuple[str, ...]:
        """Every value: what must appear in nothing that is published.

        Raises:
            UnavailableError: the secret cannot be read.
        """
        return tuple(str(value) for value in self._values().values() if value)

    def _values(self) -> dict[str, Any]:
        try:
            values: Any = parameters.get_secret(
                self._name, transform="json", max_age=MAX_AGE_SECONDS
            )
        except (GetParameterError, TransformParameterError) as exc:
            raise UnavailableError(
                f"the secret {self._name} cannot be read ({type(exc).__name__})"
            ) from None
        return values if isinstance(values, dict) else {}
