"""Read an answer in the block grammar, with everything that models put around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deployer.generation.answers.grammar import (
    Block,
    ComputeBlock,
    ConvertBlock,
    Edit,
    EditBlock,
    FileBlock,
    Parsed,
    StepsBlock,
    SupersedesBlock,
)
from deployer.generation.answers.reasoning import CLOSING, OPENING

_BAR = r"[|\uff5c]"
_CONTROL = rf"<{_BAR}[^|\uff5c<>\n]{{1,40}}{_BAR}>|</?s>|\[/?INST\]|<(?:start|end)_of_turn>"
"""Control tokens of chat templates, which some servers leave in the text."""
_BEFORE = rf"(?:[\s*_`>#~|\ufeff-]|{_CONTROL})*"
_AFTER = rf"(?:[\s*_`]|{_CONTROL})*"
"""Characters that may stand beside a marker on its line."""


def parse(text: str, nonce: str) -> Parsed:
    """The last complete run of blocks in an answer; text outside of blocks is skipped.

    A run ends with its DONE line. Text before the end of a reasoning is no part of the answer,
    though it may hold drafts with all their markers.
    """
    return _Parser(nonce).parse(text)


@dataclass(frozen=True)
class _Marker:
    kind: str
    words: str
    carriage_return: bool


@dataclass(frozen=True)
class _Place:
    """A place to which the reading can go back, and forget everything that came later."""

    runs: tuple[Parsed, ...] = ()
    blocks: tuple[Block, ...] = ()
    malformed: tuple[str, ...] = ()


class _Parser:
    """One pass over the lines; a block is open between its header and its END."""

    def __init__(self, nonce: str) -> None:
        kinds = "FILE|EDIT|CONVERT|COMPUTE|STEPS|SUPERSEDES|END|DONE"
        code = re.escape(nonce)
        self._nonce = nonce
        self._marker = re.compile(
            rf"{_BEFORE}={{3,}}\s*({kinds})(?:\s+FILE|\s+EDIT)?\s+{code}\b[ \t]*(.*?)\s*"
            rf"(?:(={{3,}}){_AFTER}|$)",
            re.IGNORECASE,
        )
        self._end = re.compile(rf"={{3,}}\s*END\b[^=]*\b{code}\b", re.IGNORECASE)
        self._unread = re.compile(rf"{_BEFORE}===")
        self._runs: list[Parsed] = []
        self._blocks: list[Block] = []
        self._malformed: list[str] = []
        self._open: _Marker | None = None
        self._body: list[str] = []
        self._thoughts = 0
        """The number of reasonings that are open."""
        self._before_thought = _Place()
        self._doubtful = False
        """The open block has the end of a reasoning in it that began nowhere."""

    def parse(self, text: str) -> Parsed:
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            self._read(line, last=number == len(lines))
        return self._chosen(self._current(done=False, announced=None))

    def _read(self, line: str, *, last: bool) -> None:
        at = 0
        while at <= len(line):
            if self._open is None:
                at = self._past_thoughts(line, at)
            elif self._ends_thought(line, at):
                self._open, self._body, self._doubtful = None, [], False
                continue
            found = self._find(line, at, last=last)
            if found is None:
                self._take(line, at)
                return
            marker, begin, end = found
            if self._open is not None and line[at:begin].strip():
                self._body.append(line[at:begin])
            self._step(marker)
            if not line[end:].strip():
                return
            at = end

    def _find(self, line: str, at: int, *, last: bool) -> tuple[_Marker, int, int] | None:
        """The marker at `at`, or the END that follows an open block's last line on that line."""
        if self._nonce not in line:
            return None
        match = self._marker.match(line, at)
        if match is None and self._open is not None and (end := self._end.search(line, at)):
            match = self._marker.match(line, end.start())
        if match is None:
            return None
        kind = match[1].upper()
        if last and match[3] is None and kind not in ("END", "DONE"):
            return None  # the answer was cut off in this line
        return _Marker(kind, match[2], line.endswith("\r")), match.start(), match.end()

    def _past_thoughts(self, line: str, at: int) -> int:
        """The position behind the beginnings and ends of reasonings on the line."""
        while True:
            begins = OPENING.match(line, len(line) - len(line[at:].lstrip()))
            found = begins or CLOSING.search(line, at)
            if found is None:
                return at
            if begins is None:
                self._forget()
            else:
                if not self._thoughts:
                    self._before_thought = self._place()
                self._thoughts += 1
            at = found.end()

    def _ends_thought(self, line: str, at: int) -> bool:
        """True if a reasoning ends here, in the middle of a draft's block. Files have such tags
        too: one counts at the edge of its line, if the reasoning has been seen to begin.
        """
        match = CLOSING.search(line, at)
        if match is None or match[0].lower().startswith("</details"):
            return False
        rest = line[match.end() :]
        if self._nonce in rest and not self._end.search(rest):
            return True
        self._doubtful = self._doubtful or not self._thoughts
        return self._thoughts > 0 and (not line[at : match.start()].strip() or not rest.strip())

    def _place(self) -> _Place:
        return _Place(tuple(self._runs), tuple(self._blocks), tuple(self._malformed))

    def _forget(self) -> None:
        """Drop what a reasoning held, now that it has ended: all so far if nobody saw it begin."""
        place = self._before_thought if self._thoughts else _Place()
        self._thoughts = max(self._thoughts - 1, 0)
        self._runs, self._blocks = list(place.runs), list(place.blocks)
        self._malformed = list(place.malformed)

    def _take(self, line: str, at: int) -> None:
        if self._open is not None:
            self._body.append(line[at:])
        elif self._nonce in line and self._unread.match(line, at):
            self._malformed.append(f"a marker that cannot be read: {line.strip()[:120]}")

    def _step(self, marker: _Marker) -> None:
        if marker.kind == "END":
            self._close(marker)
            return
        if self._open is not None and self._doubtful:
            self._forget()
        elif self._open is not None:
            self._malformed.append(f"{_path(self._open.words)} has no END line")
        self._open, self._body, self._doubtful = None, [], False
        if marker.kind == "DONE":
            self._finish(marker)
        elif marker.kind == "CONVERT":
            self._convert(marker)
        elif marker.kind == "SUPERSEDES":
            self._supersede(marker)
        else:
            self._open = marker

    def _finish(self, marker: _Marker) -> None:
        self._runs.append(self._current(done=True, announced=_number(marker.words)))
        self._blocks, self._malformed = [], []

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
        self._open, self._body, self._doubtful = None, [], False
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
        elif opened.kind == "COMPUTE":
            self._blocks.append(ComputeBlock(path, _inputs(opened.words), "\n".join(body)))
        elif opened.kind == "FILE":
            self._blocks.append(FileBlock(path, "\n".join(body)))
        else:
            self._close_edits(path, body)

    def _close_edits(self, path: str, body: list[str]) -> None:
        edits = parse_edits(body)
        if edits is None:
            self._malformed.append(f"the EDIT block of {path} is not a list of SEARCH/REPLACE")
        else:
            self._blocks.append(EditBlock(path, edits))

    def _current(self, *, done: bool, announced: int | None) -> Parsed:
        return Parsed(
            blocks=tuple(self._blocks),
            done=done,
            announced=announced,
            unclosed=_path(self._open.words) if self._open and self._open.kind != "STEPS" else None,
            malformed=tuple(self._malformed),
        )

    def _chosen(self, unfinished: Parsed) -> Parsed:
        """The last complete run that has blocks, else the last that has anything."""
        complete = [run for run in self._runs if run.blocks and run.complete]
        if complete:
            return complete[-1]
        runs = [*self._runs, unfinished]
        begun = [run for run in runs if run.blocks or run.unclosed is not None or run.malformed]
        return (begun or self._runs or runs)[-1]


