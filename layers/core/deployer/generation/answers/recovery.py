"""Read answers that are complete but in another form than asked for.

Only whole files, and only where nothing has to be guessed: every file is named and closed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from deployer.generation.answers.grammar import FileBlock

_PATH = r"\w[\w./-]*\.\w{1,8}"
_TAGGED = re.compile(
    r"<(?:file|boltAction type=\"file\"|dyad-write)\s[^>\n]*?(?:path|filePath|name)=\"(" + _PATH
    + r")\"[^>\n]*>\n?(.*?)\n?</(?:file|boltAction|dyad-write)>", re.DOTALL,
)  # fmt: skip
_FENCE = re.compile(r"^(`{3,}|~{3,})([^`\n]*)$")
_CODE = re.compile(r"\.(html?|css|m?js|json|svg|xml|csv|ya?ml|py)$", re.IGNORECASE)


def recover(text: str) -> tuple[tuple[FileBlock, ...], str]:
    """Files of an answer without our blocks, and the form they came in; none if in doubt."""
    for form, read in _FORMS.items():
        blocks = read(text)
        paths = [block.path for block in blocks]
        if blocks and len(set(paths)) == len(paths) and all(block.text.strip() for block in blocks):
            return tuple(blocks), form
    return (), ""


def whole_characters(text: str) -> str:
    """`text` with U+FFFD for each half of a character (a lone surrogate)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def unfenced(path: str, text: str) -> str:
    """`text` without the one fence around all of it, where a file of this type has none."""
    lines = text.strip("\n").split("\n")
    if len(lines) < 2:
        return text
    opening, closing = _FENCE.match(lines[0].strip()), lines[-1].strip()
    if opening is None or closing != opening[1]:
        return text
    markdown = path.lower().endswith(".md")
    if markdown and opening[2].strip().lower() not in ("markdown", "md"):
        return text
    if not markdown and not _CODE.search(path):
        return text
    inner = lines[1:-1]
    return "\n".join(inner) + "\n" if _balanced(inner) else text


def _balanced(lines: list[str]) -> bool:
    """Whether every fence inside has its end inside."""
    return sum(1 for line in lines if _FENCE.match(line.strip())) % 2 == 0


def _from_json(text: str) -> list[FileBlock]:
    body = text.strip()
    fenced = re.fullmatch(r"```(?:json)?\n(.*)\n```", body, re.DOTALL)
    try:
        value = json.loads(fenced[1] if fenced else body)
    except (ValueError, RecursionError):
        return []
    files = value.get("files") if isinstance(value, dict) else None
    if isinstance(files, dict):
        files = [{"path": path, "content": content} for path, content in files.items()]
    blocks = []
    for entry in files if isinstance(files, list) else []:
        path = entry.get("path") or entry.get("name") if isinstance(entry, dict) else None
        content = entry.get("content") if isinstance(entry, dict) else None
        if not isinstance(path, str) or not isinstance(content, str):
            return []
        blocks.append(FileBlock(whole_characters(path), whole_characters(content)))
    return blocks


def _from_tags(text: str) -> list[FileBlock]:
    opened = len(re.findall(r"<(?:file|boltAction|dyad-write)\s", text))
    if opened != len(re.findall(r"</(?:file|boltAction|dyad-write)>", text)):
        return []
    blocks = [FileBlock(m[1], unfenced(m[1], m[2] + "\n")) for m in _TAGGED.finditer(text)]
    return blocks if len(blocks) == opened else []


def _from_fences(text: str) -> list[FileBlock]:
    """Fences whose path stands in the info string or alone on the line before."""
    lines = text.split("\n")
    blocks: list[FileBlock] = []
    start = 0
    while start < len(lines):
        opening = _FENCE.match(lines[start].rstrip())
        if opening is None:
            start += 1
            continue
        end = _closing_fence(lines, start, opening[1])
        if end is None:
            return []
        body = lines[start + 1 : end]
        path = _fence_path(opening[2], lines[start - 1] if start else "", body)
        if path is None:
            return []
        blocks.append(FileBlock(path, "\n".join(body) + "\n"))
        start = end + 1
    return blocks


def _closing_fence(lines: list[str], start: int, mark: str) -> int | None:
    """Where the fence ends: fences with an info string inside open another level."""
    depth = 1
    for number in range(start + 1, len(lines)):
        match = _FENCE.match(lines[number].strip())
        if match is None or len(match[1]) < len(mark) or match[1][0] != mark[0]:
            continue
        depth += 1 if match[2].strip() else -1
        if depth == 0:
            return number
    return None


def _fence_path(info: str, before: str, body: list[str]) -> str | None:
    for place in (info, before):
        names = re.findall(rf"(?<![\w./-]){_PATH}(?![\w./-])", place)
        if len(names) == 1:
            return str(names[0]).strip()
        if names:
            return None
    first = next((line.strip().lower() for line in body if line.strip()), "")
    return "index.html" if first.startswith(("<!doctype html", "<html")) else None


_FORMS: dict[str, Callable[[str], list[FileBlock]]] = {
    "JSON": _from_json,
    "tags": _from_tags,
    "fences": _from_fences,
}
