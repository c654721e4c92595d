"""Read the sheets of an .xlsx file, within limits: it is a zip archive from outside."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_PARTS = 1000
MAX_ROWS = 100_000
MAX_COLUMNS = 500


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
        return tuple(Sheet(name, tuple(_rows(workbook, name))) for name in workbook.sheetnames)
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
    csv.writer(out, lineterminator="\n").writerows(sheets[name].rows)
    return out.getvalue()


def _check_archive(content: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile as exc:
        raise SpreadsheetError("the file is not an .xlsx spreadsheet") from exc
    # zipfile never unpacks more than the size that is declared here.
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise SpreadsheetError(f"the spreadsheet unpacks to more than {MAX_UNPACKED_BYTES} bytes")


def _open(content: bytes) -> Workbook:
    # Imported here: few deployments have a spreadsheet, and every cold start would pay for it.
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        except Exception as exc:
            raise SpreadsheetError(f"the spreadsheet cannot be read: {type(exc).__name__}") from exc


def _rows(workbook: Workbook, name: str) -> Iterator[tuple[str, ...]]:
    """The rows down to the last that holds anything, without the empty columns at the right."""
    waiting: list[tuple[str, ...]] = []
    rows = workbook[name].iter_rows(max_col=MAX_COLUMNS, values_only=True)
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise SpreadsheetError(f"sheet {name!r} has more than {MAX_ROWS} rows")
        cells = tuple(_text(value) for value in row)
        while cells and not cells[-1]:
            cells = cells[:-1]
        waiting.append(cells)
        if cells:
            yield from waiting
            waiting.clear()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.isoformat() if isinstance(value, date | time) else str(value)
