"""Weihai's record book: work plans, cultivation, services and what is missing."""

from __future__ import annotations

from datetime import date

import pytest

from deploy.sample import people
from shared.contracts.refusals import Refused
from tests.support.book import TODAY, Book, enter_body, join
from tests.support.regions import Regions, Row

CITY, DISTRICT, PACK = "371000", "371002", "weihai-2023"


@pytest.fixture(scope="module")
def book(regions: Regions) -> Book:
    """The book of Huancui's office."""
    return Book(regions, DISTRICT)


@pytest.fixture(scope="module")
def firm(regions: Regions) -> Row:
    """An enterprise of the district."""
    return regions.enter(DISTRICT)


@pytest.fixture(scope="module")
def street(regions: Regions) -> Row:
    """A street of the district."""
    return enter_body(regions, DISTRICT, "township", PACK)


@pytest.mark.obligation("WH-011", "WH-013", "WH-014", "WH-016", "WH-018")
def test_a_new_plan_has_every_item_open_and_every_part_with_a_state(
    book: Book, firm: Row, street: Row
) -> None:
    plan, of_street = book.plan(firm), book.plan(street)

    assert list(plan) == ["C1", "C2", "C3", "C4", "C5", "C6"]
    assert {item["state"] for item in plan.values()} == {"open"}
    assert "党组织" in plan["C1"]["name"]
    assert [(p["says"], p["state_text"]) for p in plan["C3"]["parts"]] == [
        ("劳动报酬", "未开始"), ("休息休假", "未开始"), ("劳动安全卫生", "未开始"),
        ("社会保险", "未开始"), ("职业技能培训", "未开始"),
    ]  # fmt: skip
    assert [f["form"] for f in plan["C4"]["fields"] if f["name"].endswith("_on")] == ["date"] * 4
    assert [f["name"] for f in plan["C6"]["fields"]] == ["measures"]
    assert list(of_street) == ["A1", "A2", "A3"]
    assert len(of_street["A2"]["parts"]) == 3
    assert [f["name"] for f in of_street["A2"]["fields"]] == ["publicity", "guidance", "platform"]


@pytest.mark.obligation("WH-012", "WH-015")
def test_done_waits_for_what_it_needs(book: Book, regions: Regions) -> None:
    firm = regions.enter(DISTRICT)
    with pytest.raises(Refused) as early:
        book.set_item(firm, "C5", state="done")
    figures = {"labour_coverage": 95, "collective_coverage": 80}
    book.set_item(firm, "C2", state="doing", values=figures)
    committee = {"committee_on": "2025-06-01", "members": "张三、李四"}
    book.set_item(firm, "C5", state="done", values=committee)

    plan = book.plan(firm)

    assert (early.value.status, early.value.clause) == (422, "WH:四(一).4")
    assert "调解委员会成立日期" in early.value.errors[0]["says"]
    assert early.value.errors[0]["pointer"] == "/values/committee_on"
    assert [t["text"] for t in plan["C2"]["texts"]] == ["95", "80"]
    assert (plan["C5"]["state_text"], plan["C5"]["changed_on"]) == ("已完成", TODAY.isoformat())
    with pytest.raises(Refused) as stale:
        book.set_item(firm, "C5", state="open")
    assert stale.value.code == "revision_changed"


@pytest.mark.obligation("WH-067", "WH-078")
def test_guidance_is_in_the_file_and_beside_its_indicator(book: Book, regions: Regions) -> None:
    firm = regions.enter(DISTRICT)
    inner = {"subject": "健全内部协商协调机制", "advice": "按季协商", "inner": "已建立协商会"}
    book.write("guidance", inner, unit_id=firm["unit_id"])
    given = {"subject": "standard", "indicators": ["E5d"], "group": "一组", "advice": "提高占比"}
    on_item = book.write("guidance", given, unit_id=firm["unit_id"])

    assert "已建立协商会" in [f["text"] for r in book.file(firm) for f in r["fields"]]
    beside = book.file(firm, indicator="E5d")
    assert [r["record_id"] for r in beside] == [on_item["record_id"]]
    assert beside[0]["on"] == TODAY.isoformat()
    assert book.file(firm, indicator="E1a") == []


@pytest.mark.obligation("WH-069")
def test_three_new_coordinators_in_a_street_count_three_more(book: Book, street: Row) -> None:
    before = book.count("coordinator", unit_id=street["unit_id"], year=2026)["records"]
    for name in ("甲", "乙", "丙"):
        book.write("coordinator", {"person": name}, unit_id=street["unit_id"])

    after = book.count("coordinator", "unit", unit_id=street["unit_id"], year=2026)

    assert after["records"] == before + 3
    assert after["groups"][street["unit_id"]]["persons"] == before + 3


