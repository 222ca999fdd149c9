"""The record book at the portal: forms made from the pack, without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from deploy.sample import people
from tests.support.book import Book, join
from tests.support.portal import Portal, sign_in
from tests.support.regions import Regions, Row

NODE = "371073"


@pytest.fixture(scope="module")
def desk(regions: Regions) -> Iterator[Portal]:
    """Huancui's clerk at the portal."""
    found = sign_in(regions.system, people.clerk(NODE), "hc-book")
    yield found
    found.leave()


@pytest.fixture(scope="module")
def firm(regions: Regions) -> Row:
    """A creating enterprise."""
    return join(regions, regions.enter(NODE, name_text="威海门户样例机械有限公司"))


def test_a_record_is_written_amended_and_closed_from_forms(desk: Portal, firm: Row) -> None:
    form = "/records/problem/new"
    given = {"unit_id": firm["name_text"], "field": "employment", "text": "合同未续签"}

    short = desk.send(form, seen_at=form, **given)
    kept = desk.send(form, seen_at=form, **given, owner="区人社局")
    one = str(kept.url.path)
    amended = desk.send(
        f"{one}/amend", seen_at=f"{one}/amend", revision="1", reason="补写",
        on="2026-03-02", field="employment", text="合同到期未续签", owner="区人社局",
    )  # fmt: skip
    early = desk.send(f"{one}/state", seen_at=one, revision="2", node=NODE, state="closed")
    done = desk.send(
        f"{one}/state", seen_at=one, revision="2", node=NODE, state="closed",
        closed_on="2026-03-05", solution="已续签",
    )  # fmt: skip

    assert short.status_code == 422
    assert "必须填写“负责人或单位”" in short.text
    assert "合同未续签" in short.text, "what was typed is there again"
    assert "已记录" in kept.text
    assert "合同到期未续签" in amended.text
    assert "补写" in amended.text
    assert early.status_code == 422
    assert "办结日期" in early.text
    assert "已办结" in done.text


def test_lists_show_figures_and_go_out_as_a_workbook(
    desk: Portal, regions: Regions, firm: Row
) -> None:
    book = Book(regions, NODE)
    values = {"kind": "一对一劳动用工“诊断”", "checker": "区人社局"}
    book.write("check_up", values, unit_id=firm["unit_id"])

    index, listed = desk.page("/records"), desk.page("/records/check_up?f-kind=diagnosis")
    nothing = desk.page("/records/check_up?f-kind=legal&year=2001")
    sheet = desk.http.get("/records/check_up.xlsx?f-kind=diagnosis")

    assert "法治体检和用工诊断" in index
    assert "缺口" in index
    assert firm["name_text"] in listed
    assert "没有符合条件的法治体检和用工诊断" in nothing
    assert sheet.headers["content-type"].endswith("spreadsheetml.sheet")


def test_the_unit_page_shows_file_and_work_plan_and_sets_an_item(
    desk: Portal, regions: Regions
) -> None:
    unit = join(regions, regions.enter(NODE))
    page, item = f"/units/{unit['unit_id']}", f"/units/{unit['unit_id']}/work-plan/C5"
    committee = {"committee_on": "2025-05-01", "members": "三人"}

    early = desk.send(item, seen_at=item, revision="0", state="done")
    desk.send(item, seen_at=item, revision="0", state="done", **committee)
    shown = desk.page(page)

    assert early.status_code == 422
    assert "调解委员会成立日期" in early.text
    assert "创建重点内容" in shown
    assert "1 / 6 项已完成" in shown
    assert "工作档案" in shown


def test_gaps_lead_to_the_form_that_closes_them(desk: Portal, firm: Row) -> None:
    listed, rows = desk.page("/gaps"), desk.page("/gaps/no_coordinator")
    found = re.search(rf'href="(/records/contact_person/new\?unit_id={firm["unit_id"]})"', rows)

    assert "没有协调员定点联系的企业" in listed
    assert found
    assert firm["name_text"] in desk.page(found[1])


def test_what_a_place_publishes_is_open_to_everybody(regions: Regions) -> None:
    book = Book(regions, NODE)
    talk = {"series": "送法进企业", "mode": "线上", "topic": "工资支付", "attendees": 98765}
    book.write("event", talk)
    inner = book.write("meeting", {"topics": "研判", "conclusions": "不公开的结论"})
    anybody = regions.system.http

    page = anybody.get(f"/public/records/event?node={NODE}")
    rows = anybody.get(f"/public/v1/records/event?node={NODE}").json()
    closed = anybody.get(f"/public/v1/records/meeting?node={NODE}")

    assert "工资支付" in page.text
    assert "98765" not in page.text
    assert {f["name"] for r in rows["items"] for f in r["fields"]} == {"series", "mode", "topic"}
    assert closed.status_code == 404
    assert inner["record_id"]
