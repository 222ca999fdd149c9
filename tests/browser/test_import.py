"""Story 1: a list of 200 enterprises with five bad rows comes onto the register."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from deploy.sample.units import credit_code
from tests.browser import sheets
from tests.browser.hands import KEYBOARD, MOUSE, Hand
from tests.browser.portal import Person, Portal
from tests.browser.year import HAISHU, number
from tests.support.batch import a_unit

_FAULTS = {
    12: "校验码应为", 52: "数字格式", 92: "同一单位", 132: "没有填写单位名称", 172: "999999",
}  # fmt: skip


def _rows(first: int, name: str) -> list[list[Any]]:
    rows = [sheets.line(a_unit(HAISHU, number(first + n))) for n in range(200)]
    rows[116][sheets.NAME] = f"宁波海曙{name}精密机械有限公司"
    return rows


def _spoilt(rows: list[list[Any]]) -> list[list[Any]]:
    """Five rows as they really come: check sign, code as number, twice the same, no name, no such place."""
    bad = [list(row) for row in rows]
    bad[10][sheets.CODE] = bad[10][sheets.CODE][:-1] + (
        "0" if bad[10][sheets.CODE][-1] != "0" else "1"
    )
    bad[50][sheets.CODE] = 913302030000123456.0
    bad[90][sheets.CODE] = bad[89][sheets.CODE]
    bad[130][sheets.NAME] = ""
    bad[170][sheets.HEADINGS.index("行政区划代码")] = "999999"
    return bad


def _upload(clerk: Person, path: Path) -> str:
    clerk.menu("单位").follow("Excel 导入").fill({"Excel 文件": path})
    clerk.press("上传并试运行")
    return clerk.path


def _corrected(path: Path, good: list[list[Any]], to: Path) -> Path:
    headings, rows = sheets.read(path)
    by_line = {f"第 {n} 行": row for n, row in enumerate(good, start=2)}
    fixed = [by_line[str(row[headings.index("错误说明")]).split("：")[0]] for row in rows]
    return sheets.write(to, fixed)


@pytest.mark.parametrize(
    ("hand", "first", "name"),
    [(MOUSE, 2000, "鹮矶"), (KEYBOARD, 2300, "鹨砬")],
    ids=["mouse", "keys"],
)
def test_two_hundred_enterprises_come_in_and_five_bad_rows_are_mended_first(
    portal: Portal, tmp_path: Path, hand: Hand, first: int, name: str
) -> None:
    good = _rows(first, name)
    clerk = portal.person("nb-jb", hand=hand).go("/")

    dry_run = _upload(clerk, sheets.write(tmp_path / "名单.xlsx", _spoilt(good)))
    told = [clerk.row(says).split("\t")[0] for says in _FAULTS.values()]
    listed = clerk.page.locator("main section", has_text="需要更正的行").locator("tbody tr")
    wrong = [int(cell) for cell in listed.locator("td:first-child").all_inner_texts()]
    found_before = clerk.page.request.get(f"{clerk.base}/units?text={name}").text()
    mended = _corrected(clerk.download("下载需更正的行", tmp_path), good, tmp_path / "更正后.xlsx")
    second = _upload(clerk, mended)
    clean = clerk.text

    assert clerk.page.request.get(f"{clerk.base}{dry_run}").ok
    assert wrong == list(_FAULTS)
    assert [int(line) for line in told] == wrong
    assert "没有符合条件的单位" in found_before
    assert "没有需要更正的行" in clean
    assert "请本单位另一位" in clean

    other = portal.person("nb-sh", hand=hand)
    for _ in (dry_run, second):
        other.go("/").follow(_todo("待另一人确认"))
        other.press("确认导入")
        assert "已确认" in other.text
    other.menu("单位").fill({"关键字": name}).press("查询")
    rows = other.page.locator("main tbody tr")
    assert rows.count() == 1
    other.follow(f"宁波海曙{name}精密机械有限公司")
    assert other.heading == f"宁波海曙{name}精密机械有限公司"
    assert credit_code(HAISHU, number(first + 116)) in other.text


def _todo(says: str) -> re.Pattern[str]:
    return re.compile(says)
