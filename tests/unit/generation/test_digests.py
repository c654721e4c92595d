"""Attachments as a model is told of them, and their parts that it is never told."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from openpyxl import Workbook

from deployer.generation.asking.attachments import describe, images
from deployer.generation.asking.blocks import task_part
from deployer.generation.asking.hints import hints_for
from deployer.generation.reading.spreadsheets import Sheet, SpreadsheetError, Workbooks, read_sheets
from tests.support.builders import a_data_uri, a_request

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"\x08\x06\x00\x00\x00"


def a_workbook() -> bytes:
    book = Workbook()
    sales = book.active
    assert sales is not None
    sales.title = "Sales"
    for row in (["product", "amount"], ["pen, blue", 1.5], ["ink", 20]):
        sales.append(row)
    book.create_sheet("Notes").append(["nothing"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_table_is_told_by_its_columns_and_not_by_its_rows() -> None:
    rows = "".join(f"2026-01-{day:02},pen,{day}.50\n" for day in range(1, 29))
    told = describe("data.csv", "text/csv", f"date,product,sales\n{rows}".encode())
    assert "28 data rows" in told
    assert "'date': dates" in told
    assert "'sales': numbers" in told
    assert "2026-01-28" not in told


def test_the_form_of_a_table_is_told_so_that_the_page_can_read_it() -> None:
    told = describe("data.csv", "text/csv", b"\xef\xbb\xbfa;b\r\n1;2\r\n")
    assert "with a byte order mark" in told
    assert "CRLF" in told
    assert "delimiter ';'" in told


def test_json_is_told_by_its_shape() -> None:
    told = describe("rates.json", "application/json", b'{"USD": 1.0, "list": [{"a": null}]}')
    assert "{'USD': number, 'list': [1 x {'a': null}]}" in told


def test_broken_json_is_told_to_be_broken() -> None:
    assert "not valid JSON" in describe("rates.json", "application/json", b'{"USD": ')


def test_a_picture_is_told_by_its_size_and_shown_as_what_its_bytes_are() -> None:
    assert "image/png of 640 x 480 pixels" in describe("a.jpg", "image/jpeg", PNG)
    (shown,) = images(
        a_request(attachments=[{"name": "a.jpg", "url": a_data_uri(PNG, "image/jpeg")}]).attachments
    )
    assert (shown.media_type, shown.content) == ("image/png", PNG)


def test_a_spreadsheet_is_told_by_its_sheets_and_converted_by_our_code() -> None:
    content = a_workbook()
    told = describe("sales.xlsx", "application/octet-stream", content)
    assert "sheet 'Sales': 2 data rows" in told
    assert "sheet 'Notes'" in told
    as_csv = Workbooks().sheet_as_csv(content, "Sales")
    assert as_csv == 'product,amount\n"pen, blue",1.5\nink,20\n'


def test_a_sheet_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(SpreadsheetError, match="Sales, Notes"):
        Workbooks().sheet_as_csv(a_workbook(), "Costs")


def test_a_workbook_is_read_once_for_all_its_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def reading(content: bytes) -> tuple[Sheet, ...]:
        read.append(content)
        return read_sheets(content)

    monkeypatch.setattr("deployer.generation.reading.spreadsheets.read_sheets", reading)
    workbooks, content = Workbooks(), a_workbook()
    for _ in range(3):
        assert workbooks.sheet_as_csv(content, "Notes") == "nothing\n"
        assert workbooks.sheet_as_csv(content, "Sales").startswith("product")
        with pytest.raises(SpreadsheetError, match="not an "):
            workbooks.sheet_as_csv(b"broken", "Notes")
    assert read == [content, b"broken"]


def test_a_decompression_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (60 * 1024 * 1024))
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(SpreadsheetError, match="unpacks to more than"):
        read_sheets(bomb.getvalue())


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + b"\x00" * 18])
def test_what_is_no_spreadsheet_is_told_and_breaks_nothing(content: bytes) -> None:
    with pytest.raises(SpreadsheetError):
        read_sheets(content)
    assert describe("sales.xlsx", "application/octet-stream", content).startswith("sales.xlsx: ")


def test_a_name_that_a_model_would_type_otherwise_comes_with_its_address() -> None:
    told = describe("Screenshot at 9.41.07\u202fPM.txt", "text/plain", b"x")
    assert "its address in the page: Screenshot%20at%209.41.07%E2%80%AFPM.txt" in told
    assert "address" not in describe("my sales data.csv", "text/csv", b"a,b\n1,2\n")


def test_what_a_check_wants_is_quoted_as_the_caller_sent_it() -> None:
    title = "\U0001f469\u200d\U0001f4bb \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    check = a_request(checks=[f"js: document.title === '{title}'"]).checks
    assert hints_for(check) == (f'The title must be "{title}".',)
    shown = task_part(
        "n", brief=f"Greet {title}.", checks=check, attachments={}, hints=hints_for(check)
    )
    assert shown.count(title) == 3
