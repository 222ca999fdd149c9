"""Excel files as they come, at the portal: one clear sentence each, and the portal stays up."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import httpx2
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from deploy.sample import people
from deploy.sample.units import ALPHABET, credit_code
from shared.contracts import registry as reg
from shared.contracts.table import Cell
from tests.support.portal import Portal, sign_in
from tests.support.system import System
from tests.support.waiting import wait_until

HEADINGS = ("单位类型", "单位名称", "统一社会信用代码/项目编号", "行政区划代码", "职工人数")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "xl/worksheets/sheet1.xml"
FIRST = ALPHABET.index("U") * 31**4


@pytest.fixture(scope="module")
def clerk(system: System) -> Iterator[Portal]:
    """A clerk of Zhenhai at the portal."""
    portal = sign_in(system, people.clerk("330211"), "zh-import")
    yield portal
    portal.leave()


def _book(*rows: tuple[object, ...]) -> bytes:
    """A workbook with our headings; numbers stay numbers, "=…" becomes a formula."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("单位")
        for line, row in enumerate((HEADINGS, *rows)):
            for at, cell in enumerate(row):
                page.write(line, at, cell)
    return target.getvalue()


def _row(number: int, name: str = "", **given: object) -> tuple[object, ...]:
    code = given.get("code", credit_code("330211", FIRST + number))
    heads = given.get("headcount", 80)
    return ("企业", name or f"宁波导入{number}号有限公司", code, "330211", heads)


def _rewritten(content: bytes, name: str, part: bytes) -> bytes:
    """The same workbook with one part replaced or added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, part)
    return target.getvalue()


def _upload(clerk: Portal, content: bytes, name: str = "名册.xlsx") -> httpx2.Response:
    return clerk.send("/imports", seen_at="/imports", files={"file": (name, content, XLSX)})


def test_each_wrong_row_is_told_with_its_number_and_the_good_one_enters(
    system: System, clerk: Portal
) -> None:
    right = credit_code("330211", FIRST + 2)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    book = _book(
        _row(1),
        _row(2, code=wrong),
        _row(3, code=913302110000000012),
        _row(4),
        _row(4, "宁波导入另四号有限公司"),
        _row(6, headcount="八十人"),
    )

    shown = _upload(clerk, book)
    confirm = reg.ConfirmImport(import_id=shown.url.path.rsplit("/", 1)[1])
    report = system.ask(confirm, people.reviewer("330211"))
    entered = wait_until(
        lambda: system.ask(
            reg.GetUnit(code=credit_code("330211", FIRST + 1)), people.clerk("330211")
        ),
        what="the good row",
    )

    assert shown.status_code == 200
    text = re.sub(r"<[^>]+>", " ", shown.text)
    assert f"代码第 18 位校验码应为“{right[-1]}”" in text
    assert "数字格式" in text
    assert "应为整数" in text
    assert {k: n for k, n in report["counts"].items() if n} == {"new": 2, "conflict": 1, "error": 3}
    assert entered["name_text"] == "宁波导入1号有限公司"


def test_the_rows_to_correct_come_back_as_a_file_that_says_why(clerk: Portal) -> None:
    shown = _upload(clerk, _book(_row(11), _row(12, code="91330211MA9")))

    link = re.search(r'href="(/files/[^"]+)"', shown.text)
    assert link
    back = clerk.http.get(link[1])

    table = CalamineWorkbook.from_filelike(io.BytesIO(back.content)).get_sheet_by_index(0)
    heading, only = table.to_python()
    assert heading[:5] == list(HEADINGS)
    assert only[1] == "宁波导入12号有限公司"
    assert str(only[-1]).startswith("第 3 行：")
    assert "18 位" in str(only[-1])


def test_formulas_are_read_as_last_computed_and_named(clerk: Portal) -> None:
    shown = _upload(clerk, _book(_row(21, headcount="=40+40")))

    assert shown.status_code == 200
    assert "文件含有公式" in shown.text
    assert "E2" in shown.text


def _far() -> bytes:
    cells = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    return _rewritten(_book(_row(31)), SHEET, cells)


def _bomb() -> bytes:
    return _rewritten(_book(_row(32)), SHEET, b"<worksheet><sheetData>" + b" " * (200 * 1024**2))


def _other_headings() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet().write_row(0, 0, ("甲", "乙"))
    return target.getvalue()


BAD = {
    "a cell at XFD1048576": (_far, "第 1048576 行"),
    "200 MB unzipped": (_bomb, "解压后超过"),
    "macros": (
        lambda: _rewritten(_book(_row(33)), "xl/vbaProject.bin", b"\x00" * 64),
        "文件含有宏或嵌入对象",
    ),
    "links to another workbook": (
        lambda: _rewritten(_book(_row(34)), "xl/externalLinks/externalLink1.xml", b"<x/>"),
        "链接了其他工作簿",
    ),
    "not a workbook": (lambda: b"PK\x03\x04 broken", "不是完好的 .xlsx"),
    "an old .xls": (lambda: b"\xd0\xcf\x11\xe0" + b"\x00" * 512, "不是完好的 .xlsx"),
    "no headings": (_other_headings, "没有找到表头"),
    "no rows": (_book, "没有数据"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_in_one_sentence_and_the_portal_stays_up(
    clerk: Portal, what: str
) -> None:
    make, says = BAD[what]

    refused = _upload(clerk, make())

    assert refused.status_code == 422
    text = re.sub(r"<[^>]+>", " ", refused.text)
    assert text.count(says) == 1
    assert "Traceback" not in refused.text
    assert clerk.http.get("/healthz").status_code == 200
    assert "上传名单" in clerk.page("/imports")


def test_rows_sent_over_rest_are_judged_alike(system: System) -> None:
    code = credit_code("330211", FIRST + 41)
    columns = ("kind", "name_text", "code", "division")
    rows: list[list[Cell]] = [
        ["企业", "宁波导入41号有限公司", code, "330211"],
        ["企业", "宁波导入42号有限公司", 913302110000000012, "330211"],
        ["企业", "宁波导入43号有限公司", code, "330211"],
        ["供应链", "宁波导入44号有限公司", code, "330211"],
    ]
    stage = reg.StageImport(file_name="接口.xlsx", columns=columns, rows=rows, is_last=True)

    staged = system.ask(stage, people.clerk("330211"))
    read = reg.GetImport(import_id=staged["import_id"])
    report = system.ask(read, people.clerk("330211"))

    found = {row["row"]: row for row in report["rows"]}
    assert found[2]["outcome"] == "new"
    assert "数字格式" in found[3]["says"][0]
    assert found[4]["outcome"] in ("error", "conflict")
    assert "单位类型“供应链”" in found[5]["says"][0]
