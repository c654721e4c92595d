"""One JSON line for every request that the double received."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

Surface = Literal["rest", "git", "pages", "web"]


@dataclass(frozen=True)
class LoggedRequest:
    """A request as it is kept: without headers, so without a token."""

    number: int
    time: float
    surface: Surface
    method: str
    path: str
    status: int | None
    """None when the connection was closed without an answer."""
    counted: bool
    """True when it used up GitHub's budget for content-creating calls."""
    inside_window: bool
    """True when it came while a retry-after or reset that GitHub had named was still running."""
    fault: str | None


class RequestLog:
    """The file ``github-requests.jsonl``, which a person can follow and a test can read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self._length = len(self.entries())

    def append(
        self,
        *,
        time: float,
        surface: Surface,
        method: str,
        path: str,
        status: int | None,
        counted: bool,
        inside_window: bool,
        fault: str | None,
    ) -> None:
        """Add a request at the end of the log."""
        with self._lock:
            self._length += 1
            entry = LoggedRequest(
                number=self._length,
                time=round(time, 3),
                surface=surface,
                method=method,
                path=path,
                status=status,
                counted=counted,
                inside_window=inside_window,
                fault=fault,
            )
            with self._path.open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(entry)) + "\n")

    def entries(self) -> list[LoggedRequest]:
        """Return every request so far, also those of earlier runs in the same folder."""
        with self._path.open(encoding="utf-8") as log:
            return [LoggedRequest(**json.loads(line)) for line in log if line.endswith("\n")]

    def clear(self) -> None:
        """Start an empty log."""
        with self._lock:
            self._path.write_text("", encoding="utf-8")
            self._length = 0
