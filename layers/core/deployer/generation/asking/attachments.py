"""Descriptions of attachments, which a model gets in place of their bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from deployer.domain.language_model import Image
from deployer.domain.request import Attachment
from deployer.generation.reading import pictures
from deployer.generation.reading.spreadsheets import Sheet, SpreadsheetError, read_sheets

HEAD_CHARACTERS = 2000
SAMPLE_ROWS = 3
MAX_IMAGES = 5
MAX_IMAGE_BYTES = 4 * 1024 * 1024
_NUMBER = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$")


def describe(name: str, declared_type: str, content: bytes) -> str:
    """Name, type, size, and what is inside, as far as it can be told briefly."""
    short = hashlib.sha256(content).hexdigest()[:16]
    facts = [f"{name}: {declared_type}, {len(content)} bytes, sha256 {short}…"]
    return "\n".join([*facts, *_address(name), *_inside(name.lower(), content)])


def _address(name: str) -> list[str]:
    """The name as an address, where it holds what a model would not type, such as the narrow blank
    in the name of a macOS screenshot."""
    return [] if name.isascii() else [f"its address in the page: {quote(name)}"]


def images(attachments: Iterable[Attachment]) -> tuple[Image, ...]:
    """The pictures that a model can be shown; their type is taken from their bytes."""
    found = [(pictures.media_type(a.content), a.content) for a in attachments]
    shown = [
        Image(kind, content)
        for kind, content in found
        if kind and len(content) <= MAX_IMAGE_BYTES and pictures.showable(content)
    ]
    return tuple(shown[:MAX_IMAGES])


def _inside(name: str, content: bytes) -> list[str]:
    kind = pictures.media_type(content)
    if kind:
        size = pictures.size(content)
        return [f"{kind} of {size[0]} x {size[1]} pixels" if size else kind]
    if name.endswith((".xlsx", ".xlsm")):
        return _spreadsheet(content)
    text = _decoded(content)
    if text is None:
        return ["binary"]
    if name.endswith((".csv", ".tsv")):
        return _table(text)
    if name.endswith((".json", ".geojson")):
        return _json(text)
    return _text(text)


def _decoded(content: bytes) -> str | None:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def _text(text: str) -> list[str]:
    facts = f"UTF-8 text, {text.count(chr(10)) + 1} lines, {len(text.split())} words"
    cut = len(text) > HEAD_CHARACTERS
    return [facts, "its beginning:" if cut else "in full:", text[:HEAD_CHARACTERS]]


def _table(text: str) -> list[str]:
    mark = "with a byte order mark, " if text.startswith("\ufeff") else ""
    ends = "CRLF" if "\r\n" in text else "LF"
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    except csv.Error as exc:
        return [f"not readable as CSV: {exc}", *_text(text)]
    facts = (
        f"CSV, {mark}{ends} line ends, delimiter {delimiter!r}, {max(len(rows) - 1, 0)} data rows"
    )
    return [facts, *_columns(rows)]


def _columns(rows: list[list[str]]) -> list[str]:
    if not rows:
        return ["empty"]
    header, *data = rows
    lines = ["columns:"]
    for index, name in enumerate(header[:60]):
        values = [row[index].strip() for row in data if index < len(row)]
        lines.append(f"- {name.strip()[:80]!r}: {_value_type(values)}")
    sample = [", ".join(cell[:60] for cell in row[:60]) for row in rows[: SAMPLE_ROWS + 1]]
    return [*lines, "first rows:", *sample]


def _value_type(values: list[str]) -> str:
    filled = [value for value in values if value]
    empty = f", {len(values) - len(filled)} empty" if len(filled) < len(values) else ""
    if filled and all(_NUMBER.match(value) for value in filled):
        return f"numbers{empty}"
    if filled and all(_DATE.match(value) for value in filled):
        return f"dates{empty}"
    return f"text, {len(set(filled))} different{empty}"


def _json(text: str) -> list[str]:
    try:
        value = json.loads(text.removeprefix("\ufeff"))
        shape = _shape(value, 4)
    except (ValueError, RecursionError) as exc:
        return [f"not valid JSON: {type(exc).__name__}", *_text(text)]
    return [f"JSON of this shape: {shape[:HEAD_CHARACTERS]}", "its beginning:", text[:600]]


def _shape(value: Any, depth: int) -> str:
    if isinstance(value, dict):
        if not depth:
            return "{...}"
        inner = ", ".join(f"{key!r}: {_shape(v, depth - 1)}" for key, v in list(value.items())[:30])
        return "{" + inner + (", ...}" if len(value) > 30 else "}")
    if isinstance(value, list):
        inner = _shape(value[0], depth - 1) if value and depth else ""
        return f"[{len(value)} x {inner}]" if value else "[]"
    return {str: "text", bool: "true/false", int: "number", float: "number"}.get(
        type(value), "null"
    )


def _spreadsheet(content: bytes) -> list[str]:
    try:
        sheets = read_sheets(content)
    except SpreadsheetError as exc:
        return [str(exc)]
    lines = [f"spreadsheet with {len(sheets)} sheets; a CONVERT line makes a CSV file of one:"]
    return [*lines, *(line for sheet in sheets[:10] for line in _sheet(sheet))]


def _sheet(sheet: Sheet) -> list[str]:
    rows = [list(row) for row in sheet.rows if any(row)]
    return [f"sheet {sheet.name!r}: {max(len(rows) - 1, 0)} data rows", *_columns(rows)]
