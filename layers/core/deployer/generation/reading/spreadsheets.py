"""Read the sheets of an .xlsx file, within limits: it is a zip archive from outside."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 200
"""The most times that a sheet may grow when unpacked; sheets of numbers come to 10 to 30."""
MAX_PARTS = 1000
MAX_ROWS = 100_000
MAX_COLUMNS = 500
MAX_CELLS = 2_000_000
MAX_CHARACTERS = 10_000_000
"""Rows, cells and characters of all sheets together, the empty rows and cells between others
counted: a worker has 1 GB, and a text that is in the file once may stand in every cell."""
MAX_MARKUP = 1_000_000
"""Of `<`, and of `=`, in all parts together, so that nobody has more elements or more attributes.
They are counted in the bytes, before anything is built of them: both hold these bytes in every
encoding that the parser takes. A cell with a value has four of the one and three of the other."""
MAX_CSV_CHARACTERS = 300_000
"""The most that a file of a site may have: a larger one is not made."""

_DOCTYPE = re.compile(rb"\0?".join(b"<!DOCTYPE"[n : n + 1] for n in range(9)))
"""In UTF-8 and UTF-16. Its entities would multiply what was counted; the format forbids it."""


class SpreadsheetError(ValueError):
    """The file is no spreadsheet, is too large when unpacked, or lacks the sheet."""


@dataclass(frozen=True)
class Sheet:
    name: str
    rows: tuple[tuple[str, ...], ...]
    """Cells as text, as they stand in a CSV file."""


def read_sheets(content: bytes) -> tuple[Sheet, ...]:
    """All sheets with their values; formulas give what the file last showed.

    Raises:
        SpreadsheetError
    """
    _check_archive(content)
    workbook = _open(content)
    try:
        room = _Room()
        return tuple(
            Sheet(name, tuple(_rows(workbook, name, room))) for name in workbook.sheetnames
        )
    except SpreadsheetError:
        raise
    except Exception as exc:
        raise SpreadsheetError(f"the spreadsheet cannot be read: {type(exc).__name__}") from exc
    finally:
        workbook.close()


class Workbooks:
    """Sheets of workbooks as CSV: a workbook is read once, and so is one that cannot be read."""

    def __init__(self) -> None:
        self._read: dict[bytes, dict[str, str | None] | SpreadsheetError] = {}

    def sheet_as_csv(self, content: bytes, name: str) -> str:
        """
        Raises:
            SpreadsheetError: there is no such workbook or sheet, or it is too large.
        """
        if content not in self._read:
            self._read[content] = _all_as_csv(content)
        sheets = self._read[content]
        if isinstance(sheets, SpreadsheetError):
            raise SpreadsheetError(str(sheets))
        if name not in sheets:
            raise SpreadsheetError(f"there is no sheet {name!r}; there are {', '.join(sheets)}")
        text = sheets[name]
        if text is None:
            limit = f"{MAX_CSV_CHARACTERS} characters as CSV"
            raise SpreadsheetError(f"sheet {name!r} is larger than {limit}")
        return text


def _all_as_csv(content: bytes) -> dict[str, str | None] | SpreadsheetError:
    try:
        return {sheet.name: _as_csv(sheet) for sheet in read_sheets(content)}
    except SpreadsheetError as exc:
        return SpreadsheetError(str(exc))  # a new one: a traceback would keep the rows


def _as_csv(sheet: Sheet) -> str | None:
    """The sheet as CSV; None if it is too large."""
    out = io.StringIO()
    writer, room = csv.writer(out, lineterminator="\n"), MAX_CSV_CHARACTERS
    for row in sheet.rows:
        room -= sum(map(len, row))
        if room < 0:
            return None
        writer.writerow(row)
        if out.tell() > MAX_CSV_CHARACTERS:
            return None
    return out.getvalue()


def _check_archive(content: bytes) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except zipfile.BadZipFile as exc:
        raise SpreadsheetError("the file is not an .xlsx spreadsheet") from exc
    # zipfile never unpacks more than the size that is declared here.
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS:
        raise SpreadsheetError(f"the spreadsheet has more than {MAX_PARTS} parts")
    limit = min(MAX_UNPACKED_BYTES, MAX_RATIO * len(content))
    if unpacked > limit:
        raise SpreadsheetError(f"the spreadsheet unpacks to more than {limit} bytes")
    _check_markup(archive)


def _check_markup(archive: zipfile.ZipFile) -> None:
    """Refuse an archive with too much markup: openpyxl builds a whole row, and the whole of smaller
    parts, before it gives anything."""
    elements = attributes = 0
    for part in archive.infolist():
        try:
            text = archive.read(part)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as exc:
            raise SpreadsheetError(f"{part.filename[:100]!r} cannot be unpacked") from exc
        if _DOCTYPE.search(text):
            raise SpreadsheetError("the spreadsheet has a document type declaration")
        elements += text.count(b"<")
        attributes += text.count(b"=")
        if max(elements, attributes) > MAX_MARKUP:
            raise SpreadsheetError(f"the spreadsheet has more than {MAX_MARKUP} elements")


def _open(content: bytes) -> Workbook:
    # Imported here: few deployments have a spreadsheet, and every cold start would pay for it.
    from openpyxl.reader.excel import ExcelReader

    class Reader(ExcelReader):
        def read_worksheets(self) -> None:
            # Each sheet's part is read here already, to find its size.
            parts = [relation.target for _, relation in self.parser.find_sheets()]
            if len(set(parts)) < len(parts):
                raise SpreadsheetError("the spreadsheet shows one part as several sheets")
            super().read_worksheets()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            reader = Reader(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            reader.read()
        except SpreadsheetError:
            raise
        except Exception as exc:
            raise SpreadsheetError(f"the spreadsheet cannot be read: {type(exc).__name__}") from exc
        return reader.wb


class _Room:
    """The room that is left for the sheets still to be read."""

    def __init__(self) -> None:
        self._limits = {"rows": MAX_ROWS, "cells": MAX_CELLS, "characters": MAX_CHARACTERS}
        self._taken = dict.fromkeys(self._limits, 0)

    def take(self, what: str, count: int) -> None:
        self._taken[what] += count
        if self._taken[what] > self._limits[what]:
            raise SpreadsheetError(f"the spreadsheet has more than {self._limits[what]} {what}")


def _rows(workbook: Workbook, name: str, room: _Room) -> Iterator[tuple[str, ...]]:
    """The rows down to the last that holds anything, without the empty columns at the right.

    Raises:
        SpreadsheetError: there is no room for them.
    """
    waiting: list[tuple[str, ...]] = []
    for row in workbook[name].iter_rows(max_col=MAX_COLUMNS, values_only=True):
        cells = _without_empty_end(row)
        room.take("rows", 1)
        room.take("cells", len(cells))
        room.take("characters", sum(map(len, cells)))
        waiting.append(cells)
        if cells:
            yield from waiting
            waiting.clear()


def _without_empty_end(row: tuple[object, ...]) -> tuple[str, ...]:
    if row.count(None) == len(row):
        return ()
    width = len(row)
    while width and row[width - 1] is None:
        width -= 1
    cells = [_text(value) for value in row[:width]]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.isoformat() if isinstance(value, date | time) else str(value)
