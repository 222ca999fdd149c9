"""Plans and reports handed to the office above: sections, versions, last days to the minute."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.sample import people
from deploy.sample.chain import SECTIONS
from shared.contracts import registry_acts as acts
from shared.contracts import registry_calendar as calendar
from tests.support.calendar import PAPER, Desk
from tests.support.regions import Regions, Row
from tests.support.town import Town

PRACTICE: dict[str, Any] = {"title": "经验材料", "topic": "协商", "text": "可复制的做法"}
SHANGHAI = ZoneInfo("Asia/Shanghai")
CITY, HEDONG = "330200", "120102"


def minute(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def a_plan(**given: Any) -> acts.FilePlan:
    usual = {"year": 2024, "sections": SECTIONS, "window_from": date(2024, 1, 1)}
    return acts.FilePlan.model_validate(usual | given)


def codes(plan: Row) -> list[str]:
    return [warning["code"] for warning in plan["warnings"]]


# --- plans --------------------------------------------------------------------------------


@pytest.mark.obligation("NB23-021")
def test_a_plan_without_one_of_its_five_sections_is_refused_by_name(
    town: Town, regions: Regions
) -> None:
    lacking = {name: text for name, text in SECTIONS.items() if name != "选树计划"}

    refused = regions.refused(a_plan(sections=lacking), people.clerk("330213"), date(2024, 3, 4))
    programme = regions.read("/programmes/330213", people.clerk("330213"), date(2024, 3, 4))

    assert (refused.status, refused.code) == (422, "plan_section_missing")
    assert "选树计划" in refused.says
    assert refused.errors == [{"pointer": "/sections/选树计划", "says": "“选树计划”没有内容"}]
    assert [s["says"] for s in programme["plan_sections"]] == list(SECTIONS)


@pytest.mark.obligation("NB23-022")
def test_a_plan_is_late_ten_minutes_into_april_and_the_city_takes_it_in(
    town: Town, regions: Regions
) -> None:
    office = people.clerk(CITY)
    in_time = regions.ask(a_plan(), people.clerk("330213"), minute("2024-03-31T23:59"))
    late = regions.ask(a_plan(), people.clerk("330226"), minute("2024-04-01T00:10"))
    listed = regions.ask(acts.ListPlans(year=2024), office, date(2024, 4, 2))
    receive = acts.ReceivePlan(plan_id=late["plan_id"], says="收悉")
    own = regions.refused(receive, people.clerk("330226"), date(2024, 4, 2))
    received = regions.ask(receive, office, minute("2024-04-02T09:30"))
    again = regions.ask(acts.ListPlans(year=2024), office, date(2024, 4, 2))

    assert (in_time["late"], late["late"]) == (False, True)
    assert "plan_filed_late" in codes(late)
    assert {late["plan_id"], in_time["plan_id"]} <= {p["plan_id"] for p in listed["to_receive"]}
    assert not {"330213", "330226"} & {n["node"] for n in listed["missing"]}
    assert "330206" in {n["node"] for n in listed["missing"]}
    assert own.status == 403
    assert (received["status"], received["received_at"]) == ("received", "2024-04-02T01:30:00Z")
    assert late["plan_id"] not in {p["plan_id"] for p in again["to_receive"]}


@pytest.mark.obligation("NB23-020")
def test_a_version_that_changes_the_standard_after_filing_is_to_be_received_again(
    town: Town, regions: Regions
) -> None:
    clerk, office = people.clerk("330212"), people.clerk(CITY)
    first = regions.ask(a_plan(), clerk, date(2024, 1, 15))
    regions.ask(acts.ReceivePlan(plan_id=first["plan_id"]), office, date(2024, 1, 16))
    other = next(s for s in first["standards"].values() if s != first["standards"]["enterprise"])

    same = a_plan(publicity=True).model_dump(exclude={"reason"})
    draft = regions.ask(acts.SavePlan.model_validate(same), clerk, date(2024, 2, 5))
    unchanged = regions.ask(acts.IssuePlan(plan_id=draft["plan_id"]), clerk, date(2024, 2, 5))
    changed = acts.SavePlan.model_validate(same | {"standards": {"enterprise": other}})
    draft = regions.ask(changed, clerk, date(2024, 2, 19))
    in_force = regions.ask(acts.GetPlan(node="330212", year=2024), clerk)
    issued = regions.ask(acts.IssuePlan(plan_id=draft["plan_id"]), clerk, date(2024, 2, 20))
    waiting = regions.ask(acts.ListPlans(year=2024), office, date(2024, 2, 20))["to_receive"]
    received = regions.ask(acts.ReceivePlan(plan_id=issued["plan_id"]), office, date(2024, 2, 21))

    assert (unchanged["status"], unchanged["asks_receipt"]) == ("issued", False)
    assert (draft["status"], in_force["plan_id"]) == ("draft", unchanged["plan_id"])
    assert (issued["plan_version"], issued["status"], issued["asks_receipt"]) == (3, "issued", True)
    assert "standard_changed" in codes(issued)
    assert issued["plan_id"] in {p["plan_id"] for p in waiting}
    assert received["status"] == "received"
    assert [v["status"] for v in received["versions"]] == ["received", "issued", "received"]


@pytest.mark.obligation("WH-125")
def test_a_plan_without_a_publicity_part_shows_a_warning(regions: Regions) -> None:
    clerk, day = people.clerk("371082"), date(2024, 2, 5)
    window = {"year": 2024, "window_from": date(2024, 1, 1)}

    alone = regions.ask(acts.FilePlan(sections={"其他": "年度安排"}, **window), clerk, day)
    both = regions.ask(
        acts.FilePlan(sections={"其他": "年度安排", "宣传工作": "设立宣传专栏"}, **window),
        clerk,
        day,
    )

    assert "plan_without_publicity" in codes(alone)
    assert alone["warnings"][0]["clause"].startswith("WH:")
    assert "plan_without_publicity" not in codes(both)


# --- reports ------------------------------------------------------------------------------


def handed_in(regions: Regions, form: str, node: str, at: datetime, **more: str) -> Row:
    """The node's report with every section written and a file, handed in at an instant."""
    clerk = people.clerk(node)
    ask = calendar.GetReport(form=form, node=node, year=at.year)
    shown = regions.ask(ask, clerk, at)
    kept = calendar.SaveReport(
        form=form, node=node, year=at.year, revision=shown["revision"],
        sections={s["id"]: "已写明。" for s in shown["sections"]}, file=PAPER,
    )  # fmt: skip
    regions.ask(kept, clerk, at)
    submit = calendar.SubmitReport(form=form, node=node, year=at.year, **more)
    return dict(regions.ask(submit, clerk, at))


