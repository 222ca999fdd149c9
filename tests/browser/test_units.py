"""A unit's life on the page: entered by form, amended, closed with a reason, opened again."""

from __future__ import annotations

from datetime import date

from deploy.sample.units import credit_code
from tests.browser.portal import Person, Portal, Value
from tests.browser.year import HAISHU, number

_CLOSED, _OPENED = date(2026, 9, 1), date(2026, 9, 15)


def _enter(clerk: Person, name: str, code: str) -> Person:
    clerk.menu("单位").follow("登记单位").follow("企业", within="main")
    clerk.fill({"企业名称": name, "统一社会信用代码": code, "所在地（区划代码）": HAISHU})
    clerk.fill({"行业（GB/T 4754）": "C34", "职工人数": "46"})
    return clerk.press("登记", within="main")


def test_a_unit_is_entered_amended_closed_and_opened_again(portal: Portal) -> None:
    name = "宁波海曙鸱礁机械有限公司"
    clerk = portal.person("nb-jb").go("/")

    entered = _enter(clerk, name, credit_code(HAISHU, number(2700)))
    heading, told = entered.heading, entered.text
    amended = clerk.follow("变更登记").fill({"职工人数": "52", "修改理由": "年中新招六人"})
    amended = amended.press("保存变更", within="main")
    heads = amended.page.locator("dt", has_text="职工人数").locator(
        "xpath=following-sibling::dd[1]"
    )
    now = heads.inner_text()
    closing: dict[str, Value] = {"注销日期": _CLOSED, "理由": "股东会决议解散"}
    closed = clerk.act("注销单位登记", "注销", closing).text
    opening: dict[str, Value] = {"恢复日期": _OPENED, "理由": "撤销解散决议"}
    opened = clerk.act("恢复登记", "恢复", opening).text

    assert heading == name
    assert "C34 制造业" in told
    assert now == "52"
    assert "已注销" in closed
    assert "股东会决议解散" in closed
    assert "变更登记" in opened
    assert "撤销解散决议" in opened
