"""GitHub's refusal of a push with workflow files, in git's protocol.

Git's own server tells a client only that a hook has declined. GitHub gives the reason in the
status of the branch, which is where a client looks for it; so that answer is written anew here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.github.double import Identity

HOOKS = Path(__file__).with_name("hooks")
DECLINED = b"pre-receive hook declined"
FLUSH = b"0000"
DATA, PROGRESS = 1, 2
WORDS: dict[Identity, tuple[str, str]] = {
    "user": ("a Personal Access Token", "`workflow` scope"),
    "installation": ("a GitHub App", "`workflows` permission"),
}


def reworded(answer: bytes, identity: Identity) -> bytes:
    """The answer of git's receive-pack; where the hook declined, with GitHub's reason."""
    if DECLINED not in answer:
        return answer
    packets = list(_packets(answer))
    banded = bool(packets) and packets[0][:1] in (bytes([DATA]), bytes([PROGRESS]))
    said = b"".join(packet[1:] for packet in packets if packet[0] == PROGRESS) if banded else b""
    status = b"".join(p[1:] for p in packets if p[0] == DATA) if banded else answer
    workflow = said.decode().strip() or ".github/workflows"
    who, permission = WORDS[identity]
    reason = (
        f"refusing to allow {who} to create or update workflow `{workflow}` without {permission}"
    )
    lines = (line.replace(DECLINED, reason.encode()) for line in _packets(status))
    made = b"".join(_packet(line) for line in lines) + FLUSH
    return _packet(bytes([DATA]) + made) + FLUSH if banded else made


def _packets(stream: bytes) -> Iterator[bytes]:
    """The pkt-lines of git's protocol; a flush is left out."""
    at = 0
    while at < len(stream):
        length = int(stream[at : at + 4], 16)
        if length > 4:
            yield stream[at + 4 : at + length]
        at += max(length, 4)


def _packet(line: bytes) -> bytes:
    return f"{len(line) + 4:04x}".encode() + line
