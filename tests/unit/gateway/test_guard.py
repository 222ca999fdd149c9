"""What an uploaded workbook must not do to us."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from services.gateway.importer.guard import MAX_ENTRIES, column_number, look
from shared.contracts.refusals import Refused

TYPES = ("[Content_Types].xml", b"<Types/>")
SHEET = "xl/worksheets/sheet1.xml"


def a_zip(*parts: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return target.getvalue()


def a_sheet(cells: bytes) -> bytes:
    return a_zip(TYPES, (SHEET, b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"))


def refused(content: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        look(content)
    return caught.value


def test_an_ordinary_workbook_is_admitted_with_its_measures() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_string(0, 0, "单位名称")
        page.write_string(11, 9, "丽水")

    looked = look(target.getvalue())

    assert (looked.rows, looked.columns, looked.formulas) == (12, 26, ())


def test_a_cell_at_the_far_corner_is_refused_before_any_parser_sees_it() -> None:
    content = a_sheet(b'<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>')

    found = refused(content)

    assert found.code == "file_too_far"
    assert "1048576" in found.says
    assert found.status == 422


def test_a_file_that_inflates_without_end_is_refused_while_inflating() -> None:
    bomb = a_zip(TYPES, (SHEET, b" " * (200 * 1024 * 1024)))

    found = refused(bomb)

    assert len(bomb) < 1024 * 1024
    assert found.code == "file_too_large_inside"


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/vbaProject.bin", "file_has_macros"),
        ("xl/embeddings/oleObject1.bin", "file_has_macros"),
        ("xl/externalLinks/externalLink1.xml", "file_has_links"),
    ],
)
def test_active_content_and_links_are_refused(part: str, code: str) -> None:
    content = a_zip(TYPES, (SHEET, b"<worksheet/>"), (part, b"x"))

    assert refused(content).code == code


def test_too_many_parts_are_refused() -> None:
    parts = [(f"xl/media/{i}.xml", b"") for i in range(MAX_ENTRIES)]

    assert refused(a_zip(TYPES, (SHEET, b""), *parts)).code == "file_too_many_parts"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 an old .xls"])
def test_what_is_no_workbook_is_refused_with_what_to_do(content: bytes) -> None:
    found = refused(content)

    assert found.code == "file_unreadable"
    assert "另存为" in found.says


def test_cells_holding_formulas_are_named() -> None:
    cells = (
        b'<row r="2"><c r="B2" t="str"><f>A1&amp;"x"</f><v>1</v></c><c r="C2"><v>2</v></c></row>'
    )

    assert look(a_sheet(cells)).formulas == ("B2",)


def test_a_cell_across_two_reading_chunks_is_still_measured() -> None:
    filler = b"<!--" + b"x" * (256 * 1024 - 45) + b"-->"

    looked = look(a_sheet(filler + b'<row r="77"><c r="AB77"><v>1</v></c></row>'))

    assert (looked.rows, looked.columns) == (77, 28)


@pytest.mark.parametrize(("letters", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("XFD", 16384)])
def test_columns_are_counted_as_spreadsheets_count_them(letters: str, number: int) -> None:
    assert column_number(letters) == number
