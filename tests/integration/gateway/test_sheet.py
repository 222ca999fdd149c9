"""Workbooks are parsed in a child with limits; what comes back keeps the file's own rows."""

from __future__ import annotations

import asyncio
import io

import pytest
import xlsxwriter
from pydantic_core import to_json
from python_calamine import CalamineWorkbook

from services.gateway.importer.columns import LARGEST
from services.gateway.importer.sheet import AT_ONCE, Sheet, open_sheet, read_sheet
from services.gateway.importer.workbook import Column, write_book
from shared.contracts.refusals import Refused

CODE = "统一社会信用代码/项目编号"
MUST = (("单位名称",), (CODE, "代码"))


def a_book(*rows: tuple[object, ...]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return target.getvalue()


def read(content: bytes) -> Sheet:
    return asyncio.run(read_sheet(content, must_have=MUST))


def test_headings_are_found_below_a_title_and_rows_keep_their_numbers() -> None:
    sheet = read(
        a_book(
            ("2026年名单",),
            (),
            ("单位名称", CODE, "职工人数"),
            ("甲公司", "91330203MA9T10005Y", 81),
            ("乙公司", "91330203MA9T1011X0", 98),
        )
    )

    assert sheet.headings == ("单位名称", CODE, "职工人数")
    assert sheet.first_row == 4
    assert sheet.rows == [
        ["甲公司", "91330203MA9T10005Y", 81],
        ["乙公司", "91330203MA9T1011X0", 98],
    ]


def test_a_code_stored_as_number_stays_a_number_so_that_it_can_be_told() -> None:
    sheet = read(a_book(("单位名称", CODE), ("甲公司", 913300000000012345)))

    assert isinstance(sheet.rows[0][1], float)


def test_alternatives_of_a_heading_are_enough() -> None:
    assert read(a_book(("单位名称", "代码"), ("甲公司", "1"))).rows == [["甲公司", "1"]]


def test_a_large_sheet_comes_in_packs_that_are_passed_on_before_its_end() -> None:
    count = AT_ONCE + AT_ONCE // 10 + 7
    lines = [(f"单位{n}", f"换\n行，“{n}”") if n != 3 else () for n in range(count)]
    content = a_book(("单位名称", "代码"), *lines, (), ("", " "), ())

    async def passed_on() -> tuple[list[tuple[int, int, bool]], Sheet]:
        async with open_sheet(content, must_have=MUST) as arriving:
            told = [(pack.first_row, pack.count, last) async for pack, last in arriving.packs()]
            return told, arriving.sheet

    told, sheet = asyncio.run(passed_on())

    tenth = AT_ONCE // 10
    assert told == [(2, tenth - 1, False), (tenth + 1, AT_ONCE, False),
                    (tenth + AT_ONCE + 1, 8, True)]  # fmt: skip
    assert len(sheet.rows) == count
    assert sheet.rows[3] == ["", ""]
    wanted = [2, 5, tenth, tenth + 1, count + 1]
    assert sheet.rows_numbered([*wanted, count + 2]) == {n: sheet.rows[n - 2] for n in wanted}
    assert sheet.rows[-1] == [f"单位{count - 1}", f"换\n行，“{count - 1}”"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("名称", CODE), ("甲公司", "1")], "headings_missing"),
        ([("单位名称", CODE)], "file_empty"),
    ],
)
def test_a_sheet_without_headings_or_rows_is_refused(
    rows: list[tuple[object, ...]], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        read(a_book(*rows))

    assert caught.value.code == code


def test_a_sheet_the_parser_chokes_on_is_refused_and_harms_nobody() -> None:
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row")

    with pytest.raises(Refused) as caught:
        read(target.getvalue())

    assert caught.value.code == "file_not_parsed"


def test_what_we_write_is_text_that_no_spreadsheet_runs() -> None:
    content = write_book(
        [Column("名称"), Column("错误说明", red=True)],
        [("=cmd|'/c calc'!A1", "@SUM(1)"), ("913300000000012345", 7)],
        sheet="结果",
        about={"导出人": "李娜"},
    )

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["结果", "说明"]
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[1] == ["=cmd|'/c calc'!A1", "@SUM(1)"]
    assert rows[2] == ["913300000000012345", 7.0]
    assert b"<f>" not in content


def test_a_plan_comes_back_and_can_be_sent_again() -> None:
    first = write_book([Column("单位名称"), Column(CODE)], [("甲公司", "1")], sheet="计划")
    again = write_book(
        [Column("单位名称"), Column(CODE), Column("核对结论")],
        [("甲公司", "1", "不安排")],
        sheet="计划",
    )

    assert read(first).rows == [["甲公司", "1"]]
    assert read(again).rows == [["甲公司", "1", "不安排"]]


def test_rows_with_much_in_them_come_in_packs_that_can_be_passed_on() -> None:
    lines = [(f"单位{n}", f"编{n}", "备注" * (n % 700)) for n in range(3000)]
    content = a_book(("单位名称", "代码", "备注"), *lines)

    async def passed_on() -> tuple[list[int], Sheet]:
        async with open_sheet(content, must_have=MUST) as arriving:
            sizes = [len(pack.text.encode()) async for pack, _ in arriving.packs()]
            return sizes, arriving.sheet

    sizes, sheet = asyncio.run(passed_on())

    assert max(sizes) <= LARGEST
    assert len(sizes) < 4 * sum(sizes) / LARGEST
    assert sheet.rows == [list(line) for line in lines]
    chunks = list(sheet.chunks(500))
    assert [row for chunk in chunks for row in chunk] == sheet.rows
    assert max(len(to_json(chunk)) for chunk in chunks) < 1.01 * LARGEST


def test_a_row_with_too_much_in_it_is_named() -> None:
    lines = [("甲公司", "1", *[""] * 9), ("乙公司", "2", *["字" * 32_000] * 9)]

    with pytest.raises(Refused) as caught:
        read(a_book(("单位名称", "代码"), *lines))

    assert caught.value.code == "row_too_long"
    assert "第 3 行" in caught.value.says
