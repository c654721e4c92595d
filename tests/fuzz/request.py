"""One fuzzed request, and what must follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.gateway import Answer, Gateway


class Expected(Enum):
    """The answer that docs/openapi.yaml expects, beside that any answer is described there."""

    ANY = "any answer that is described"
    ACCEPTANCE = "200; for a later round also 409"
    REFUSAL = "4xx"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    """As on the wire."""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the proxy event, for what a client cannot send."""
    expected: Expected = Expected.ANY

    def sent_to(self, gateway: Gateway) -> Answer:
        return gateway(self.method, self.path, self.body, self.headers, self.changes)

    def __str__(self) -> str:
        changes = f" {dict(self.changes)}" if self.changes else ""
        shown = f"{self.method!r} {self.path!r} {dict(self.headers)}{changes} {self.body!r}"
        return shown if len(shown) < 1000 else f"{shown[:1000]}… ({len(self.body)} bytes)"
