"""The calendar as officers use it: a task closed late, a plan filed and taken in, a year entered."""

from __future__ import annotations

from datetime import date

from deploy.sample.chain import SECTIONS
from deploy.sample.story import law_today
from tests.browser.hands import KEYBOARD
from tests.browser.portal import Portal
from tests.browser.year import Year


def test_a_task_past_its_usual_day_is_closed_with_its_reason_by_keyboard(
    portal: Portal, year: Year
) -> None:
    assert year.titled
    clerk = portal.person("hs-jb", hand=KEYBOARD).go("/calendar?year=2026&own=1")
    clerk.follow("单位自评自荐完成")
    clerk.act("指定责任人", "保存", {"姓名": "刘明、陈晓"})
    clerk.act("记录进展", "记录", {"进展": "已收到32家企业的自评材料"})

    clerk.fill({"办结日期": law_today(), "完成情况": "全部完成"}).press("办结", within="main")
    refused = clerk.text
    clerk.fill({"理由": "企业复工较晚，自评顺延。"}).press("办结", within="main")

    assert "须写明理由" in refused
    assert "已办结" in clerk.text
    assert "晚于通常时间" in clerk.text
    assert "刘明、陈晓" in clerk.text
    assert "全部完成" in clerk.row("企业复工较晚")


def test_a_plan_goes_from_the_districts_form_to_the_citys_receipt(
    portal: Portal, year: Year
) -> None:
    assert year.titled
    clerk = portal.person("hs-jb").go("/plans?year=2028")
    sections: dict[str, str | date] = dict(SECTIONS)
    clerk.fill({**sections, "选树计划": ""}).press("印发并报备")
    lacking = clerk.text
    clerk.fill({"选树计划": "择优向市级推荐。"}).press("印发并报备")

    city = portal.person("nb-jb").go("/plans?year=2028").follow("海曙区")
    city.act("收件", "收件", {"收件意见": "收悉"})

    assert "选树计划" in lacking
    assert "年度安排缺少" in lacking
    assert "已收件" in city.text
    assert "收悉" in city.text


def test_an_administrator_enters_the_days_off_of_a_coming_year(portal: Portal, year: Year) -> None:
    assert year.titled
    admin = portal.person("sys")
    form = {
        "年份": "2032",
        "通知文号": "国办发明电〔2031〕0号",
        "放假": "元旦 2032-01-01 2032-01-03",
    }
    admin.go("/workdays").fill({**form, "调休上班日": "2032-01-05"}).press("录入")
    refused = admin.text
    admin.fill({"调休上班日": "2032-01-10"}).press("录入")
    admin.go("/workdays?start=2031-12-31&days=1")

    assert "本来就是工作日" in refused
    assert "国办发明电〔2031〕0号" in admin.text
    assert "2032-01-05" in admin.text
