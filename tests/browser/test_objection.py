"""Story 4: an objection during the notice stands in the way of naming until it has been answered."""

from __future__ import annotations

from datetime import date

from deploy.sample.chain import moment
from tests.browser.hands import KEYBOARD
from tests.browser.portal import Person, Portal
from tests.browser.year import YEAR, Year

_REASONS = {
    "培育不满期限的特别理由": "首次选树，经三方会商同意（A-26）。",
    "超出计划名额的理由": "测试名额，经会商同意。",
}
_SEATS = ("nb-xw1", "nb-xw2", "nb-xw3", "nb-xw4")


def _object(anybody: Person, notice: str, name: str) -> str:
    anybody.go(f"/public/notices/{notice}").fill(
        {
            "对哪个单位": name,
            "异议内容": "该单位去年底拖欠三名职工加班工资，至今没有补发。",
            "以谁的名义": "个人",
            "姓名或单位名称": "王某",
            "联系方式": "0574-0000 0001",
            "我确认以真实署名（单位盖章）提出": True,
        }
    )
    anybody.press("提交异议")
    return anybody.page.get_by_role("status").inner_text()


def test_naming_waits_for_the_finding_on_an_objection(portal: Portal, year: Year) -> None:
    name, nomination = year.objected["name_text"], f"/nominations/{year.nomination}"
    after = moment(date(YEAR, 10, 28))

    receipt = _object(
        portal.anybody(at=moment(date(YEAR, 10, 15)), hand=KEYBOARD), year.notice, name
    )
    for login in _SEATS:
        seat = portal.person(login, at=after, hand=KEYBOARD).go(nomination)
        seat.act("发表三方意见", "提交意见", {"意见": "同意", "说明": "同意命名。"})
    decider = portal.person("nb-sd", at=after, hand=KEYBOARD).go(nomination)
    warned = decider.page.locator(".notice.warn").inner_text()
    decider.act("报批审定，予以命名", "予以命名", dict(_REASONS))
    refused = decider.page.get_by_role("alert").inner_text()
    kept = decider.page.get_by_label("培育不满期限的特别理由").input_value()

    assert "已收到您的异议" in receipt
    assert "1 件异议尚未办结" in warned
    assert "异议" in refused
    assert "征求意见稿" in refused  # the clause it rests on
    assert kept == _REASONS["培育不满期限的特别理由"]  # nothing typed is lost

    clerk = portal.person("nb-jb", at=after, hand=KEYBOARD).go("/objections")
    clerk.follow_in_row(name, "2026-")
    assert "王某" in clerk.text  # who investigates sees who objected
    clerk.act(
        "异议调查结论", "提交结论",
        {"结论": "异议不属实", "调查情况": "调取工资台账，加班工资已足额发放。", "对候选单位": "保留候选资格"},
    )  # fmt: skip
    decider.go(nomination).act("报批审定，予以命名", "予以命名", dict(_REASONS))

    assert "已命名" in decider.text
    assert "件异议尚未办结" not in decider.text
