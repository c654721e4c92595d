"""Every function's rights on the table's rows: the whole of it."""

from __future__ import annotations

READ, WRITE, COUNT, LIST = (
    f"dynamodb:{operation}" for operation in ("GetItem", "PutItem", "UpdateItem", "Query")
)
ALLOWED = {
    ("ValidatorRole", "task"): {READ, WRITE},
    ("ValidatorRole", "quota"): {COUNT},
    ("WorkerRole", "task"): {READ, WRITE, LIST},
    ("WorkerRole", "repository"): {READ, WRITE},
    ("WorkerRole", "ledger"): {READ, WRITE},
    ("NotifierRole", "task"): {READ, WRITE},
    ("PagesCheckerRole", "task"): {READ, WRITE},
    ("PagesCheckerRole", "ledger"): {READ, WRITE},
    ("StatusRole", "task"): {LIST},
}
"""Keys: the role, and the word before the first `#` of the rows' partition key."""
ALLOWED_PER_EMAIL = {**ALLOWED, ("ValidatorRole", "caller"): {READ}}
"""The same where each caller has a secret of its own."""