def _path(words: str) -> str:
    match = re.search(r"path=(.*?)(?:\s+from(?:=.*)?)?$", words)
    return _unquoted(match[1]) if match else ""


def _inputs(words: str) -> tuple[str, ...]:
    """The names after `from=`, which may also stand before the path."""
    match = re.search(r"\bfrom=(.*?)(?:\s+path=.*)?$", words)
    names = re.findall(r"""\s*("[^"]*"|'[^']*'|[^,]+)\s*(?:,|$)""", match[1]) if match else []
    return tuple(dict.fromkeys(filter(None, map(_unquoted, names))))


def _unquoted(word: str) -> str:
    word = word.strip()
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'`" else word


def _number(words: str) -> int | None:
    match = re.search(r"(?:blocks|files)=(\d{1,4})\b", words)
    return int(match[1]) if match else None


SEARCH = re.compile(r"^\s*<{5,9} ?SEARCH\s*$")
_DIVIDER = re.compile(r"^={5,9}\s*$")
_REPLACE = re.compile(r"^\s*>{5,9} ?REPLACE\s*$")


def parse_edits(lines: list[str]) -> tuple[Edit, ...] | None:
    """The edits of one block; None unless all of it is well formed.

    A divider inside the searched or the new text would make the edit ambiguous, so it is refused.
    """
    edits: list[Edit] = []
    search: list[str] | None = None
    replace: list[str] | None = None
    for line in lines:
        if search is None:
            if SEARCH.match(line):
                search = []
            elif line.strip() and not line.strip().startswith("```"):
                return None
        elif SEARCH.match(line) or (_DIVIDER.match(line) and replace is not None):
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
