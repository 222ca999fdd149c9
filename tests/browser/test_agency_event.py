"""Story 5: a signed decision of labour inspection arrives, and every desk knows within a second."""

from __future__ import annotations

import re
import time

import pytest

from tests.browser.hands import KEYBOARD, MOUSE, Hand
from tests.browser.portal import Person, Portal
from tests.browser.year import Year
from tests.support.agencies import Agencies
from tests.support.batch import wait_for_status
from tests.support.waiting import wait_until


def _asked_for_when_shown(clerk: Person, says: str) -> float:
    """The moment the first page that shows it was asked for."""

    def look() -> float:
        asked_at = time.monotonic()
        clerk.page.reload()
        alarms = clerk.page.get_by_role("region", name="警示")
        return asked_at if alarms.count() and says in alarms.inner_text() else 0.0

    return wait_until(look, seconds=10, what=f"工作台 shows {says}")


def _a_second(clerk: Person) -> float:
    """A second; on a machine busy with other things, the time the desk itself takes ten times."""
    began = time.monotonic()
    clerk.go("/").page.reload()
    return max(1.0, (time.monotonic() - began) * 5)


@pytest.mark.parametrize("hand", [MOUSE, KEYBOARD], ids=["mouse", "keys"])
def test_a_decision_suspends_at_once_and_the_visit_is_back_on_the_plan(
    portal: Portal, year: Year, agencies: Agencies, hand: Hand
) -> None:
    unit = year.take()
    portal.behind(lambda: wait_for_status(portal.system, unit, "exempt"))
    agency = agencies.get("ldjc-330203")
    planner = portal.person("nb-jc", hand=hand).go("/").menu("检查计划核对")
    one = planner.page.locator("section", has_text="查一个单位")
    planner.fill({"检查事项": "劳动保障监察日常检查", "单位代码": unit["code"]}, one).press("查询")
    before = planner.row(unit["code"])
    clerk = portal.person("nb-jb", hand=hand)
    a_second = _a_second(clerk)

    sent_at = time.monotonic()
    agency.accepted("labour_inspection.case_decided", unit["code"], severity="major")
    asked_at = _asked_for_when_shown(clerk, unit["name_text"])
    alarm = clerk.row(unit["name_text"])
    planner.page.reload()
    after = planner.row(unit["code"])

    assert "不安排" in before
    assert asked_at - sent_at <= a_second
    assert "劳动保障监察案件处理决定" in alarm
    assert "已暂停" in alarm
    assert "可以安排" in after
    assert "已暂停享受" in after

    clerk.follow(_about(unit["name_text"])).follow("单位页面")
    assert clerk.heading == unit["name_text"]
    notice = clerk.page.locator(".notice.bad").inner_text()
    assert notice.startswith("已暂停享受")
    assert "ldjc-330203" in clerk.text  # whose event it was
    public = portal.anybody().go(f"/public/register?text={unit['name_text'][4:14]}")
    assert "有效" in public.row(unit["name_text"])  # a hold takes no title away


def _about(name: str) -> re.Pattern[str]:

    return re.compile(f"^{re.escape(name)}")
