"""The one secret, a JSON object of named values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import (
    GetParameterError,
    TransformParameterError,
)

from deployer.domain.errors import UnavailableError

MAX_AGE_SECONDS = 60
"""The seconds for which a value is kept after it was read: the delay of a rotation."""


class SecretValues:
    """Named values of one Secrets Manager secret, read at use.

    `conceal` is told every value that was read, before anybody gets it.
    """

    def __init__(self, secret_name: str, conceal: Callable[[Iterable[str]], None]) -> None:
        self._name = secret_name
        self._conceal = conceal

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
        return self._values().get(name)

    def all_values(self) -> tuple[str, ...]:
        """Every value; none of them may appear in anything that is published.

        Raises:
            UnavailableError: the secret cannot be read.
        """
        return tuple(self._values().values())

    def _values(self) -> dict[str, str]:
        try:
            read: Any = parameters.get_secret(self._name, transform="json", max_age=MAX_AGE_SECONDS)
        except (GetParameterError, TransformParameterError) as exc:
            raise UnavailableError(
                f"the secret {self._name} cannot be read ({type(exc).__name__})"
            ) from None
        named = read if isinstance(read, dict) else {}
        values = {name: str(value) for name, value in named.items() if value}
        self._conceal(values.values())
        return values
