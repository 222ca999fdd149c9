"""Story 7: a planner hands in a plan of 500 visits and gets it back with what falls away, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import sheets
from tests.browser.hands import KEYBOARD, MOUSE, Hand
from tests.browser.portal import Portal
from tests.browser.year import Year, number
from tests.support.batch import a_unit, wait_for_status

_PLAN = ("序号", "单位名称", "统一社会信用代码/项目编号", "计划检查日期")


@pytest.mark.parametrize("hand", [MOUSE, KEYBOARD], ids=["mouse", "keys"])
def test_a_plan_of_500_visits_comes_back_with_conclusion_reason_and_clause(
    portal: Portal, year: Year, tmp_path: Path, hand: Hand
) -> None:
    titled, recognised = year.titled[-1], year.recognised
    portal.behind(lambda: wait_for_status(portal.system, titled, "exempt"))
    unknown = a_unit("330212", number(90_000))
    named = [(titled["name_text"], titled["code"]), (recognised["name_text"], recognised["code"])]
    named += [(u.name, u.code) for u in year.plain]
    named += [(f"未登记单位{n}", a_unit("330212", number(91_000 + n)).code) for n in range(97)]
    named.append((unknown.name, unknown.code))
    plan = [[n, name, code, "2026-12-01"] for n, (name, code) in enumerate(named, start=1)]
    planner = portal.person("nb-jc", hand=hand).go("/").menu("检查计划核对")

    upload = planner.page.locator("section", has_text="核对整份计划")
    planner.fill({"检查事项": "劳动保障监察日常检查"}, upload)
    planner.fill({"计划文件": sheets.write(tmp_path / "十二月检查计划.xlsx", plan, _PLAN)}, upload)
    planner.press("核对")
    shown = planner.row(titled["code"])
    headings, rows = sheets.read(planner.download("下载加注后的文件", tmp_path))

    assert len(plan) == len(rows) == 500
    assert "不安排" in shown
    assert headings == [*_PLAN, "核对结论", "理由", "依据", "暂停享受"]
    assert [row[:4] for row in rows] == plan
    assert [row[4] for row in rows] == ["不安排", "减少频次"] + ["可以安排"] * 400 + ["未在册"] * 98
    assert all("《实施办法（征求意见稿）》三（三）" in row[6] for row in rows[:2])
    assert all(row[5] for row in rows)
    assert not any(row[7] for row in rows)