@pytest.mark.obligation("NB23-113")
def test_a_year_report_of_21_december_is_late_and_kept_with_its_file(
    town: Town, regions: Regions
) -> None:
    in_time = handed_in(regions, "year_report", "330213", minute("2024-12-20T23:59"))
    late = handed_in(regions, "year_report", "330226", minute("2024-12-21T08:00"))
    found = regions.read("/reports", people.clerk(CITY), date(2024, 12, 23), year=2024)

    assert (in_time["late"], late["late"]) == (False, True)
    assert (late["submitted_at"], late["file"]["name"]) == ("2024-12-21T00:00:00Z", "正文.pdf")
    assert {"330213", "330226"} <= {r["node"] for r in found["reports"]}
    missing = {m["node"]: m["state"] for m in found["missing"]}
    assert missing["330206"] == "overdue"
    assert not {"330213", "330226"} & missing.keys()


@pytest.mark.obligation("NB23-113")
def test_the_district_is_reminded_before_its_report_is_due(town: Town, regions: Regions) -> None:
    clerk = people.clerk("330281")

    regions.ask(calendar.RunReminders(), clerk, date(2024, 12, 2))
    inbox = regions.ask(calendar.ListReminders(), clerk, date(2024, 12, 2))["reminders"]

    told = next(r for r in inbox if r["subject"] == "330281:year_report:2024")
    assert (told["period"], told["due_on"]) == ("due_soon", "2024-12-20")


