"""Read answers that are complete but in another form than asked for.

Only where nothing has to be guessed: every file is named and closed, every change says what it
replaces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from deployer.generation.answers.changes import from_diffs, from_searches
from deployer.generation.answers.grammar import EditBlock, FileBlock
from deployer.generation.answers.reasoning import after_reasoning
from deployer.generation.answers.wrapping import FENCE, unfenced

PATH = r"\w[\w./-]*\.\w{1,11}"
_TAGS = r"file|boltAction|dyad-write|lov-write|write_file|write_to_file|create_file|codefile"
_TAGGED = re.compile(
    rf"<({_TAGS})\s[^>\n]*?(?:path|filePath|file_path|filename|name)=\"({PATH})\"[^>\n]*>\n?"
    rf"(.*?)\n?</\1>",
    re.DOTALL,
)
_NESTED = re.compile(
    rf"<({_TAGS})>\s*<(path|file_path|filename|name)>\s*({PATH})\s*</\2>\s*"
    rf"<(content|contents|code)>\n?(.*?)\n?</\4>\s*(?:<\w+>[^<]*</\w+>\s*)*</\1>",
    re.DOTALL,
)
_SHELL = frozenset({"bash", "sh", "shell", "zsh", "console", "terminal", "powershell", "cmd"})
_COMMENT = re.compile(rf"\s*(?://|#|/\*|<!--)\s*({PATH})\s*(?:\*/|-->)?\s*")


def recover(text: str) -> tuple[tuple[FileBlock | EditBlock, ...], str]:
    """Files of an answer without our blocks, and the form they came in; none if in doubt."""
    text = after_reasoning(text)
    for form, read_changes in _CHANGES.items():
        if changes := read_changes(text):
            return tuple(changes), form
    for form, read in _FORMS.items():
        files = read(text)
        paths = [block.path for block in files]
        if files and len(set(paths)) == len(paths) and all(block.text.strip() for block in files):
            return tuple(files), form
    return (), ""


def unpacked(text: str, nonce: str) -> str | None:
    """The answer in our blocks that came as one text in JSON; None if it did not."""
    value = _json_in(text)
    while isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    held = [value] if isinstance(value, str) else list(_texts(value))
    held = [each for each in held if nonce in each]
    return held[0] if len(held) == 1 else None


def _texts(value: object) -> list[str]:
    values = value.values() if isinstance(value, dict) else ()
    return [each for each in values if isinstance(each, str)]


def whole_characters(text: str) -> str:
    """`text` with U+FFFD for each half of a character (a lone surrogate)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _json_in(text: str) -> Any:
    """The one JSON value of a text, perhaps in a fence or between sentences; None without one."""
    fenced = re.findall(r"^```(?:json)?[ \t]*\n(.*?)\n```[ \t]*$", text, re.DOTALL | re.MULTILINE)
    body = fenced[0] if len(fenced) == 1 else text
    start = re.search(r"[{\[\"]", body)
    if start is None:
        return None
    try:
        value, end = json.JSONDecoder().raw_decode(body, start.start())
    except (ValueError, RecursionError):
        return None
    return value if not re.search(r"[{}\[\]<]", body[: start.start()] + body[end:]) else None


def _from_json(text: str) -> list[FileBlock]:
    value = _json_in(text)
    while isinstance(value, dict) and len(value) == 1 and not re.fullmatch(PATH, next(iter(value))):
        value = next(iter(value.values()))
    if isinstance(value, dict) and value.get("files"):
        value = value["files"]
    if isinstance(value, dict) and all(re.fullmatch(PATH, str(key)) for key in value):
        value = [{"path": path, "content": content} for path, content in value.items()]
    blocks = [_file_of(entry) for entry in value] if isinstance(value, list) else []
    return [block for block in blocks if block] if all(blocks) else []


def _file_of(entry: object) -> FileBlock | None:
    """A file of `{"path", "content"}` in the words that models have for it, or of a tool's call."""
    if not isinstance(entry, dict):
        return None
    call = next((entry[key] for key in ("arguments", "input", "parameters") if key in entry), None)
    if isinstance(call, dict):
        entry = call
    if isinstance(entry.get("content"), dict):  # one more layer, as some wrap a file's text
        entry = {**entry, **entry["content"]}
    paths = ("path", "filePath", "file_path", "filename", "fileName", "file", "name")
    path = next((entry[key] for key in paths if key in entry), None)
    contents = ("content", "contents", "code", "text", "body", "source")
    content = next((entry[key] for key in contents if key in entry), None)
    if not isinstance(path, str) or not isinstance(content, str):
        return None
    return FileBlock(whole_characters(path), whole_characters(content))


def _from_tags(text: str) -> list[FileBlock]:
    opened = len(re.findall(rf"<(?:{_TAGS})(?=[\s>])", text))
    if opened != len(re.findall(rf"</(?:{_TAGS})>", text)):
        return []
    found = [(m[2], m[3]) for m in _TAGGED.finditer(text)]
    found += [(m[3], m[5]) for m in _NESTED.finditer(text)]
    return [FileBlock(p, unfenced(p, t + "\n")) for p, t in found] if len(found) == opened else []


def _from_fences(text: str) -> list[FileBlock]:
    """Fences whose path stands in the info string, alone on the line before, or in a comment that
    is their first line. Commands for a shell are no files."""
    lines = text.split("\n")
    blocks: list[FileBlock] = []
    start = 0
    while start < len(lines):
        opening = FENCE.match(lines[start].rstrip())
        if opening is None:
            start += 1
            continue
        end = _closing_fence(lines, start, opening[1])
        if end is None:
            return []
        body = lines[start + 1 : end]
        before = next((line for line in reversed(lines[:start]) if line.strip()), "")
        path = _fence_path(opening[2], before, body)
        if path is not None:
            blocks.append(FileBlock(path, "\n".join(body) + "\n"))
        elif opening[2].strip().lower() not in _SHELL:
            return []
        start = end + 1
    return blocks


def _closing_fence(lines: list[str], start: int, mark: str) -> int | None:
    """The line on which the fence ends; a fence with an info string inside opens another level."""
    depth = 1
    for number in range(start + 1, len(lines)):
        match = FENCE.match(lines[number].strip())
        if match is None or len(match[1]) < len(mark) or match[1][0] != mark[0]:
            continue
        depth += 1 if match[2].strip() else -1
        if depth == 0:
            return number
    return None


def _fence_path(info: str, before: str, body: list[str]) -> str | None:
    if info.strip().lower() in _SHELL:
        return None
    for place in (info, before):
        names = re.findall(rf"(?<![\w./-]){PATH}(?![\w./-])", place)
        if len(names) == 1:
            return str(names[0]).strip()
        if names:
            return None
    first = next((line.strip() for line in body if line.strip()), "")
    if named := _COMMENT.fullmatch(first):
        return named[1]
    return "index.html" if first.lower().startswith(("<!doctype html", "<html")) else None


def _from_page(text: str) -> list[FileBlock]:
    """An answer that is the page and nothing else."""
    page = text.strip()
    whole = re.match(r"<!doctype html|<html", page, re.IGNORECASE) and page.lower().endswith(
        "</html>"
    )
    return [FileBlock("index.html", f"{page}\n")] if whole else []


_CHANGES: dict[str, Callable[[str], list[FileBlock | EditBlock]]] = {
    "search and replace": from_searches,
    "a diff": from_diffs,
}
_FORMS: dict[str, Callable[[str], list[FileBlock]]] = {
    "JSON": _from_json,
    "tags": _from_tags,
    "a page": _from_page,
    "fences": _from_fences,
}
