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
"""How many times larger than its archive it may be unpacked; sheets of numbers come to 10 to 30."""
MAX_PARTS = 1000
MAX_ROWS = 100_000
MAX_COLUMNS = 500
MAX_CELLS = 2_000_000
"""Of all sheets together, the empty ones between others counted: a worker has 1 GB."""
MAX_MARKUP = 1_000_000
"""Of `<`, and of `=`, in all parts together, so that nobody has more elements or more attributes.
They are counted in the bytes, before anything is built of them: both hold these bytes in every
encoding that the parser takes. A cell with a value has four of the one and three of the other."""
MAX_CSV_BYTES = 300_000
"""What a file of a site may have: a larger one is not made."""

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
        sheets, room = [], MAX_CELLS
        for name in workbook.sheetnames:
            rows = tuple(_rows(workbook, name, room))
            room -= sum(map(len, rows))
            sheets.append(Sheet(name, rows))
        return tuple(sheets)
    except SpreadsheetError:
        raise
    except Exception as exc:
        raise SpreadsheetError(f"the spreadsheet cannot be read: {type(exc).__name__}") from exc
    finally:
        workbook.close()


def sheet_as_csv(content: bytes, name: str) -> str:
    """One sheet as CSV.

    Raises:
        SpreadsheetError
    """
    sheets = {sheet.name: sheet for sheet in read_sheets(content)}
    if name not in sheets:
        raise SpreadsheetError(f"there is no sheet {name!r}; there are {', '.join(sheets)}")
    out = io.StringIO()
    writer, room = csv.writer(out, lineterminator="\n"), MAX_CSV_BYTES
    for row in sheets[name].rows:
        room -= sum(len(cell) for cell in row)
        if room >= 0:
            writer.writerow(row)
        if room < 0 or out.tell() > MAX_CSV_BYTES:
            raise SpreadsheetError(f"sheet {name!r} is larger than {MAX_CSV_BYTES} bytes as CSV")
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
    """openpyxl builds a whole row, and the whole of smaller parts, before it gives anything."""
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


def _rows(workbook: Workbook, name: str, room: int) -> Iterator[tuple[str, ...]]:
    """The rows down to the last that holds anything, without the empty columns at the right.

    Raises:
        SpreadsheetError: it has more than MAX_ROWS rows, or more than `room` cells.
    """
    waiting: list[tuple[str, ...]] = []
    rows = workbook[name].iter_rows(max_col=MAX_COLUMNS, values_only=True)
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise SpreadsheetError(f"sheet {name!r} has more than {MAX_ROWS} rows")
        cells = _without_empty_end(row)
        room -= len(cells)
        if room < 0:
            raise SpreadsheetError(f"the spreadsheet has more than {MAX_CELLS} cells")
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
