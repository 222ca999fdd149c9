"""Files in and out: records of any kind from Excel, the province's application, old templates."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from deploy.sample import people
from services.gateway.importer.workbook import Column, write_book
from tests.support.bulk import import_units, posted
from tests.support.portal import Portal, sign_in
from tests.support.regions import Regions, Row
from tests.support.waiting import wait_until

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HAISHU, HUNAN = "330203", "430302"
CITY = "430300"
DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def clerk(regions: Regions) -> Iterator[Portal]:
    """A clerk of Haishu at the portal."""
    portal = sign_in(regions.system, people.clerk(HAISHU), "hs-exchange")
    yield portal
    portal.leave()


@pytest.fixture(scope="module")
def second(regions: Regions) -> Iterator[Portal]:
    """The second person of that office."""
    portal = sign_in(regions.system, people.reviewer(HAISHU), "hs-exchange-2")
    yield portal
    portal.leave()


def app_rows(count: int) -> list[dict[str, object]]:
    """Units as the application exports them, in our own form (docs/adapters.md)."""
    from deploy.sample.units import credit_code
    from tests.support.bulk import NUMBERS

    return [
        {
            "应用单位编号": f"ZL-{number}", "单位类型": "企业",
            "单位名称": f"应用样本{number}号电子有限公司",
            "统一社会信用代码/项目编号": credit_code(HAISHU, number),
            "行政区划代码": HAISHU, "职工人数": 60,
        }
        for number in (next(NUMBERS) for _ in range(count))
    ]  # fmt: skip


def lines_of(rows: Sequence[dict[str, object]]) -> bytes:
    """JSON lines."""
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def taken_in(clerk: Portal, second: Portal, name: str, content: bytes, what: str) -> str:
    """Uploaded by one, confirmed by another; the page of the dry run."""
    shown = clerk.send(
        "/exchange", seen_at="/exchange", files={"file": (name, content, XLSX)}, what=what
    )
    assert shown.status_code == 200, shown.text
    path = shown.url.path
    assert second.send(f"{path}/confirm", seen_at=path).status_code == 200
    return path


def counts(regions: Regions, path: str, actor: Any) -> dict[str, int]:
    """Outcomes of an import."""
    found = regions.read(path, actor)["counts"]
    return {name: number for name, number in found.items() if number}


@pytest.mark.obligation("NB23-010")
def test_ten_units_of_the_application_imported_twice_are_ten(
    regions: Regions, clerk: Portal, second: Portal
) -> None:
    rows = app_rows(10)
    officer = people.clerk(HAISHU)

    first = taken_in(clerk, second, "单位.jsonl", lines_of(rows), "units")
    rows[0] |= {"单位名称": "应用样本改名电子有限公司"}
    again = taken_in(clerk, second, "单位.jsonl", lines_of(rows), "units")
    linked = wait_until(
        lambda: regions.read("/exchange/units", officer)["items"], what="the numbers"
    )
    back = clerk.http.get("/exchange/units.xlsx")

    mine = [one for one in linked if one["external_id"] in {r["应用单位编号"] for r in rows}]
    assert counts(regions, first, officer) == {"new": 10}
    assert counts(regions, again, officer) == {"changed": 1, "unchanged": 9}
    assert len(mine) == 10
    assert sorted(one["unit"]["code"] for one in mine) == sorted(
        str(row["统一社会信用代码/项目编号"]) for row in rows
    )
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(back.content)).get_sheet_by_index(0)
    heading, *exported = sheet.to_python()
    assert heading[0] == "应用单位编号"
    assert {row[0] for row in exported} >= {str(row["应用单位编号"]) for row in rows}


@pytest.mark.obligation("NB23-010")
def test_where_the_pack_names_no_application_all_else_goes_on(regions: Regions) -> None:
    weihai = people.clerk("371002")
    portal = sign_in(regions.system, weihai, "wh-exchange")
    try:
        page = portal.page("/imports")
        gone = portal.http.get("/exchange")
    finally:
        portal.leave()

    refused = regions.send(
        "POST", "/imports", weihai, at=DAY,
        body={"file_name": "x.jsonl", "columns": ["name_text"], "rows": [["甲"]], "system": "某应用"},
    )  # fmt: skip
    assert regions.read("/exchange", weihai)["system"] == ""
    assert "交换数据" not in page
    assert gone.status_code == 404
    assert refused.status_code == 422
    assert regions.enter("371002")["standing"] == "registered"


@pytest.mark.obligation("NB23-031")
def test_a_cultivation_record_with_an_app_number_is_updated_not_doubled(
    regions: Regions, clerk: Portal, second: Portal
) -> None:
    firm, officer = regions.enter(HAISHU), people.clerk(HAISHU)
    row: dict[str, object] = {
        "应用记录编号": f"TJ-{firm['code']}", "单位代码": firm["code"], "日期": "2026-03-02",
        "体检方式": first_choice(regions, officer, "check_up", "体检方式"), "体检者": "第三方机构",
        "体检所见": "工资支付台账不全",
    }  # fmt: skip

    taken_in(clerk, second, "体检.jsonl", lines_of([row]), "check_up")
    row |= {"体检所见": "工资支付台账已补全"}
    path = taken_in(clerk, second, "体检.jsonl", lines_of([row]), "check_up")
    records = kept(regions, officer, "check_up", firm)
    back = clerk.http.get("/exchange/check_up.jsonl").text

    assert counts(regions, path, officer) == {"changed": 1}
    assert [r["values"]["findings"] for r in records] == ["工资支付台账已补全"]
    assert records[0]["values"]["app_id"] == row["应用记录编号"]
    assert str(row["应用记录编号"]) in back


def first_choice(regions: Regions, actor: Any, kind: str, heading: str) -> str:
    """The first thing that may be chosen in a column."""
    layout = regions.read(f"/record-templates/{kind}", actor)
    column = next(c for c in layout["columns"] if c["heading"] == heading)
    return str(column["choices"][0]["says"])


def kept(regions: Regions, actor: Any, kind: str, firm: Row) -> list[Row]:
    """Records of a kind about a unit."""
    page = regions.read("/records", actor, kind=kind, unit_id=firm["unit_id"])
    return list(page["items"])


@pytest.mark.obligation("HN-152")
def test_a_list_of_fifty_imported_twice_is_still_fifty(regions: Regions) -> None:
    firms = import_units(regions, HUNAN, 50, at=DAY)
    officer, second = people.clerk(HUNAN), people.reviewer(HUNAN)
    source = first_choice(regions, officer, "earlier_list", "所列名单")
    rows = [[unit_id, source] for unit_id in firms]
    body = {
        "kind": "earlier_list", "file_name": "前期名单.xlsx", "columns": ["单位代码", "所列名单"],
        "rows": rows, "is_last": True,
    }  # fmt: skip

    reports = []
    for _ in range(2):
        staged = posted(regions, "/record-imports", officer, None, body)
        posted(regions, f"/imports/{staged['import_id']}/confirmation", second, None, {})
        reports.append(counts(regions, f"/imports/{staged['import_id']}", officer))
    page = regions.read("/records", officer, kind="earlier_list", limit=500)

    assert reports == [{"new": 50}, {"unchanged": 50}]
    assert len(page["items"]) == 50
    assert all(record["values"]["sources"] for record in page["items"])


def test_the_template_comes_back_filled_in_and_an_old_one_is_told_by_its_headings(
    regions: Regions, clerk: Portal
) -> None:
    firm = regions.enter(HAISHU)
    template = clerk.http.get("/record-imports/check_up.xlsx").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(template))
    headings = [str(cell) for cell in book.get_sheet_by_index(0).to_python()[0]]
    row = {"单位代码": firm["code"], "日期": "2026-03-02", "体检者": "张", "体检所见": "无"}
    columns = [Column(h) for h in headings]
    full = write_book(columns, [[row.get(h, "") for h in headings]], sheet="体检服务")
    old = write_book(
        [Column(h) for h in [*headings[:-2], "去年的项目"]], [["1"]], sheet="体检服务",
        about={"模板版本": "check_up-0000"},
    )  # fmt: skip

    shown = _upload(clerk, full)
    refused = _upload(clerk, old)
    half = _upload(clerk, full[: len(full) // 2])

    assert shown.status_code == 200
    assert "必须填写“体检方式”" in shown.text
    assert refused.status_code == 422
    assert "较早的模板（check_up-0000" in refused.text
    assert "“去年的项目”不在现行模板里" in refused.text
    assert half.status_code == 422
    assert "不是完好的 .xlsx" in half.text


def _upload(clerk: Portal, content: bytes) -> Any:
    return clerk.send(
        "/record-imports",
        seen_at="/record-imports",
        files={"file": ("体检.xlsx", content, XLSX)},
        kind="check_up",
    )


def test_the_error_file_has_exactly_the_wrong_rows_with_their_numbers(clerk: Portal) -> None:
    rows = app_rows(5000)
    wrong = set(range(100, 5000, 200))
    for at in wrong:
        rows[at] |= {"职工人数": "若干"}
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, list(rows[0])[1:])
        for line, row in enumerate(rows, start=1):
            page.write_row(line, 0, list(row.values())[1:])

    shown = clerk.send(
        "/imports", seen_at="/imports", files={"file": ("五千行.xlsx", target.getvalue(), XLSX)}
    )
    link = next(part for part in shown.text.split('"') if part.startswith("/files/"))
    back = clerk.http.get(link)

    table = CalamineWorkbook.from_filelike(io.BytesIO(back.content)).get_sheet_by_index(0)
    _heading, *found = table.to_python()
    assert len(wrong) == 25
    assert [str(row[-1]).split("：")[0] for row in found] == [
        f"第 {at + 2} 行" for at in sorted(wrong)
    ]
    assert all("应为整数" in str(row[-1]) for row in found)


LISTS = ("tasks", "plans", "plans-missing", "reports", "reports-missing", "gaps", "measures",
         "organisations", "posts", "duplicates", "applications", "nominations", "titles",
         "library", "cases", "reviews")  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_comes_as_a_workbook_with_its_headings(clerk: Portal, name: str) -> None:
    answer = clerk.http.get(f"/lists/{name}.xlsx")

    assert answer.status_code == 200, answer.text[:300]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names[1] == "说明"
    assert book.get_sheet_by_index(0).to_python()[0][0]