@pytest.mark.obligation("WH-070")
def test_an_enterprise_without_a_coordinator_is_on_the_list(book: Book, regions: Regions) -> None:
    with_one, without = (join(regions, regions.enter(DISTRICT)) for _ in range(2))
    book.write("contact_person", {"person": "王协调"}, unit_id=with_one["unit_id"])
    for kind in ("劳动用工咨询", "矛盾纠纷调解"):
        said = {"kind": kind, "person": "王协调", "content": "上门"}
        book.write("service", said, unit_id=with_one["unit_id"])

    missing = book.gap("no_coordinator")

    assert without["unit_id"] in missing
    assert with_one["unit_id"] not in missing
    counted = book.count("service", unit_id=with_one["unit_id"])
    assert counted["fields"]["kind"] == {"advice": 1, "mediation": 1}


@pytest.mark.obligation("WH-072")
def test_the_enterprise_reads_a_closed_diagnosis(book: Book, regions: Regions) -> None:
    firm = regions.enter(DISTRICT)
    checker = {"kind": "一对一劳动用工“诊断”", "checker": "区人社局"}
    opened = book.write("check_up", checker, unit_id=firm["unit_id"])
    found = {"findings": "考勤缺失", "follow_up": "一个月后回访"}
    closed = book.move(opened, "closed", found)

    seen = book.file(firm, who=regions.user(firm))

    assert closed["state_text"] == "已办结"
    assert {"考勤缺失", "一个月后回访"} <= {f["text"] for f in seen[0]["fields"]}


@pytest.mark.obligation("WH-073")
def test_counselling_for_thirty_is_in_the_unit_file(book: Book, regions: Regions) -> None:
    firm = regions.enter(DISTRICT)
    values = {"kind": "心理健康咨询", "title": "心理讲座", "people": 30}
    book.write("activity", values, by=regions.user(firm), unit_id=firm["unit_id"])

    [seen] = book.file(firm)

    assert (seen["on"], seen["side"]) == (TODAY.isoformat(), "unit")
    assert {"心理健康咨询", "30"} <= {f["text"] for f in seen["fields"]}


@pytest.mark.obligation("WH-075")
def test_a_culture_item_is_shown_where_its_indicator_is_looked_at(
    book: Book, regions: Regions
) -> None:
    firm = regions.enter(DISTRICT)
    values = {"kind": "企业文化", "title": "企业精神", "indicators": ["E6a", "E7a"]}
    item = book.write("culture_item", values, by=regions.user(firm), unit_id=firm["unit_id"])

    for indicator in ("E6a", "E7a"):
        assert book.file(firm, indicator=indicator)[0]["record_id"] == item["record_id"]
    assert book.file(firm, indicator="E6b") == []


@pytest.mark.obligation("WH-076")
def test_a_cultivated_enterprise_has_its_level_its_start_and_its_end(
    book: Book, regions: Regions
) -> None:
    firm = regions.enter(DISTRICT)
    entry = book.write("cultivation_entry", {"level": "县级"}, unit_id=firm["unit_id"])
    ended = book.end(entry, TODAY)

    assert (entry["values"]["level"], entry["on"]) == ("district", TODAY.isoformat())
    assert ended["ends_on"] == TODAY.isoformat()


@pytest.mark.obligation("WH-077")
def test_bodies_without_a_group_and_enterprises_without_a_pair_are_listed(
    book: Book, regions: Regions
) -> None:
    city = Book(regions, CITY)
    bodies = [seat.body for seat in people.seats(CITY)]
    for body in bodies[:3]:
        city.write("working_group", {"body": body, "name": f"{body}工作小组"})
    firm = regions.enter(DISTRICT)
    book.write("cultivation_entry", {"level": "district"}, unit_id=firm["unit_id"])

    assert len(bodies) == 4
    assert [k for k in city.gap("no_group") if k.startswith(CITY)] == [f"{CITY} {bodies[3]}"]
    assert firm["unit_id"] in book.gap("no_pair")
    pair = {"body": bodies[0], "group": f"{bodies[0]}工作小组"}
    book.write("pairing", pair, unit_id=firm["unit_id"])
    assert firm["unit_id"] not in book.gap("no_pair")


