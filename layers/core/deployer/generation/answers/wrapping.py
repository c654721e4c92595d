"""Files that came with something around them, and texts that are no file of their type.

A model that was asked for a raw file may greet, fence it and explain it. What is around a file goes
only where nothing has to be guessed; nothing is ever unescaped.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from deployer.generation.judging.lint.page_rules import is_json
from deployer.generation.reading.javascript import script
from deployer.generation.reading.markup import document

FENCE = re.compile(r"^(`{3,}|~{3,})([^`\n]*)$")
PAGES = (".html", ".htm")
_LANGUAGES = {
    "css": "css", "js": "js javascript mjs ecmascript", "mjs": "js javascript mjs", "json": "json",
    "geojson": "json geojson", "webmanifest": "json", "svg": "svg xml html", "xml": "xml",
    "yml": "yaml yml", "yaml": "yaml yml", "py": "python py python3",
    "csv": "csv", "ts": "ts typescript",
}  # fmt: skip
"""The words by which fences name what files with these endings hold."""
_STARTS = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_ENDS = re.compile(r"</html\s*>", re.IGNORECASE)
_HARMLESS = re.compile(r"(?:\s|\ufeff|<!--.*?-->|<\?xml[^>]*\?>)*", re.DOTALL)


def unwrapped(path: str, text: str) -> str:
    """`text` without the talk and the fence around the file, where these are certain."""
    inner = unfenced(path, text)
    if inner is not text:
        return inner
    if path.lower().endswith(PAGES):
        return _page_in(text)
    return _code_in(path.lower().rpartition(".")[2], text)


def unfenced(path: str, text: str) -> str:
    """`text` without the one fence around all of it, where a file of this type has none."""
    lines = text.strip("\n").split("\n")
    if len(lines) < 2:
        return text
    opening, closing = FENCE.match(lines[0].strip()), lines[-1].strip()
    if opening is None or closing != opening[1]:
        return text
    markdown = path.lower().endswith(".md")
    if markdown and opening[2].strip().lower() not in ("markdown", "md"):
        return text
    ending = path.lower().rpartition(".")[2]
    if not markdown and ending not in _LANGUAGES and not path.lower().endswith(PAGES):
        return text
    inner = lines[1:-1]
    return "\n".join(inner) + "\n" if _balanced(inner) else text


def _balanced(lines: list[str]) -> bool:
    """True if every fence inside has its end inside."""
    return sum(1 for line in lines if FENCE.match(line.strip())) % 2 == 0


def _page_in(text: str) -> str:
    """A page without prose before its doctype and behind its end."""
    start, ends = _STARTS.search(text), list(_ENDS.finditer(text))
    if start is None:
        return text
    before, end = text[: start.start()], ends[-1].end() if ends else len(text)
    after = text[end:]
    fenced = _is_fence(before, last=True) and _is_fence(after, last=False)
    page = text[start.start() : end]
    if _HARMLESS.fullmatch(before) or not (fenced or "<" not in before):
        page = before + page
    if _HARMLESS.fullmatch(after) or not (fenced or "<" not in after):
        page += after
    return page if page == text else f"{page.rstrip()}\n"


def _is_fence(around: str, *, last: bool) -> bool:
    lines = [line.strip() for line in around.split("\n") if line.strip()]
    return bool(lines and FENCE.match(lines[-1 if last else 0]))


def _code_in(ending: str, text: str) -> str:
    """The one fenced part of a file, or all but the one fence that stands at its edge."""
    if ending not in _LANGUAGES:
        return text
    lines = text.strip("\n").split("\n")
    fences = [(number, m) for number, line in enumerate(lines) if (m := FENCE.match(line.rstrip()))]
    inner = lines
    if len(fences) == 1 and fences[0][0] in (0, len(lines) - 1):
        inner = lines[1:] if fences[0][0] == 0 else lines[:-1]
    elif len(fences) == 2 and _fits(fences[0][1][2], ending):
        inner = lines[fences[0][0] + 1 : fences[1][0]]
    code = "\n".join(inner) + "\n"
    is_valid = _VALID.get(ending, _is_without_fence)
    return code if inner is not lines and is_valid(code) and not is_valid(text) else text


def _fits(info: str, ending: str) -> bool:
    words = info.strip().lower().split()
    return not words or words[0] in _LANGUAGES[ending].split()


def _has_fence(text: str) -> bool:
    return any(FENCE.match(line.rstrip()) for line in text.split("\n"))


def _is_without_fence(code: str) -> bool:
    return not _has_fence(code)


def _is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _is_javascript(code: str) -> bool:
    return script(code).problem() is None


_VALID: dict[str, Callable[[str], bool]] = {
    "js": _is_javascript, "mjs": _is_javascript, "py": _is_python,
    "json": is_json, "geojson": is_json, "webmanifest": is_json,
}  # fmt: skip

_NOTHING_TO_SEE = frozenset({"html", "head", "meta", "title", "link", "style", "body", "base"})
_ESCAPED_TAG = re.compile(r"\s*&lt;(?:!doctype|html|head|body|main|div|!--)", re.IGNORECASE)
_ESCAPED_QUOTE = re.compile(r"<\w+[^<>]{0,200}?\s[\w-]+=\\[\"']")


def no_file(path: str, text: str) -> str | None:
    """The reason why a text is no file of its type at all; None if it may be one."""
    if path.lower().endswith(PAGES):
        return _no_page(text)
    ending = path.lower().rpartition(".")[2]
    if ending in ("css", "svg", "xml", "yml", "yaml") and _has_fence(text):
        return "it holds a code fence"
    return None


def _no_page(text: str) -> str | None:
    start = _STARTS.search(text)
    if _ESCAPED_TAG.match(text):
        return "its tags are escaped: write < and >, not &lt; and &gt;"
    if not re.search(r"<[a-zA-Z]", text):
        return "there is no HTML in it"
    if _is_fence(text, last=False) or (start and not _HARMLESS.fullmatch(text[: start.start()])):
        return "something else stands before the page: send the page alone, without talk or a fence"
    if start and _ESCAPED_QUOTE.search(_head(text[start.start() :])):
        return "its quotes and line ends are escaped: send it raw"
    if text.count("\n") < 3 and len(re.findall(r">\\n\s*<", text)) > 3:
        return "its line ends are written as \\n: send it raw"
    return "its body is empty" if _is_empty(text) else None


def _head(page: str) -> str:
    """The beginning of a page, without its scripts: their strings may have escaped quotes."""
    return re.split(r"<script", page[:1000], maxsplit=1, flags=re.IGNORECASE)[0]


def _is_empty(text: str) -> bool:
    """True if a visitor would see nothing, and no script or style could change that."""
    if document(text).unread:
        return False
    elements = document(text).elements
    if any(e.tag not in _NOTHING_TO_SEE or "http-equiv" in e.attributes for e in elements):
        return False
    if any(re.search(r"content|background", e.text) for e in elements if e.tag == "style"):
        return False
    shown = [part for e in elements if e.tag in ("html", "body") for part in e.content]
    return not any(part.strip(" .…\n\r\t") for part in shown if isinstance(part, str))
