"""Story 6: from a confirmed event to a title taken away, its plaque brought back, its end published."""

from __future__ import annotations

import re

from deploy.sample.story import law_today
from tests.browser.hands import KEYBOARD
from tests.browser.portal import Person, Portal
from tests.browser.year import Year
from tests.support.agencies import Agencies
from tests.support.batch import wait_for_status
from tests.support.oversight import title_of, wait_for_title

_SEATS = ("nb-xw1", "nb-xw2", "nb-xw3", "nb-xw4")


def _issue_plaque(clerk: Person, title_id: str) -> None:
    clerk.go(f"/titles/{title_id}")
    clerk.act("发放铭牌", "登记发放", {"发放日期": law_today(), "领取人": "单位负责人"})


def _confirm(clerk: Person, name: str) -> None:
    """From the alarm on the desk to the case that the confirmation opened."""
    clerk.go("/").follow(re.compile(f"^{re.escape(name)}"))
    clerk.act(
        "核实属实", "确认属实", {"违法情节": "重大", "核实情况": "调阅案卷并约谈，情况属实。"}
    )
    clerk.follow("退出案件")


def test_an_exit_case_goes_from_confirmation_to_publication_by_keyboard_alone(
    portal: Portal, year: Year, agencies: Agencies
) -> None:
    unit = year.take()
    name = unit["name_text"]
    title = portal.behind(lambda: title_of(portal.system, unit))
    clerk = portal.person("nb-jb", hand=KEYBOARD)
    _issue_plaque(clerk, title["title_id"])
    agencies.get("ldjc-330203").accepted(
        "labour_inspection.case_decided", unit["code"], severity="major"
    )

    _confirm(clerk, name)
    case = clerk.path
    opened = clerk.text
    clerk.act(
        "记录单位陈述", "记录",
        {"听取日期": law_today(), "陈述人": "法定代表人", "陈述内容": "对事实无异议，已整改。"},
    )  # fmt: skip
    clerk.reads("对事实无异议，已整改。")
    for login in _SEATS:
        seat = portal.person(login, hand=KEYBOARD).go(case)
        seat.act(
            "发表三方意见", "提交意见", {"意见": "同意取消命名", "说明": "事实清楚，同意取消。"}
        )
        assert "意见已记录" in seat.text
    decider = portal.person("nb-sd", hand=KEYBOARD).go(case)
    decider.act("会商结论", "作出结论", {"结论": "取消命名", "结论理由": "经集体会商，取消命名。"})
    portal.behind(lambda: wait_for_title(portal.system, unit, "revoked"))
    clerk.go(f"/titles/{title['title_id']}")
    revoked = clerk.page.locator(".head").inner_text()
    clerk.act("收回铭牌", "登记收回", {"收回日期": law_today(), "交回人": "单位负责人"})
    publisher = portal.person("nb-sd", hand=KEYBOARD).go(case)
    publisher.act("向社会公布取消", "公布")

    assert "重大劳动保障违法行为" in opened
    assert "已取消" in revoked
    removals = portal.anybody().go("/public/removals")
    assert name in removals.text
    plaque = removals.go(f"/public/plaques/{title['plaque']['number']}")
    assert "已取消" in plaque.text
    assert name not in removals.go("/public/register").text
    checked = portal.behind(lambda: wait_for_status(portal.system, unit, "normal", held=True))
    assert checked["may_inspect"] is True
