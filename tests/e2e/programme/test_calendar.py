"""Programme years and tasks through the public door, in all five regions."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx2
import pytest

from deploy.sample import people
from deploy.sample.chain import moment
from shared.contracts import registry_calendar as calendar
from tests.support.calendar import PAPER, Desk
from tests.support.regions import Regions, Row
from tests.support.town import Town

HEDONG, HUNAN, WEIHAI, HX = "120102", "430000", "371000", "330200.hx"
CITIES = (*(f"43{n:02}00" for n in range(1, 14)), "433100")


@pytest.fixture(scope="module")
def hedong(regions: Regions) -> Desk:
    """The office of 河东区, with nothing on record of what its calendar looks for."""
    desk = Desk(regions, HEDONG)
    desk.clear("call", "pilot_industry", "pilot_group", "pilot_chain", "recommendation")
    return desk


@pytest.fixture(scope="module")
def hunan(regions: Regions) -> Desk:
    """The office of the province, with nothing on record of what its calendar looks for."""
    desk = Desk(regions, HUNAN)
    desk.clear("leading_group", "review_rules", "industry_guideline")
    return desk


# --- programme years ----------------------------------------------------------------------


@pytest.mark.obligation("NB23-001")
def test_a_draft_that_nobody_put_to_work_opens_no_year(town: Town, regions: Regions) -> None:
    district, open_2024 = people.clerk("330206"), calendar.OpenCycle(year=2024)

    before = regions.refused(open_2024, district, date(2022, 6, 1))
    opened = regions.ask(open_2024, district, date(2024, 1, 8))
    twice = regions.refused(open_2024, district, date(2024, 1, 9))

    assert (before.status, before.code) == (409, "pack_not_activated")
    assert "启用" in before.says
    assert (opened["pack_id"], opened["pack_status"]) == ("ningbo-2023", "draft")
    assert opened["fingerprint"] == town.decision(opened["decision_id"])["pack"]["fingerprint"]
    assert (twice.status, twice.code) == (409, "cycle_open")


@pytest.mark.obligation("NB23-002")
def test_a_first_day_left_blank_is_null(regions: Regions) -> None:
    programme = regions.read("/programmes/330206", people.clerk("330206"))

    assert programme["pack_id"] == "ningbo-2023"
    assert programme["effective_on"] is None


@pytest.mark.obligation("HD-002")
def test_no_year_opens_after_the_window_of_the_programme(regions: Regions) -> None:
    clerk = people.clerk(HEDONG)

    refused = regions.refused(calendar.OpenCycle(year=2028), clerk, date(2027, 11, 2))
    inside = regions.ask(calendar.OpenCycle(year=2027), clerk, date(2027, 10, 31))

    assert (refused.status, refused.clause) == (409, "HD:三")
    assert inside["opens_on"] == "2027-10-31"


@pytest.mark.obligation("NB19-009")
def test_the_third_round_runs_from_2019_to_2023(regions: Regions) -> None:
    (third,) = regions.read(f"/programmes/{HX}", people.clerk(HX))["rounds"]

    assert "第三轮" in third["says"]
    assert (third["from_year"], third["to_year"]) == (2019, 2023)


# --- Ningbo -------------------------------------------------------------------------------


@pytest.mark.obligation("NB23-013")
def test_without_a_call_the_district_is_overdue_on_the_first_of_april(
    town: Town, regions: Regions
) -> None:
    desk = Desk(regions, "330226")
    desk.clear("call")

    in_time = desk.task("call", date(2024, 3, 31))
    overdue = desk.task("call", date(2024, 4, 1))
    desk.write("call", date(2024, 4, 2), title="倡议书", text="共建和谐", channels="官网")
    done = desk.task("call", date(2024, 4, 3))

    assert (in_time["state"], overdue["state"]) == ("due_soon", "overdue")
    assert overdue["due_on"] == "2024-03-31"
    assert (done["state"], done["done_on"], done["late"]) == ("done_late", "2024-04-02", True)


@pytest.mark.obligation("NB23-056")
def test_a_district_round_still_open_in_july_is_warned_of_and_taken_in(
    town: Town, regions: Regions
) -> None:
    desk, clerk = Desk(regions, "330205"), people.clerk("330205")
    task_id = "330205:district_selection:2024"
    not_begun = desk.tasks(date(2024, 5, 6), duty_id="district_selection")

    regions.ask(calendar.BeginTask(task_id=task_id), clerk, date(2024, 5, 6))
    before = desk.task("district_selection", date(2024, 6, 30))
    after = desk.task("district_selection", date(2024, 7, 1))
    close = calendar.CloseTask(task_id=task_id, done_on=date(2024, 7, 5), says="选树3家")
    unexplained = regions.refused(close, clerk, date(2024, 7, 5))
    reason = close.model_copy(update={"reason": "候选单位多，评审顺延。"})
    closed = regions.ask(reason, clerk, date(2024, 7, 5))["task"]

    assert not_begun == []
    assert (before["state"], before["warning"]) == ("due_soon", "")
    assert (after["state"], after["late"]) == ("past_usual", False)
    assert "通常时间" in after["warning"]
    assert (unexplained.status, unexplained.code) == (409, "reason_required")
    assert (closed["state"], closed["mark"]) == ("done", "after_usual")


# --- Weihai -------------------------------------------------------------------------------


@pytest.mark.obligation("WH-115")
def test_a_countys_board_shows_its_two_late_tasks(regions: Regions) -> None:
    for duty in ("recheck", "bulletin"):
        arranged = calendar.ArrangeDuty(
            duty_id=duty, year=2024, due_on=date(2024, 6, 28), source="市三方会议2024年工作安排"
        )
        regions.ask(arranged, people.clerk(WEIHAI), date(2024, 1, 8))
    wanted = calendar.ListTasks(node="371003", state="past")

    before = regions.ask(wanted, people.clerk("371003"), date(2024, 6, 28))
    board = regions.ask(wanted, people.clerk("371003"), date(2024, 7, 1))
    city = regions.ask(calendar.ListTasks(), people.clerk(WEIHAI), date(2024, 7, 1))
    elsewhere = regions.refused(calendar.ListTasks(node="371083"), people.clerk("371003"))

    assert before["items"] == []
    assert [t["duty_id"] for t in board["items"]] == ["bulletin", "recheck"]
    assert {n["node"]: n["past"] for n in city["by_node"]}["371003"] == 2
    assert elsewhere.status == 403


# --- Hedong -------------------------------------------------------------------------------


@pytest.mark.obligation("HD-026")
def test_mobilising_not_done_on_31_december_is_overdue(hedong: Desk) -> None:
    last_day = hedong.task("mobilise", date(2024, 12, 31))
    after = hedong.task("mobilise", date(2025, 1, 1), 2024)

    assert (last_day["state"], after["state"]) == ("due_soon", "overdue")
    assert after["closes_key"] == "call"


@pytest.mark.parametrize(
    "duty",
    [
        pytest.param("pilot_industry", marks=pytest.mark.obligation("HD-029")),
        pytest.param("pilot_group", marks=pytest.mark.obligation("HD-033")),
        pytest.param("pilot_chain", marks=pytest.mark.obligation("HD-036")),
    ],
)
def test_a_bare_month_is_strict_before_it_and_overdue_after_it(hedong: Desk, duty: str) -> None:
    days = (date(2024, 10, 31), date(2024, 11, 1), date(2024, 11, 30), date(2024, 12, 1))
    states = [hedong.task(duty, day)["state"] for day in days]
    shown = hedong.task(duty, date(2025, 2, 3))

    assert states == ["due_soon", "past_strict", "past_strict", "overdue"]
    assert (shown["due_on"], shown["late_after"]) == ("2024-10-31", "2024-11-30")
    assert "2024年11月前" in shown["due_text"]


@pytest.mark.obligation("HD-030", "HD-034", "HD-037")
def test_each_pilot_at_work_has_its_task_of_summing_up_from_2025(
    hedong: Desk, regions: Regions
) -> None:
    kinds = {"industry": "leading_body", "group": "head_office", "supply_chain": "trade"}
    units = {
        kind: regions.enter(HEDONG, kind, at=date(2024, 9, 2), details={field: "牵头单位"})
        for kind, field in kinds.items()
    }
    leader = regions.enter(HEDONG, at=date(2024, 9, 2))["unit_id"]
    made = {
        "industry": hedong.write(
            "pilot_industry", date(2024, 9, 9), unit=units["industry"]["unit_id"], base="基础好"
        ),
        "group": hedong.write("pilot_group", date(2024, 9, 9), unit=units["group"]["unit_id"]),
        "chain": hedong.write(
            "pilot_chain", date(2024, 9, 9), unit=units["supply_chain"]["unit_id"], leader=leader
        ),
    }

    before = {k: hedong.tasks(date(2024, 12, 2), duty_id=f"widen_{k}") for k in made}
    after = {k: hedong.task(f"widen_{k}", date(2025, 1, 6)) for k in made}
    chosen = {k: hedong.task(f"pilot_{k}", date(2024, 12, 2))["state"] for k in made}

    assert before == {"industry": [], "group": [], "chain": []}
    assert {k: t["about"] for k, t in after.items()} == {k: r["record_id"] for k, r in made.items()}
    assert {t["due_on"] for t in after.values()} == {"2025-12-31"}
    assert set(chosen.values()) == {"done"}


@pytest.mark.obligation("HD-051")
def test_a_batch_is_not_sent_without_the_citys_arrangement(hedong: Desk) -> None:
    from shared.contracts import registry_acts, registry_records

    clerk, day = people.clerk(HEDONG), date(2024, 5, 6)
    document = hedong.regions.ask(
        registry_acts.AddDocument(
            title="关于开展市级评选推荐的通知", issuer="天津市协调劳动关系三方", level="city"
        ),
        clerk, day,
    )  # fmt: skip
    batch = hedong.write("recommendation", day, title="demonstration", name="2024年推荐")
    send = registry_records.MoveRecord(
        record_id=batch["record_id"], revision=batch["revision"], state="sent"
    )

    refused = hedong.regions.refused(send, clerk, day)
    linked = send.model_copy(update={"values": {"city_document": document["document_id"]}})
    sent = hedong.regions.ask(linked, clerk, day)

    assert (refused.status, refused.code) == (409, "city_document_missing")
    assert sent["state"] == "sent"


# --- Hunan: the annex, its divisions, who is missing ----------------------------------------

LABOUR = ["劳动关系处（科）"]
ANNEX: dict[int, tuple[str, dict[str, Any]]] = {
    1: ("HN-168", {"due_on": "2023-03-31", "lead": LABOUR}),
    3: ("HN-170", {"due_on": None, "lead": None}),
    4: ("HN-171", {"due_on": "2024-10-31"}),
    5: ("HN-172", {"due_on": None, "period": "创建活动全程"}),
    6: ("HN-173", {"due_on": "2024-12-31"}),
    7: ("HN-174", {"due_on": None}),
    8: ("HN-175", {"due_on": None, "note": "按人社部部署安排"}),
    9: ("HN-176", {"period": "认定期内"}),
    10: ("HN-179", {"period": "持续推进"}),
    11: ("HN-180", {"period": "持续推进"}),
    12: ("HN-181", {"due_on": "2027-12-31"}),
    13: ("HN-182", {"due_on": None}),
}


@pytest.fixture(scope="module")
def annex(hunan: Desk) -> dict[int, Row]:
    """The tasks of the annex by number, as the province reads them in March 2023."""
    return {t["number"]: t for t in hunan.tasks(date(2023, 3, 6)) if t["number"]}


@pytest.mark.parametrize(
    "number", [pytest.param(n, marks=pytest.mark.obligation(row)) for n, (row, _) in ANNEX.items()]
)
def test_a_task_of_the_annex_reads_as_printed(annex: dict[int, Row], number: int) -> None:
    task, wanted = annex[number], ANNEX[number][1]

    assert {name: task[name] for name in wanted} == wanted


@pytest.mark.obligation("HN-168", "HN-170", "HN-171", "HN-174", "HN-176", "HN-182")
def test_owners_divisions_and_the_goal_of_the_annex(annex: dict[int, Row]) -> None:
    assert annex[1]["owners"] == ["省、市州协调劳动关系三方会议成员单位"]
    assert [len(annex[n]["lead"]) for n in (7, 9)] == [3, 7]
    assert [len(annex[n]["owners"]) for n in (4, 13)] == [4, 3]
    assert annex[3]["target"]["value"] == "20000"


@pytest.mark.obligation("HN-169")
def test_the_second_task_of_the_annex_is_the_cities_own(regions: Regions) -> None:
    task = Desk(regions, "430200").task("annex_02", date(2023, 3, 6))

    assert task["owners"] == ["市州协调劳动关系三方会议成员单位"]
    assert task["due_on"] == "2023-03-31"


@pytest.mark.obligation("HN-066")
def test_a_leading_group_formed_on_2_april_is_late_and_taken_in(hunan: Desk) -> None:
    hunan.write("leading_group", date(2023, 4, 2), title="成立领导小组的通知")

    task = hunan.task("annex_01", date(2023, 4, 3))

    assert (task["done"], task["late"], task["done_on"]) == (True, True, "2023-04-02")


@pytest.mark.obligation("HN-071")
def test_tasks_are_filtered_by_their_division(hunan: Desk) -> None:
    labour = hunan.tasks(date(2023, 3, 6), lead="劳动关系处")
    inspection = hunan.tasks(date(2023, 3, 6), lead="劳动保障监察局")
    owned = hunan.tasks(date(2023, 3, 6), owner="省总工会")

    assert {t["number"] for t in labour} == {1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}
    assert [t["number"] for t in inspection] == [7, 9]
    assert [t["number"] for t in owned] == [4]


@pytest.mark.obligation("HN-072")
def test_of_fourteen_cities_the_two_that_filed_no_plan_are_named(regions: Regions) -> None:
    from shared.contracts.registry_acts import FilePlan

    for city in CITIES[:12]:
        plan = FilePlan(year=2023, sections={"工作安排": "按省方案"}, window_from=date(2023, 3, 1))
        regions.ask(plan, people.clerk(city), date(2023, 3, 20))

    (duty,) = regions.read(
        "/duties", people.clerk(HUNAN), date(2023, 4, 3), year=2023, duty_id="annex_02"
    )["duties"]

    assert (duty["nodes"], duty["done"], duty["due_on"]) == (14, 12, "2023-03-31")
    assert duty["missing_nodes"] == list(CITIES[12:])
    assert "怀化" not in "".join(duty["missing"])
    assert "湘西" in "".join(duty["missing"])


@pytest.mark.obligation("HN-095")
def test_without_review_rules_the_task_is_overdue_since_the_end_of_2024(hunan: Desk) -> None:
    last_day = hunan.task("annex_06", date(2024, 12, 31))
    after = hunan.task("annex_06", date(2025, 1, 1))

    assert (last_day["state"], after["state"]) == ("due_soon", "overdue")
    assert after["late_after"] == "2024-12-31"


@pytest.mark.obligation("HN-151")
def test_cultivation_for_the_national_round_opens_a_year_before_it(regions: Regions) -> None:
    desk = Desk(regions, "430300")
    unknown = desk.task("national_cultivation", date(2025, 3, 3))
    arranged = calendar.ArrangeDuty(
        duty_id="national_cultivation", year=2026, due_on=date(2026, 6, 1), source="国家三方通知"
    )
    regions.ask(arranged, people.clerk(HUNAN), date(2025, 3, 4))

    may = desk.task("national_cultivation", date(2025, 5, 31))
    june = desk.task("national_cultivation", date(2025, 6, 1))
    detail = desk.detail(june["task_id"], date(2025, 6, 1))
    unit = regions.enter("430300", at=date(2025, 3, 3))["unit_id"]
    chosen: dict[str, Any] = {"round_year": 2026, "reason": "创建基础好"}
    desk.write("cultivation_entry", date(2025, 4, 1), about=unit, **chosen)
    early = desk.task("national_cultivation", date(2025, 6, 2))
    desk.write("cultivation_entry", date(2025, 7, 1), about=unit, **chosen)
    done = desk.task("national_cultivation", date(2025, 7, 2))

    assert (early["done"], done["done"]) == (False, True)
    assert (unknown["state"], unknown["due_on"]) == ("waiting", None)
    assert (may["state"], june["state"]) == ("waiting", "open")
    assert (june["opens_on"], june["due_on"]) == ("2025-06-01", "2026-06-01")
    assert detail["day_source"] == "国家三方通知"


# --- Ningbo 2019 --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "duty",
    [
        pytest.param("plan_document", marks=pytest.mark.obligation("NB19-010")),
        pytest.param("bargaining_opinion", marks=pytest.mark.obligation("NB19-041")),
    ],
)
def test_a_document_task_is_done_once_the_file_is_stored_with_its_day(
    regions: Regions, duty: str
) -> None:
    desk = Desk(regions, HX)
    desk.clear(duty)
    before = desk.task(duty, date(2019, 11, 4))

    desk.write(duty, date(2019, 11, 5), title="正式文本", file=PAPER.model_dump())
    after = desk.task(duty, date(2019, 11, 6))

    assert (before["done"], after["done"]) == (False, True)
    assert after["done_on"] == "2019-11-05"


@pytest.mark.obligation("NB19-068")
def test_districts_and_systems_without_a_yearly_plan_are_named(regions: Regions) -> None:
    asked = {"year": 2020, "duty_id": "year_plan"}
    (empty,) = regions.read("/duties", people.clerk(HX), date(2020, 3, 2), **asked)["duties"]
    lacking = empty["missing_nodes"][-2:]
    for node in empty["missing_nodes"][:-2]:
        paper = PAPER.model_dump()
        Desk(regions, node).write("year_plan", date(2020, 3, 2), title="年度计划", file=paper)

    (duty,) = regions.read("/duties", people.clerk(HX), date(2020, 3, 3), **asked)["duties"]

    assert duty["missing_nodes"] == lacking
    assert len(duty["missing"]) == 2
    assert all("创建工作领导小组办公室" in name for name in duty["missing"])


# --- acts, and the calendar as others read it ----------------------------------------------


def test_what_people_do_about_a_task_stays_on_record(regions: Regions) -> None:
    desk, clerk = Desk(regions, "430400"), people.clerk("430400")
    task_id, at = "430400:annex_12:2027", moment(date(2025, 4, 7), 15)
    regions.ask(calendar.AssignTask(task_id=task_id, persons=("刘明", "陈晓")), clerk, at)
    regions.ask(calendar.NoteTask(task_id=task_id, says="确定8个培育点"), clerk, at)
    closed = regions.ask(
        calendar.CloseTask(task_id=task_id, done_on=date(2025, 4, 7), files=(PAPER,)), clerk, at
    )
    later = regions.refused(
        calendar.CloseTask(task_id=task_id, done_on=date(2025, 4, 7)), clerk, at
    )
    regions.ask(calendar.ReopenTask(task_id=task_id, reason="附件有误"), clerk, at)
    found = desk.detail(task_id, at)

    assert closed["task"]["persons"] == ["刘明", "陈晓"]
    assert (later.status, later.code) == (409, "task_closed")
    assert [a["act"] for a in found["acts"]] == ["reopened", "closed", "noted", "assigned"]
    assert found["task"]["state"] == "open"
    assert found["acts"][1]["learned_at"].startswith("2025-04-07T07:00")
    assert "培育提升" in found["wording"]


def test_a_task_that_a_record_closes_is_not_closed_by_hand(hunan: Desk) -> None:
    close = calendar.CloseTask(task_id="430000:annex_04:2024", done_on=date(2024, 5, 6))

    refused = hunan.regions.refused(close, people.clerk(HUNAN), date(2024, 5, 6))

    assert (refused.status, refused.code) == (409, "not_closed_by_hand")
    assert "行业评价指引" in refused.says


def test_the_calendar_is_read_by_other_calendars(regions: Regions) -> None:
    answer: httpx2.Response = regions.send(
        "GET", "/tasks.ics", people.clerk("430300"), at=date(2024, 3, 4), year=2024, own="true"
    )
    lines = answer.text.replace("\r\n ", "").split("\r\n")

    assert answer.headers["content-type"].startswith("text/calendar")
    assert "UID:430300:year_report:2024@hexie" in lines
    assert lines[lines.index("UID:430300:year_report:2024@hexie") + 1].startswith("SUMMARY:湘潭")
    assert "DTSTART;VALUE=DATE:20241130" in lines
