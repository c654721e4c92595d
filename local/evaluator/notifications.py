"""The notifications that came, one JSON line each, so that they survive a restart."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FIELDS: dict[str, type] = {
    "email": str,
    "task": str,
    "round": int,
    "nonce": str,
    "repo_url": str,
    "commit_sha": str,
    "pages_url": str,
}


@dataclass(frozen=True)
class Notification:
    """One POST as it came in, and what was answered."""

    received_at: float
    headers: dict[str, str]
    body: Any
    """The parsed JSON; None when it was not JSON."""
    text: str
    """The bytes of the body, read as UTF-8."""
    problems: list[str]
    status_answered: int

    def field(self, name: str) -> Any:
        """Return a field of the body, or None."""
        return self.body.get(name) if isinstance(self.body, dict) else None


class Notifications:
    """All of them, oldest first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def keep(self, notification: Notification) -> None:
        """Add one at the end."""
        with self._lock, self._path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(notification)) + "\n")

    def matching(self, **fields: str) -> list[Notification]:
        """Return those whose body has these values."""
        with self._lock, self._path.open(encoding="utf-8") as lines:
            kept = [Notification(**json.loads(line)) for line in lines]
        return [one for one in kept if all(one.field(key) == fields[key] for key in fields)]

    def forget(self) -> None:
        """Drop all of them."""
        with self._lock:
            self._path.write_text("", encoding="utf-8")


def problems_of(body: Any, content_type: str) -> list[str]:
    """Say everything that is wrong with a notification; nothing when it is as agreed."""
    if not isinstance(body, dict):
        return ["the body is not a JSON object"]
    found = []
    if content_type.partition(";")[0].strip().lower() != "application/json":
        found.append(f"Content-Type is {content_type!r}, not application/json")
    for name, kind in FIELDS.items():
        value = body.get(name)
        # True and False are ints to Python, but no round.
        if not isinstance(value, kind) or isinstance(value, bool) or not value:
            found.append(f"{name} is missing, empty or not of type {kind.__name__}")
    found += [f"{name} was not asked for" for name in body if name not in FIELDS]
    return found
