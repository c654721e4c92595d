"""Records, repository names and the write ledger in the one table."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from deployer.adapters.dynamodb.table import Row, rows, table_errors
from deployer.domain.errors import RecordChangedError, UnavailableError
from deployer.domain.ports import Binding
from deployer.domain.repository import SUFFIX_LENGTH, binding_id
from deployer.domain.round import Round
from deployer.domain.round_key import RoundKey
from deployer.domain.write_budget import WriteLedger

_ROUND = TypeAdapter(Round)
_LEDGER = TypeAdapter(WriteLedger)


class DynamoDBRounds:
    """`Rounds` over one table.

    `lifetime_seconds`: a record is kept for so long after its last change.
    """

    def __init__(self, table_name: str, lifetime_seconds: int = 400 * 24 * 3600) -> None:
        self._rows = rows(table_name)
        self._lifetime = lifetime_seconds

    def find(self, key: RoundKey) -> Round | None:
        with table_errors():
            try:
                row = self._rows.get(_pk(key.email, key.task), _sk(key.round), consistent_read=True)
            except self._rows.DoesNotExist:
                return None
        return _deployment(row)

    def of_task(self, email: str, task: str) -> list[Round]:
        with table_errors():
            rows = self._rows.query(
                _pk(email, task), self._rows.sk.startswith("round#"), consistent_read=True
            )
            return [_deployment(row) for row in rows]

    def save(self, record: Round) -> Round:
        saved = record.at_version(record.version + 1)
        row = self._rows(
            _pk(record.email, record.task),
            _sk(record.round),
            version=saved.version,
            state=saved.state.value,
            document=_ROUND.dump_json(saved).decode(),
            expires_at=int(saved.updated_at.timestamp()) + self._lifetime,
        )
        with table_errors():
            row.save(condition=self._unchanged(record))
        return saved

    def _unchanged(self, record: Round) -> Any:
        if record.version == 0:
            return self._rows.pk.does_not_exist()
        return self._rows.version == record.version


class DynamoDBRepositoryNames:
    """`RepositoryNames` over the same table. A name, once bound, stays bound."""

    def __init__(self, table_name: str) -> None:
        self._rows = rows(table_name)

    def bind(self, repository: str, email: str, task: str) -> Binding:
        row = self._rows(f"repository#{repository.lower()}", "binding", email=email, task=task)
        try:
            with table_errors():
                row.save(condition=self._rows.pk.does_not_exist())
        except RecordChangedError:
            with table_errors():
                row.refresh(consistent_read=True)
            return Binding.OURS if (row.email, row.task) == (email, task) else Binding.TAKEN
        return Binding.NEW

    def suffix(self, email: str, task: str) -> str:
        drawn = secrets.token_hex(SUFFIX_LENGTH // 2)
        row = self._rows(f"repository#{binding_id(email, task)}", "suffix", document=drawn)
        try:
            with table_errors():
                row.save(condition=self._rows.pk.does_not_exist())
        except RecordChangedError:
            with table_errors():
                row.refresh(consistent_read=True)
        return row.document or drawn


class DynamoDBWriteLedgers:
    """`WriteLedgers` over the same table."""

    def __init__(self, table_name: str) -> None:
        self._rows = rows(table_name)

    def load(self, account: str) -> WriteLedger:
        with table_errors():
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
        with table_errors():
            row.save(condition=self._rows.version == ledger.version if ledger.version else first)


def _ledger(account: str) -> str:
    return f"ledger#{account.lower()}"


def _pk(email: str, task: str) -> str:
    return f"task#{email}#{task}"


def _sk(round_number: int) -> str:
    return f"round#{round_number:05d}"


def _deployment(row: Row) -> Round:
    if row.document is None:
        raise UnavailableError(f"the record {row.pk} {row.sk} holds no document")
    return _ROUND.validate_json(row.document)
