"""Read a request as a model would: the data blocks, and the code that marker lines carry."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_DATA = re.compile(r"^=====DATA ([0-9a-f]{8,64}) (.+?)=====$", re.MULTILINE)


@dataclass(frozen=True)
class Request:
    """A prompt's demands."""

    nonce: str
    brief: str
    checks: str = ""
    attachments: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    wanted: tuple[str, ...] = ()
    """Paths that must be sent whole."""

    @property
    def everything(self) -> str:
        return "\n".join([self.brief, self.checks, *self.attachments.values()])


def read_request(text: str) -> Request | None:
    """The request in a prompt; None if it is not one of the deployer's."""
    first = _DATA.search(text)
    if first is None:
        return None
    nonce = first[1]
    blocks = {
        match[1]: match[2]
        for match in re.finditer(
            rf"^=====DATA {nonce} (.+?)=====\n(.*?)\n=====END {nonce}=====$",
            text,
            re.MULTILINE | re.DOTALL,
        )
    }
    return Request(
        nonce=nonce,
        brief=blocks.get("brief", ""),
        checks=blocks.get("checks", ""),
        attachments=_named(blocks, "attachment "),
        files=_named(blocks, "file path="),
        wanted=tuple(blocks.get("wanted", "").split("\n")) if "wanted" in blocks else (),
    )


def _named(blocks: dict[str, str], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): body for name, body in blocks.items() if name.startswith(prefix)
    }
