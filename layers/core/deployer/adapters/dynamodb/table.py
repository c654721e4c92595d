"""The one DynamoDB table, with pynamodb: its rows, and its errors turned into ours.

| item | pk | sk |
|---|---|---|
| deployment | `task#EMAIL#TASK` | `round#00001` |
| write ledger | `ledger#ACCOUNT` | `writes` |
| repository name | `repository#owner/name` (lower case: GitHub's names ignore it) | `binding` |
| a task's own suffix | `repository#MARK`, the mark of its repository | `suffix` |
| a caller's own secrets | `caller#SHA256` of the e-mail, lower case | `secrets` |
| a caller's use of a window | `quota#EMAIL`, lower case | `minute#START` or `day#START` |
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException
from pynamodb.models import Model

from deployer.domain.errors import RecordChangedError, UnavailableError

CONDITION_FAILED = "ConditionalCheckFailedException"


class Row(Model):
    """`document` holds the record as JSON; the rest is what conditions and people read."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute(null=True)
    state = UnicodeAttribute(null=True)
    document = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    task = UnicodeAttribute(null=True)
    used = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)


@cache
def rows(table_name: str, **connection: str) -> type[Row]:
    """The row model of one table, which has one client. pynamodb takes the table's name from an
    inner class.

    `connection`: pynamodb's `host`, `region`, `aws_access_key_id` and `aws_secret_access_key`, for
    a process that runs outside the table's account.
    """
    meta = {"table_name": table_name, "read_timeout_seconds": 10, **connection}
    return type("Row", (Row,), {"Meta": type("Meta", (), meta)})


@contextmanager
def table_errors() -> Iterator[None]:
    """
    Raises:
        RecordChangedError: the write's condition does not hold.
        UnavailableError: the table did not answer as it should.
    """
    try:
        yield
    except PynamoDBException as exc:
        if exc.cause_response_code == CONDITION_FAILED:
            raise RecordChangedError("the record is not as it was read") from exc
        code = exc.cause_response_code or type(exc).__name__
        raise UnavailableError(f"DynamoDB: {code}") from exc
