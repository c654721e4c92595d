"""Records and repository names in one DynamoDB table, with pynamodb.

| item | pk | sk |
|---|---|---|
| deployment | `task#EMAIL#TASK` | `round#00001` |
| write ledger | `ledger#ACCOUNT` | `writes` |
| repository name | `repository#owner/name` (lower case: GitHub's names ignore it) | `binding` |
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException
from pynamodb.models import Model

from deployer.domain.deployment import Deployment
from deployer.domain.errors import RecordChangedError, UnavailableError
from deployer.domain.key import Key
from deployer.domain.write_budget import WriteLedger

CONDITION_FAILED = "ConditionalCheckFailedException"
_DEPLOYMENT = TypeAdapter(Deployment)
_LEDGER = TypeAdapter(WriteLedger)


class _Row(Model):
    """`document` holds the record as JSON; the rest is what conditions and people read."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute(null=True)
    state = UnicodeAttribute(null=True)
    document = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    task = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)


def _rows(table_name: str) -> type[_Row]:
    """The row model of one table. pynamodb takes the table's name from an inner class."""
    meta = type("Meta", (), {"table_name": table_name, "read_timeout_seconds": 10})
    return type("Row", (_Row,), {"Meta": meta})


@contextmanager
def _table_errors() -> Iterator[None]:
    try:
        yield
    except PynamoDBException as exc:
        if exc.cause_response_code == CONDITION_FAILED:
            raise RecordChangedError("the record is not as it was read") from exc
        code = exc.cause_response_code or type(exc).__name__
        raise UnavailableError(f"DynamoDB: {code}") from exc


class DynamoDBDeployments:
    """`DeploymentStore` over one table.

    `lifetime_seconds`: how long after its last change a record is kept.
    """

    def __init__(self, table_name: str, lifetime_seconds: int = 400 * 24 * 3600) -> None:
        self._rows = _rows(table_name)
        self._lifetime = lifetime_seconds

    def find(self, key: Key) -> Deployment | None:
        with _table_errors():
            try:
                row = self._rows.get(_pk(key.email, key.task), _sk(key.round), consistent_read=True)
            except self._rows.DoesNotExist:
                return None
        return _deployment(row)

    def rounds(self, email: str, task: str) -> list[Deployment]:
        with _table_errors():
            rows = self._rows.query(
                _pk(email, task), self._rows.sk.startswith("round#"), consistent_read=True
            )
            return [_deployment(row) for row in rows]

    def save(self, deployment: Deployment) -> Deployment:
        saved = deployment.at_version(deployment.version + 1)
        row = self._rows(
            _pk(deployment.email, deployment.task),
            _sk(deployment.round),
            version=saved.version,
            state=saved.state.value,
            document=_DEPLOYMENT.dump_json(saved).decode(),
            expires_at=int(saved.updated_at.timestamp()) + self._lifetime,
        )
        with _table_errors():
            row.save(condition=self._unchanged(deployment))
        return saved

    def _unchanged(self, deployment: Deployment) -> Any:
        if deployment.version == 0:
            return self._rows.pk.does_not_exist()
        return self._rows.version == deployment.version


class DynamoDBRepositoryNames:
    """`RepositoryNames` over the same table. A name, once bound, stays bound."""

    def __init__(self, table_name: str) -> None:
        self._rows = _rows(table_name)

    def bind(self, repository: str, email: str, task: str) -> bool:
        row = self._rows(f"repository#{repository.lower()}", "binding", email=email, task=task)
        ours = (self._rows.email == email) & (self._rows.task == task)
        try:
            with _table_errors():
                row.save(condition=self._rows.pk.does_not_exist() | ours)
        except RecordChangedError:
            return False
        return True


class DynamoDBWriteLedgers:
    """`WriteLedgers` over the same table."""

    def __init__(self, table_name: str) -> None:
        self._rows = _rows(table_name)

    def load(self, account: str) -> WriteLedger:
        with _table_errors():
            try:
                row = self._rows.get(_ledger(account), "writes", consistent_read=True)
            except self._rows.DoesNotExist:
                return WriteLedger()
        return _LEDGER.validate_json(row.document or "{}")

    def save(self, account: str, ledger: WriteLedger) -> None:
        saved = replace(ledger, version=ledger.version + 1)
        row = self._rows(
            _ledger(account),
            "writes",
            version=saved.version,
            document=_LEDGER.dump_json(saved).decode(),
        )
        first = self._rows.pk.does_not_exist()
        with _table_errors():
            row.save(condition=self._rows.version == ledger.version if ledger.version else first)


def _ledger(account: str) -> str:
    return f"ledger#{account.lower()}"


def _pk(email: str, task: str) -> str:
    return f"task#{email}#{task}"


def _sk(round_number: int) -> str:
    return f"round#{round_number:05d}"


def _deployment(row: _Row) -> Deployment:
    if row.document is None:
        raise UnavailableError(f"the record {row.pk} {row.sk} holds no document")
    return _DEPLOYMENT.validate_json(row.document)
