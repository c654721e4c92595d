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
    =====STEPS <nonce> check=2=====               how a browser tries check 2 of the request
    ...
    =====END <nonce>=====
    =====SUPERSEDES <nonce> earlier=1=====        the brief takes back check 1 of the earlier ones
    =====DONE <nonce> blocks=3=====               the last line; without it the answer is cut short

Only lines with the request's nonce are markers, so neither a file nor an attachment can forge one.
The newline before an END belongs to the marker. Nothing is ever unescaped or stitched together.
"""

from __future__ import annotations

import hashlib
import re
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


FileChange = FileBlock | EditBlock | ConvertBlock
Block = FileChange | StepsBlock | SupersedesBlock


@dataclass(frozen=True)
class Parsed:
    """The complete blocks of an answer, and what was wrong with the rest."""

    blocks: tuple[Block, ...] = ()
    done: bool = False
    announced: int | None = None
    """How many blocks the DONE line speaks of."""
    unclosed: str | None = None
    """The path of a block that never ended: the answer was cut off there."""
    malformed: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything that the model meant to send is here."""
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


def _lines(text: str) -> str:
    return f"{text}\n" if text else ""


def parse(text: str, nonce: str) -> Parsed:
    """Read an answer. What stands outside the blocks (a greeting, a fence) is skipped."""
    return _Parser(nonce).parse(text)


@dataclass(frozen=True)
class _Marker:
    kind: str
    words: str
    carriage_return: bool


class _Parser:
    """One pass over the lines; a block is open between its header and its END."""

    def __init__(self, nonce: str) -> None:
        self._nonce = nonce
        self._marker = re.compile(
            rf"^\s*={{3,}}\s*(FILE|EDIT|CONVERT|STEPS|SUPERSEDES|END|DONE)\s+{re.escape(nonce)}\b"
            rf"[ \t]*(.*?)\s*={{3,}}\s*$"
        )
        self._blocks: list[Block] = []
        self._malformed: list[str] = []
        self._open: _Marker | None = None
        self._body: list[str] = []

    def parse(self, text: str) -> Parsed:
        for line in text.split("\n"):
            marker = self._read_marker(line)
            if marker is None:
                self._take(line)
            elif marker.kind == "DONE" and self._open is None:
                return self._result(done=True, announced=_number(marker.words))
            else:
                self._step(marker)
        return self._result(done=False, announced=None)

    def _read_marker(self, line: str) -> _Marker | None:
        if self._nonce not in line:
            return None
        match = self._marker.match(line)
        return match and _Marker(match[1], match[2], line.endswith("\r"))

    def _take(self, line: str) -> None:
        if self._open is not None:
            self._body.append(line)
        elif self._nonce in line and "===" in line:
            self._malformed.append(f"a marker that cannot be read: {line.strip()[:120]}")

    def _step(self, marker: _Marker) -> None:
        if marker.kind == "END":
            self._close(marker)
            return
        if self._open is not None:
            self._malformed.append(f"{_path(self._open.words)} has no END line")
        self._open, self._body = None, []
        if marker.kind == "CONVERT":
            self._convert(marker)
        elif marker.kind == "SUPERSEDES":
            self._supersede(marker)
        elif marker.kind != "DONE":
            self._open = marker

    def _convert(self, marker: _Marker) -> None:
        match = re.fullmatch(r"from=(.+?)\s+sheet=(.+?)\s+to=(.+)", marker.words)
        if match is None:
            self._malformed.append("a CONVERT line needs from=, sheet= and to=")
        else:
            self._blocks.append(ConvertBlock(*(_unquoted(word) for word in match.groups())))

    def _supersede(self, marker: _Marker) -> None:
        numbers = re.fullmatch(r"earlier=(\d{1,3}(?:\s*,\s*\d{1,3})*)", marker.words)
        if numbers is None:
            self._malformed.append("a SUPERSEDES line needs earlier= and a number")
        else:
            self._blocks += [SupersedesBlock(int(n)) for n in numbers[1].split(",")]

    def _close_steps(self, words: str, body: list[str]) -> None:
        number = re.fullmatch(r"check=(\d{1,3})", words)
        if number is None:
            self._malformed.append("a STEPS line needs check= and a number")
        else:
            self._blocks.append(StepsBlock(int(number[1]), tuple(body)))

    def _close(self, end: _Marker) -> None:
        opened, body = self._open, self._body
        self._open, self._body = None, []
        if opened is None:
            return  # the END of a line that needs none
        if opened.carriage_return and end.carriage_return:
            # The whole answer came with CRLF: they are the transport's, not the file's.
            body = [line.removesuffix("\r") for line in body]
        if opened.kind == "STEPS":
            self._close_steps(opened.words, body)
            return
        path = _path(opened.words)
        if not path:
            self._malformed.append(f"a {opened.kind} line without path=")
        elif opened.kind == "FILE":
            self._blocks.append(FileBlock(path, "\n".join(body)))
        else:
            self._close_edits(path, body)

    def _close_edits(self, path: str, body: list[str]) -> None:
        edits = _parse_edits(body)
        if edits is None:
            self._malformed.append(f"the EDIT block of {path} is not a list of SEARCH/REPLACE")
        else:
            self._blocks.append(EditBlock(path, edits))

    def _result(self, *, done: bool, announced: int | None) -> Parsed:
        return Parsed(
            blocks=tuple(self._blocks),
            done=done,
            announced=announced,
            unclosed=_path(self._open.words) if self._open and self._open.kind != "STEPS" else None,
            malformed=tuple(self._malformed),
        )


def _path(words: str) -> str:
    match = re.search(r"path=(.*)$", words)
    return _unquoted(match[1]) if match else ""


def _unquoted(word: str) -> str:
    word = word.strip()
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'`" else word


def _number(words: str) -> int | None:
    match = re.search(r"(?:blocks|files)=(\d{1,4})\b", words)
    return int(match[1]) if match else None


_SEARCH = re.compile(r"^\s*<{5,9} ?SEARCH\s*$")
_DIVIDER = re.compile(r"^={5,9}\s*$")
_REPLACE = re.compile(r"^\s*>{5,9} ?REPLACE\s*$")


def _parse_edits(lines: list[str]) -> tuple[Edit, ...] | None:
    """The edits of one block; None unless all of it is well formed.

    A divider inside the searched or the new text would make the edit ambiguous, so it is refused.
    """
    edits: list[Edit] = []
    search: list[str] | None = None
    replace: list[str] | None = None
    for line in lines:
        if search is None:
            if _SEARCH.match(line):
                search = []
            elif line.strip() and not line.strip().startswith("```"):
                return None
        elif _SEARCH.match(line) or (_DIVIDER.match(line) and replace is not None):
            return None
        elif replace is None:
            if _DIVIDER.match(line):
                replace = []
            elif _REPLACE.match(line):
                return None
            else:
                search.append(line)
        elif _REPLACE.match(line):
            edits.append(Edit("\n".join(search), "\n".join(replace)))
            search = replace = None
        else:
            replace.append(line)
    return tuple(edits) if edits and search is None else None
