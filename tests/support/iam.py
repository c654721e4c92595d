"""A role's policy allows a request to the table, or not, decided as IAM decides it.

Only for what the template's policies say; anything else is an error, not a guess. moto leaves
resources and conditions out, and MiniStack knows no `dynamodb:LeadingKeys`, so it is done here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

TABLE_ARN = {"Fn::GetAtt": ["Table", "Arn"]}
ROW_CONDITION = ("ForAllValues:StringLike", "dynamodb:LeadingKeys")


def allows(statements: Iterable[dict[str, Any]], action: str, keys: tuple[str, ...]) -> bool:
    """`keys`: the partition keys that the request names; none for a Scan."""
    return any(_allows(statement, action, keys) for statement in statements)


def on_table(statement: dict[str, Any]) -> bool:
    resources = _listed(statement["Resource"])
    return TABLE_ARN in resources or "*" in resources


def _allows(statement: dict[str, Any], action: str, keys: tuple[str, ...]) -> bool:
    if statement["Effect"] != "Allow":
        raise NotImplementedError(statement["Effect"])
    return (
        on_table(statement)
        and any(_like(action, pattern) for pattern in _listed(statement["Action"]))
        and _holds(statement.get("Condition", {}), keys)
    )


def _holds(condition: dict[str, dict[str, Any]], keys: tuple[str, ...]) -> bool:
    """Each key is like one of the patterns, which is also true where there is no key.

    Source: IAM user guide, "Set operators for multivalued context keys".
    """
    tests = [
        (operator, name, _listed(patterns))
        for operator, block in condition.items()
        for name, patterns in block.items()
    ]
    for operator, name, _ in tests:
        if (operator, name) != ROW_CONDITION:
            raise NotImplementedError(f"{operator} of {name}")
    return all(
        any(_like(key, pattern) for pattern in patterns) for _, _, patterns in tests for key in keys
    )


def _like(text: str, pattern: str) -> bool:
    """`*` stands for any characters, `?` for one; case counts."""
    wildcards = {"*": ".*", "?": "."}
    expression = "".join(wildcards.get(sign, re.escape(sign)) for sign in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
