"""Attachments that are small as they come and large when they are looked into."""

from __future__ import annotations

import io
import resource
import struct
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.generation.asking.attachments import describe, images
from deployer.generation.reading import pictures
from deployer.generation.reading.spreadsheets import SpreadsheetError, Workbooks, read_sheets
from tests.support.builders import a_data_uri, a_request

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT_TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/sharedStrings.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>
</Types>"""
WORKBOOK_IS = f"""<Relationships xmlns="{RELATIONS}"><Relationship Id="r1"
 Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""


def a_workbook(
    rows: str,
    *,
    doctype: str = "",
    sheets: int = 1,
    parts: int = 1,
    shared: str = "",
    padding: int = 0,
    noise: str = "",
) -> bytes:
    """An .xlsx file whose sheets all have these rows of XML, with noise that does not pack.

    The sheets are views of so many parts; all share one text.
    """
    listed = "".join(
        f'<sheet name="S{n + 1}" sheetId="{n + 1}" r:id="s{n % parts}"/>' for n in range(sheets)
    )
    related = "".join(
        f'<Relationship Id="s{n}" Type="{OFFICE}/worksheet" Target="worksheets/{n}.xml"/>'
        for n in range(parts)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", WORKBOOK_IS)
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{RELATIONS}">{related}</Relationships>',
        )
        archive.writestr(
            "xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"><si><t>{shared}</t></si></sst>'
        )
        for n in range(parts):
            archive.writestr(
                f"xl/worksheets/{n}.xml",
                f'{doctype}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
            )
        archive.writestr("noise", bytes(padding) + noise.encode("utf-16"), zipfile.ZIP_STORED)
    return out.getvalue()


def zeros(count: int, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(str(number), bytes(size))
    return out.getvalue()


def overlapping() -> bytes:
    """A hundred entries of the directory that all point to the one packed file."""
    one = zeros(1, 5_000_000)
    place = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    directory = one[place:end] * 100
    tail = bytearray(one[end:])
    tail[8:20] = struct.pack("<HHII", 100, 100, len(directory), place)
    return one[:place] + directory + bytes(tail)


LAUGHS = "<!DOCTYPE w [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
)
BOMBS: dict[str, Callable[[], bytes]] = {
    "one part of 60 MB": lambda: zeros(1, 60_000_000),
    "sixty parts of 1 MB": lambda: zeros(60, 1_000_000),
    "a ratio of a thousand": lambda: zeros(1, 30_000_000),
    "two thousand parts": lambda: zeros(2000, 1),
    "a hundred entries over one part": overlapping,
    "a million laughs": lambda: a_workbook(
        '<row r="1"><c r="A1" t="str"><v>&a9;</v></c></row>', doctype=LAUGHS + "]>"
    ),
    "a file of this machine": lambda: a_workbook(
        '<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>',
        doctype="<!DOCTYPE w [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
    ),
    "a row beyond all rows": lambda: a_workbook(
        '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    ),
    "wide rows with one cell each": lambda: a_workbook(
        "".join(f'<row r="{n}"><c r="SF{n}"><v>1</v></c></row>' for n in range(1, 50_000)),
        padding=1_000_000,
    ),
    "a thousand views of one sheet": lambda: a_workbook(
        "".join(f'<row r="{n}"><c r="SF{n}"><v>1</v></c></row>' for n in range(1, 1000)),
        sheets=900,
        padding=1_000_000,
    ),
    "hundreds of sheets with one far row each": lambda: a_workbook(
        '<row r="100000"><c r="A100000"><v>1</v></c></row>', sheets=900, parts=900
    ),
    "one long text in many cells": lambda: a_workbook(
        '<row><c t="s"><v>0</v></c></row>' * 1000, shared=" x" * 1_000_000, padding=1_000_000
    ),
    "a row of four million elements": lambda: a_workbook(
        f"<row>{'<z/>' * 4_000_000}</row>", padding=300_000
    ),
    "an element of a million attributes": lambda: a_workbook(
        "<row " + " ".join(f"a{n}=''" for n in range(1_200_000)) + "/>"
    ),
    "a document type in UTF-16": lambda: a_workbook("", padding=9, noise="<!DOCTYPE w>"),
    "no archive": lambda: b"PK\x03\x04" + bytes(100),
    "nothing": lambda: b"",
    "an archive of something else": lambda: zeros(1, 10),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_the_worker_does_not_unpack(bomb: str) -> None:
    content = BOMBS[bomb]()
    assert len(content) < 3 * 1024 * 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(SpreadsheetError):
        read_sheets(content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KB
    assert describe("a.xlsx", "application/octet-stream", content)


def test_a_workbook_like_these_without_the_trick_is_read() -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="C1"><v>1</v></c></row>'
    (sheet,) = read_sheets(a_workbook(rows))
    assert sheet.rows == (("a", "", "1"),)
    apart = '<row r="3"><c r="A3" t="s"><v>0</v></c></row>'
    first, second = read_sheets(a_workbook(apart, sheets=2, parts=2, shared="one text"))
    assert first.rows == second.rows == ((), (), ("one text",))


def test_one_long_text_in_many_cells_makes_no_huge_csv() -> None:
    cells = f'<c t="inlineStr"><is><t>{"x" * 50_000}</t></is></c>' * 10
    content = a_workbook(f'<row r="1">{cells}</row>', padding=1_000_000)
    with pytest.raises(SpreadsheetError, match="larger than 300000 characters"):
        Workbooks().sheet_as_csv(content, "S1")


def a_png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(20)


def a_gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(20)


def a_jpeg(width: int, height: int) -> bytes:
    return b"\xff\xd8\xff\xc0" + struct.pack(">HBHH", 17, 8, height, width) + bytes(20)


def a_webp(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + bytes(4) + b"WEBPVP8X" + bytes(8) + sides + bytes(20)


@pytest.mark.parametrize("make", [a_png, a_gif, a_jpeg, a_webp])
@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [(640, 480, True), (8000, 5000, True), (8001, 1, False), (1, 8001, False), (8000, 5001, False)],
)
def test_a_model_is_shown_only_pictures_of_a_bounded_size(
    make: Callable[[int, int], bytes], width: int, height: int, shown: bool
) -> None:
    content = make(width, height)
    given_one = [{"name": "a.png", "url": a_data_uri(content, "image/png")}]
    assert bool(images(a_request(attachments=given_one).attachments)) == shown


@pytest.mark.parametrize("sides", [(0, 1), (1, 0), (2**32 - 1, 2**32 - 1)])
def test_a_model_is_not_shown_a_png_with_odd_sides(sides: tuple[int, int]) -> None:
    assert not pictures.showable(a_png(*sides))


@given(
    st.sampled_from([a_png(1, 1), a_gif(1, 1), a_jpeg(1, 1), a_webp(1, 1)]), st.binary(), st.data()
)
def test_whatever_the_bytes_a_picture_is_measured_or_not(
    picture: bytes, noise: bytes, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(picture)))
    assert pictures.showable(picture[:cut] + noise) in (True, False)
