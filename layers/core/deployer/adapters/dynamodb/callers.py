"""Callers' own secrets, and the use of their quotas, in the one table."""

from __future__ import annotations

import hashlib

from pydantic import TypeAdapter

from deployer.adapters.dynamodb.table import rows, table_errors
from deployer.domain.errors import RecordChangedError
from deployer.domain.quota import Window
from deployer.domain.secret import HashedSecret

KEPT_SECONDS = 3600
"""The seconds for which a window is kept after its end, should a clock be slow."""
_SECRETS = TypeAdapter(tuple[HashedSecret, ...])


class DynamoDBCallerSecrets:
    """`CallerSecrets`. The row's key is a digest, so that any text can be looked up."""

    def __init__(self, table_name: str, **connection: str) -> None:
        self._rows = rows(table_name, **connection)

    def find(self, email: str) -> tuple[HashedSecret, ...]:
        with table_errors():
            try:
                row = self._rows.get(_caller(email), "secrets", consistent_read=True)
            except self._rows.DoesNotExist:
                return ()
        return _SECRETS.validate_json(row.document or "[]")

    def save(self, email: str, secrets: tuple[HashedSecret, ...]) -> None:
        row = self._rows(
            _caller(email),
            "secrets",
            email=email,
            document=_SECRETS.dump_json(secrets).decode(),
        )
        with table_errors():
            row.save()


class DynamoDBUsageCounter:
    """`UsageCounter`: a row per window, counted up by one conditional update."""

    def __init__(self, table_name: str) -> None:
        self._rows = rows(table_name)

    def count(self, email: str, window: Window, limit: int) -> bool:
        row = self._rows(f"quota#{email.lower()}", f"{window.name}#{window.starts_at.isoformat()}")
        expires_at = int(window.ends_at.timestamp()) + KEPT_SECONDS
        try:
            with table_errors():
                row.update(
                    actions=[self._rows.used.add(1), self._rows.expires_at.set(expires_at)],
                    condition=self._rows.used.does_not_exist() | (self._rows.used < limit),
                )
        except RecordChangedError:
            return False
        return True


def _caller(email: str) -> str:
    digest = hashlib.sha256(email.lower().encode("utf-8", "surrogatepass")).hexdigest()
    return f"caller#{digest}"
