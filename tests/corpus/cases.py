"""One case of the corpus: what a model says, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deployer.domain.language_model import Prompt, Reply, StopReason, Usage
from deployer.domain.request import Attachment
from tests.unit.generation.builders import NONCE, PAGE, README

N = NONCE
Said = str | Reply | Callable[[Prompt], str]


@dataclass(frozen=True)
class Case:
    name: str
    replies: tuple[Said, ...]
    """In order; one more call than replies fails the case."""
    tree: dict[str, str] | None = None
    """Files expected beside our own and the attachments; None: nothing may be published."""
    attachments: tuple[Attachment, ...] = ()
    brief: str | None = None
    page: str = PAGE
    """The files that a revision begins with."""

    @property
    def calls(self) -> int:
        return len(self.replies)


def file(path: str, text: str) -> str:
    return f"=====FILE {N} path={path}=====\n{text}=====END {N}=====\n"


def edit(path: str, *pairs: tuple[str, str]) -> str:
    body = "".join(
        f"<<<<<<< SEARCH\n{search}\n=======\n{replace}{chr(10) if replace else ''}>>>>>>> REPLACE\n"
        for search, replace in pairs
    )
    return f"=====EDIT {N} path={path}=====\n{body}=====END {N}=====\n"


def done(blocks: int) -> str:
    return f"=====DONE {N} blocks={blocks}=====\n"


def cut(text: str) -> Reply:
    return Reply(text, StopReason.TRUNCATED, "corpus/model", Usage(1, 0, 1))


def stopped(text: str, word: str) -> Reply:
    """An answer whose stop reason is no word for a limit or a refusal."""
    return Reply(text, StopReason.COMPLETE, "corpus/model", Usage(1, 0, 1), word)


def refusal() -> Reply:
    return Reply("", StopReason.REFUSED, "corpus/model", Usage(1, 0, 0))


SITE = {"index.html": PAGE, "README.md": README}
GOOD = file("index.html", PAGE) + file("README.md", README) + done(2)
"""A complete first answer."""
NOTHING_MORE = done(0)