@pytest.mark.obligation("WH-079")
def test_an_open_problem_counts_as_open(book: Book, regions: Regions) -> None:
    firm = regions.enter(DISTRICT)
    said = {"field": "规范劳动用工", "text": "未签合同", "owner": "区人社局"}
    one, two = (book.write("problem", said, unit_id=firm["unit_id"]) for _ in range(2))
    book.move(two, "closed", {"closed_on": "2026-03-10", "solution": "已补签"})

    counted = book.count("problem", unit_id=firm["unit_id"])

    assert (counted["records"], counted["open"]) == (2, 1)
    assert [r["record_id"] for r in book.find("problem", unit_id=firm["unit_id"], open_only=True)] == [
        one["record_id"]
    ]  # fmt: skip


@pytest.mark.obligation("WH-080")
def test_a_training_holds_its_subjects_and_who_came(book: Book, firm: Row) -> None:
    subjects = ["劳动关系领域法律法规和相关政策", "工资工时制度", "企业民主管理制度和集体协商"]
    values = {"title": "春季班", "subjects": subjects, "units": [firm["code"]], "attendees": 25}
    at = date(2025, 4, 8)
    held = book.write("training", values, at=at)

    counted = book.count("training", year=2025)

    assert held["values"]["subjects"] == ["law", "pay", "democracy"]
    assert held["values"]["units"] == [firm["unit_id"]]
    assert counted["fields"]["subjects"] == {"law": 1, "pay": 1, "democracy": 1}
    assert counted["sums"]["attendees"] == 25
    fifth = book.refused("training", values | {"subjects": ["烹饪"]}, at=at)
    assert fifth.errors[0]["pointer"] == "/values/subjects"


@pytest.mark.obligation("WH-081")
def test_a_cultivated_enterprise_unvisited_for_thirteen_months_is_due(
    book: Book, regions: Regions
) -> None:
    late, lately = (regions.enter(DISTRICT, at=date(2024, 1, 8)) for _ in range(2))
    book.write("instructor", {"person": "周指导"}, at=date(2024, 1, 8))
    for firm, month in ((late, 2), (lately, 4)):
        start = date(2024, 1, 9)
        book.write("cultivation_entry", {"level": "city"}, unit_id=firm["unit_id"], at=start)
        visit = {"instructor": "周指导", "content": "工资集体协商"}
        book.write("instructor_visit", visit, unit_id=firm["unit_id"], at=date(2025, month, 10))

    due = book.gap("not_visited")

    assert late["unit_id"] in due
    assert lately["unit_id"] not in due


@pytest.mark.obligation("WH-110")
def test_a_task_without_owner_is_refused_by_the_fields_name(book: Book) -> None:
    task = {"focus": "扩大参与面", "schedule": "2026-09-30", "safeguards": "经费保障"}

    refused = book.refused("task_sheet", task)
    kept = book.write("task_sheet", task | {"owner": "区总工会样例科"})

    assert (refused.status, refused.clause) == (422, "WH:七(二).1")
    assert [e["says"] for e in refused.errors] == ["必须填写“责任主体”"]
    assert kept["state_text"] == "未开始"
    assert book.count("task_sheet")["fields"]["owner"]["区总工会样例科"] == 1
    for field in task:
        short = {**task, "owner": "甲", field: ""}
        assert book.refused("task_sheet", short).errors[0]["pointer"] == f"/values/{field}"


@pytest.mark.obligation("WH-117")
def test_three_legal_aid_services_in_the_first_quarter(book: Book, regions: Regions) -> None:
    firm, union = regions.enter(DISTRICT), book.seat("工会")
    for month in (1, 2, 3, 4):
        values = {"kind": "法律援助", "people": 2}
        at = date(2025, month, 7)
        book.write("union_service", values, by=union, unit_id=firm["unit_id"], at=at)

    whole = book.count("union_service", "quarter", unit_id=firm["unit_id"])

    first = whole["groups"]["2025Q1"]
    assert first["fields"]["kind"] == {"legal_aid": 3}
    within = {"from_on": "2025-01-01", "to_on": "2025-03-31", "unit_id": firm["unit_id"]}
    assert book.count("union_service", **within)["records"] == 3


@pytest.mark.obligation("WH-119")
def test_a_diagnosis_by_the_federation_is_in_the_file_under_its_name(
    book: Book, regions: Regions
) -> None:
    firm, federation = regions.enter(DISTRICT), book.seat("工商")
    values = {"kind": "“诊断式”", "stage": "入企", "result": "提出三条建议"}
    book.write("employer_guidance", values, by=federation, unit_id=firm["unit_id"])

    found = regions.read(f"/units/{firm['unit_id']}/file", book.clerk)

    assert [(w["side_text"], w["body"]) for w in found["by_writer"]] == [
        ("企业方", federation.body)
    ]
    told = found["groups"][0]["records"][0]
    assert {"入企", "提出三条建议"} <= {f["text"] for f in told["fields"]}
