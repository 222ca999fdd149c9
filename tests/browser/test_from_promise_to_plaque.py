"""Story 2: an enterprise commits, assesses itself, votes, applies; it is recognised, named, and shown."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from deploy.sample.chain import moment
from tests.browser.hands import KEYBOARD, MOUSE
from tests.browser.portal import Person, Portal
from tests.browser.year import STORY_YEAR, Year
from tests.support.waiting import wait_until

_DISTRICT = ("hs-xw1", "hs-xw2", "hs-xw3", "hs-xw4")
_CITY = ("nb-xw1", "nb-xw2", "nb-xw3", "nb-xw4")


def _on(month: int, day: int) -> datetime:
    return moment(date(STORY_YEAR, month, day))


def _someone(portal: Portal, login: str, month: int, day: int) -> Person:
    return portal.person(login, at=_on(month, day), hand=KEYBOARD)


def _offered(person: Person, path: str, act: str) -> Person:
    """The page once it offers the act: another service may still be hearing of the step before."""

    def seen() -> bool:
        person.go(path)
        return person.page.locator("summary", has_text=act).count() > 0

    wait_until(seen, seconds=10, what=f"{path} offers {act}")
    return person


def _promise(portal: Portal, unit: str) -> None:
    enterprise = _someone(portal, "qy-new", 2, 10).go("/")
    enterprise.act(
        "提交创建承诺书", "提交", {"签署人": "张建国", "签署日期": _on(2, 9).date(), "承诺书文件名": "承诺书.pdf"}
    )  # fmt: skip
    office = _someone(portal, "hs-jb", 2, 12).go("/").follow_line("创建承诺书待受理")
    assert office.path == unit
    office.act("受理创建承诺", "受理")
    assert "已受理创建承诺" in office.text


def _assess(portal: Portal, unit: str, evidence: Path) -> None:
    enterprise = _offered(_someone(portal, "qy-new", 4, 2), unit, "开始自评")
    enterprise.act("开始自评", "开始自评").follow("填写中")
    items = enterprise.page.locator("main form section")
    assert items.count() > 20
    for number in range(items.count()):
        item = items.nth(number)
        enterprise.hand = (
            KEYBOARD if number < 3 else MOUSE
        )  # three are enough to show that it can be done
        enterprise.hand.tick(item.get_by_role("radio", name="符合", exact=True))
        enterprise.fill({"说明": "对照标准逐项自查。", "佐证材料": evidence}, item)
    enterprise.hand = KEYBOARD
    enterprise.press("保存并完成自评")
    assert "自评已完成" in enterprise.text
    enterprise.act(
        "登记会议决议", "登记",
        {
            "会议": "职工代表大会", "召开日期": _on(4, 2).date(),
            "应到人数": "60", "实到人数": "52", "赞成人数": "49",
        },
    )  # fmt: skip


def _apply(portal: Portal, unit: str) -> str:
    enterprise = _offered(_someone(portal, "qy-new", 4, 3), unit, "提交认定申请")
    enterprise.act("提交认定申请", "提交申请", {"申请说明": "自评达标，经职代会通过，申请认定。"})
    return enterprise.follow("已收件，待受理").path


def _recognise(portal: Portal, application: str, unit: str) -> None:
    office = _someone(portal, "hs-jb", 4, 8).go(application).act("受理申请", "受理")
    for login in _DISTRICT:
        seat = _someone(portal, login, 5, 12).go("/").go(application)
        seat.act("发表三方意见", "提交意见", {"意见": "同意", "说明": "同意认定。"})
    reviewer = _someone(portal, "hs-sh", 5, 16).go(application)
    reviewer.act("作出认定决定", "作出决定", {"决定": "认定为和谐劳动关系单位"})
    assert "已认定" in reviewer.text
    office = _offered(_someone(portal, "hs-jb", 5, 20), unit, "列入培育")
    office.act("列入培育", "列入培育", {"起始日期": _on(5, 20).date(), "培育目标": "市级示范"})


def _nominate(portal: Portal, round_: str, unit_name: str) -> str:
    enterprise = _offered(_someone(portal, "qy-new", 6, 10), round_, "自主申报")
    enterprise.act("自主申报", "申报", {"申报说明": "标准更高、成效可复制可推广。"})
    nomination = enterprise.follow(unit_name, within="main").path
    district = _someone(portal, "hs-sh", 6, 20).go(nomination)
    district.act(
        "区（县、市）审核",
        "提交审核结果",
        {"审核结果": "审核通过，报市级", "审核意见": "同意推荐。"},
    )
    city = _someone(portal, "nb-sh", 9, 10).go(nomination)
    city.act("市级审核", "提交审核结果", {"审核结果": "审核通过", "审核意见": "审核通过。"})
    return nomination


def _name(portal: Portal, round_: str, nomination: str) -> Person:
    clerk = _someone(portal, "nb-jb", 9, 13).go(round_)
    clerk.fill({"联系方式": "0574-0000 0000"}).press("发布公示")
    assert "公示已发布" in clerk.text
    for login in _CITY:
        seat = _someone(portal, login, 10, 12).go(nomination)
        seat.act("发表三方意见", "提交意见", {"意见": "同意", "说明": "同意命名。"})
    decider = _someone(portal, "nb-sd", 10, 12).go(nomination)
    decider.act(
        "报批审定，予以命名", "予以命名", {"培育不满期限的特别理由": "首次选树，经三方会商同意（A-26）。"}
    )  # fmt: skip
    return decider


def test_an_enterprise_goes_from_its_promise_to_the_plaque_by_keyboard_alone(
    portal: Portal, year: Year, tmp_path: Path
) -> None:
    unit, name = f"/units/{year.newcomer['unit_id']}", year.newcomer["name_text"]
    round_ = f"/rounds/{year.story_round}"
    evidence = tmp_path / "集体合同.pdf"
    evidence.write_bytes(b"%PDF-1.4\n%%EOF\n")

    _promise(portal, unit)
    _assess(portal, unit, evidence)
    application = _apply(portal, unit)
    _recognise(portal, application, unit)
    nomination = _nominate(portal, round_, name)
    decided = _name(portal, round_, nomination)

    assert "已命名" in decided.text
    public = portal.anybody(hand=KEYBOARD)

    def listed() -> bool:
        public.go("/public/register").fill({"单位名称": name}).press("查询")
        return name in public.text

    wait_until(listed, seconds=10, what="the public register lists the unit")
    public.follow_in_row(name, "330200")
    assert "称号有效" in public.text
    assert name in public.text
    assert public.page.locator("svg").count() > 0