@pytest.mark.obligation("HD-052")
def test_a_report_in_december_is_past_its_strict_day_and_not_late(regions: Regions) -> None:
    Desk(regions, HEDONG).write("experience_paper", date(2024, 11, 4), **PRACTICE)

    report = handed_in(regions, "year_report", HEDONG, minute("2024-12-05T10:00"))

    assert (report["mark"], report["late"]) == ("after_strict", False)
    assert (report["due_on"], report["late_after"]) == ("2024-11-30", "2024-12-31")
    shown = {f["measure"] for s in report["sections"] for f in s["figures"]}
    assert {"named", "trainings"} <= shown


@pytest.mark.obligation("HD-053")
def test_the_mid_term_report_passes_its_strict_day_and_then_is_overdue(regions: Regions) -> None:
    desk = Desk(regions, HEDONG)
    shown = regions.ask(
        calendar.GetReport(form="mid_term", node=HEDONG, year=2025), people.clerk(HEDONG),
        date(2025, 10, 9),
    )  # fmt: skip

    states = [desk.task("mid_term", day)["state"] for day in
              (date(2025, 10, 31), date(2025, 11, 10), date(2025, 12, 1))]  # fmt: skip

    assert states == ["due_soon", "past_strict", "overdue"]
    assert [s["says"] for s in shown["sections"]] == [
        "总结提炼经验", "剖析存在问题", "研究改进措施",
    ]  # fmt: skip


@pytest.mark.obligation("HD-054")
def test_the_final_report_is_not_closed_without_an_expert_by_name(regions: Regions) -> None:
    desk, at = Desk(regions, HEDONG), minute("2027-10-20T10:00")
    desk.clear("expert", "department")
    desk.write("department", date(2027, 10, 8), name="区人力资源和社会保障局")
    desk.write("experience_paper", date(2027, 10, 8), **PRACTICE)

    with pytest.raises(Exception, match="experts_missing") as refused:
        handed_in(regions, "final_report", HEDONG, at)
    desk.write("expert", date(2027, 10, 12), person="赵岩", specialty="劳动关系")
    submit = calendar.SubmitReport(form="final_report", node=HEDONG, year=2027)
    closed = regions.ask(submit, people.clerk(HEDONG), at)

    assert getattr(refused.value, "status", 0) == 422
    assert (closed["status"], closed["mark"]) == ("submitted", "")


@pytest.mark.obligation("HN-164")
def test_a_citys_report_is_in_time_to_the_last_minute_of_november(regions: Regions) -> None:
    reason = "本年尚无成熟经验"
    in_time = handed_in(regions, "year_report", "430500", minute("2024-11-30T23:59"), reason=reason)
    late = handed_in(regions, "year_report", "430600", minute("2024-12-01T00:00"), reason=reason)
    receive = calendar.ReceiveReport(form="year_report", node="430500", year=2024)
    neighbour = regions.refused(receive, people.clerk("430600"), date(2024, 12, 2))
    received = regions.ask(receive, people.clerk("430000"), minute("2024-12-02T09:00"))

    assert (in_time["late"], late["late"]) == (False, True)
    assert (in_time["to_node"], in_time["submitted_at"]) == ("430000", "2024-11-30T15:59:00Z")
    assert neighbour.status == 403
    assert (received["status"], received["received_at"]) == ("received", "2024-12-02T01:00:00Z")


def test_a_report_sent_back_keeps_the_time_it_first_came_in(regions: Regions) -> None:
    node, form = "430700", "year_report"
    handed_in(regions, form, node, minute("2024-11-20T10:00"), reason="无")
    back = calendar.ReceiveReport(
        form=form, node=node, year=2024, outcome="returned", says="请补充培训情况"
    )
    returned = regions.ask(back, people.clerk("430000"), date(2024, 11, 25))
    again = handed_in(regions, form, node, minute("2024-12-03T10:00"), reason="无")
    fixed = calendar.SaveReport(form=form, node=node, year=2024, revision=9, sections={})
    closed = regions.refused(fixed, people.clerk(node), date(2024, 12, 4))

    assert (returned["status"], returned["remark"]) == ("returned", "请补充培训情况")
    assert (again["submitted_at"], again["late"]) == ("2024-11-20T02:00:00Z", False)
    assert (closed.status, closed.code) == (409, "report_state")
