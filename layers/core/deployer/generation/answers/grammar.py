"""The block grammar in which a model answers, and in which we show it files.

    =====FILE <nonce> path=index.html=====        a whole file, as it is: no fence, no escaping
    ...
    =====END <nonce>=====
    =====EDIT <nonce> path=index.html=====        search/replace edits of a file that exists
    <<<<<<< SEARCH
    ...
    =======
    ...
    >>>>>>> REPLACE
    =====END <nonce>=====
    =====CONVERT <nonce> from=book.xlsx sheet=Sales to=sales.csv=====
    =====COMPUTE <nonce> path=top.json from=sales.csv, "a, b.csv"=====
    ...                                           a script that makes the file in the browser
    =====END <nonce>=====
    =====STEPS <nonce> check=2=====               how a browser tries check 2 of the request
    ...
    =====END <nonce>=====
    =====SUPERSEDES <nonce> earlier=1=====        the brief takes back check 1 of the earlier ones
    =====DONE <nonce> blocks=3=====               the last line; without it the answer is cut short

Only lines with the request's nonce are markers, so neither a file nor an attachment can forge one.
The newline before an END belongs to the marker. Nothing is ever unescaped or stitched together.
`parser` reads it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

NONCE_LENGTH = 8


@dataclass(frozen=True)
class FileBlock:
    """A whole file."""

    path: str
    text: str


@dataclass(frozen=True)
class Edit:
    """Replace `search`, which stands exactly once in the file, by `replace`."""

    search: str
    replace: str


@dataclass(frozen=True)
class EditBlock:
    path: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class ConvertBlock:
    """A sheet of a spreadsheet that our code is to write as CSV."""

    source: str
    sheet: str
    target: str


@dataclass(frozen=True)
class ComputeBlock:
    """A script that makes a file from `inputs`; see `domain.computed`."""

    path: str
    inputs: tuple[str, ...]
    script: str


@dataclass(frozen=True)
class StepsBlock:
    """The steps that try one check in plain words, a line each, as they were written."""

    check: int
    """Its number in the request, from 1."""
    lines: tuple[str, ...]


@dataclass(frozen=True)
class SupersedesBlock:
    """An earlier check that the brief takes back, in the model's judgement."""

    earlier: int
    """Its number among the earlier checks of the request, from 1."""


FileChange = FileBlock | EditBlock | ConvertBlock | ComputeBlock
Block = FileChange | StepsBlock | SupersedesBlock


@dataclass(frozen=True)
class Parsed:
    """The complete blocks of an answer, and what was wrong with the rest."""

    blocks: tuple[Block, ...] = ()
    done: bool = False
    announced: int | None = None
    """The number of blocks that the DONE line speaks of."""
    unclosed: str | None = None
    """The path of a block that never ended: the answer was cut off there."""
    malformed: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """True if everything that the model meant to send is here."""
        return (
            self.done
            and self.unclosed is None
            and not self.malformed
            and len(self.blocks) >= (self.announced or 0)
        )


def unused_nonce(nonce: str, texts: Iterable[str]) -> str:
    """`nonce`, or one derived from it, such that none of `texts` holds it."""
    texts = tuple(texts)
    while any(nonce in text for text in texts):
        nonce = hashlib.sha256(nonce.encode()).hexdigest()[: max(NONCE_LENGTH, len(nonce))]
    return nonce


def render_blocks(blocks: Iterable[Block], nonce: str) -> str:
    parts = [render_block(block, nonce) for block in blocks]
    return "".join([*parts, f"=====DONE {nonce} blocks={len(parts)}=====\n"])


def render_block(block: Block, nonce: str) -> str:
    end = f"=====END {nonce}=====\n"
    if isinstance(block, FileBlock):
        return f"=====FILE {nonce} path={block.path}=====\n{block.text}\n{end}"
    if isinstance(block, ComputeBlock):
        words = computed_from(block.path, block.inputs)
        return f"=====COMPUTE {nonce} {words}=====\n{block.script}\n{end}"
    if isinstance(block, SupersedesBlock):
        return f"=====SUPERSEDES {nonce} earlier={block.earlier}=====\n"
    if isinstance(block, StepsBlock):
        lines = "".join(f"{line}\n" for line in block.lines)
        return f"=====STEPS {nonce} check={block.check}=====\n{lines}{end}"
    if isinstance(block, ConvertBlock):
        words = f"from={block.source} sheet={block.sheet} to={block.target}"
        return f"=====CONVERT {nonce} {words}=====\n"
    edits = "".join(
        f"<<<<<<< SEARCH\n{_lines(edit.search)}=======\n{_lines(edit.replace)}>>>>>>> REPLACE\n"
        for edit in block.edits
    )
    return f"=====EDIT {nonce} path={block.path}=====\n{edits}{end}"


def computed_from(path: str, inputs: Iterable[str]) -> str:
    """The words of a COMPUTE line; a name with a comma stands in quotes."""
    names = ", ".join(f'"{name}"' if "," in name else name for name in inputs)
    return f"path={path} from={names}" if names else f"path={path}"


def _lines(text: str) -> str:
    return f"{text}\n" if text else ""
