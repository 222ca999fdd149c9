"""Hunan's record book: work plans of seven and three items, pilots, persons, services."""

from __future__ import annotations

from datetime import date

import pytest

from shared.contracts.refusals import Refused
from tests.support.book import TODAY, Book, enter_body, join
from tests.support.regions import Regions, Row

PROVINCE, CITY, DISTRICT, PACK = "430000", "430300", "430302", "hunan-2023"


@pytest.fixture(scope="module")
def book(regions: Regions) -> Book:
    """The book of a city's office."""
    return Book(regions, CITY)


@pytest.fixture(scope="module")
def firm(regions: Regions) -> Row:
    """An enterprise of the city."""
    return regions.enter(DISTRICT)


@pytest.mark.obligation("HN-010", "HN-012", "HN-013", "HN-018")
def test_a_new_plan_has_every_item_open_and_every_part_with_a_state(
    book: Book, regions: Regions, firm: Row
) -> None:
    plan = book.plan(firm)
    area = book.plan(enter_body(regions, DISTRICT, "township", PACK))
    of_weihai = Book(regions, "371002").plan(regions.enter("371002"))

    assert list(plan) == ["C1", "C2", "C3", "C4", "C5", "C6", "C7"]
    assert {item["state"] for item in plan.values()} == {"open"}
    assert [p["state_text"] for p in plan["C3"]["parts"]] == ["未开始"] * 5
    assert [p["id"] for p in area["A2"]["parts"]] == [
        "coordination", "supervision", "conflict", "rights",
    ]  # fmt: skip
    assert [f["name"] for f in area["A2"]["fields"]] == ["publicity", "guidance", "platform"]
    assert all("监督委员会" not in item["name"] for item in of_weihai.values())


@pytest.mark.obligation("HN-011")
def test_a_hundred_and_ninety_of_two_hundred_is_ninety_five(book: Book, regions: Regions) -> None:
    firm = regions.enter(DISTRICT)
    book.set_item(firm, "C2", values={"workers": 200, "contracted": 190, "collective": 50})

    shares = {s["id"]: s["percent"] for s in book.plan(firm)["C2"]["ratios"]}

    assert shares == {"contract_share": "95.0", "collective_share": "25.0"}


@pytest.mark.obligation("HN-014", "HN-015")
@pytest.mark.parametrize("item", ["C5", "C6"])
def test_a_committee_without_founding_date_is_not_done(
    book: Book, regions: Regions, item: str
) -> None:
    firm = regions.enter(DISTRICT)
    members = {"members": "工会主席、职工代表"}
    with pytest.raises(Refused) as early:
        book.set_item(firm, item, state="done", values=members)

    book.set_item(firm, item, state="done", values=members | {"founded_on": "2024-05-01"})

    assert early.value.status == 422
    assert early.value.errors[0]["pointer"] == "/values/founded_on"
    assert "委员会成立日期" in early.value.errors[0]["says"]
    done = book.plan(firm)[item]
    assert (done["state"], done["values"]["founded_on"]) == ("done", "2024-05-01")
    assert done["values"]["members"] == members["members"]


@pytest.mark.obligation("HN-016")
def test_a_care_measure_is_listed_under_its_item(book: Book, regions: Regions) -> None:
    firm = regions.enter(DISTRICT)
    book.write(
        "care_measure", {"title": "哺乳室"}, by=regions.user(firm), unit_id=firm["unit_id"]
    )  # fmt: skip

    [listed] = book.plan(firm)["C7"]["records"]

    assert (listed["title"], listed["on"]) == ("哺乳室", TODAY.isoformat())


@pytest.mark.obligation("HN-069")
def test_a_city_without_named_persons_is_on_the_list(book: Book, regions: Regions) -> None:
    before = [key for key in book.gap("no_responsible_person") if key.startswith(CITY)]
    body = before[0].removeprefix(f"{CITY} ")
    book.write("post", {"body": body, "person": "陈主任", "task": "评价机制"})

    after = [key for key in book.gap("no_responsible_person") if key.startswith(CITY)]

    assert len(before) == 4
    assert after == before[1:]
    other = Book(regions, "430400").gap("no_responsible_person")
    assert len([key for key in other if key.startswith("430400")]) == 4


@pytest.mark.obligation("HN-070")
def test_the_last_meeting_seven_months_ago_is_too_long_ago(regions: Regions) -> None:
    province = Book(regions, PROVINCE)
    held = date(2025, 8, 10)
    topics = {"kind": "创建活动工作相关会议", "topics": "年度安排", "minutes": "会议纪要全文"}
    meeting = province.write("meeting", topics, at=held)

    assert PROVINCE not in province.gap("no_meeting", at=date(2026, 2, 9))
    row = province.regions.read("/gaps", province.clerk, date(2026, 3, 10), gap="no_meeting")
    mine = next(r for r in row["items"][0]["rows"] if r["key"] == PROVINCE)

    assert (mine["since"], row["items"][0]["limit"]) == ("2025-08-10", 6)
    assert meeting["node"] == PROVINCE


@pytest.mark.obligation("HN-073")
def test_two_bottlenecks_one_solved_leave_one_open(book: Book) -> None:
    one, two = (book.write("bottleneck", {"title": title}) for title in ("用工备案", "数据共享"))
    book.move(two, "solved", {"solution": "联合发文"})
    book.write("sub_project", {"title": "园区示范"})

    counted = book.count("bottleneck")

    assert (counted["records"], counted["open"]) == (2, 1)
    assert counted["states"] == {"open": 1, "solved": 1}
    assert [r["record_id"] for r in book.find("bottleneck", open_only=True)] == [one["record_id"]]
    assert book.find("sub_project")[0]["state_text"] == "筹备"


@pytest.mark.obligation("HN-099")
def test_of_ten_creating_units_the_two_without_contact_are_listed(regions: Regions) -> None:
    city = Book(regions, "430700")
    units = [join(regions, regions.enter("430702")) for _ in range(10)]
    rows = [
        {"kind": "contact_person", "unit_id": unit["unit_id"], "values": {"person": f"联系人{n}"}}
        for n, unit in enumerate(units[:8])
    ]
    answer = regions.send("POST", "/record-batches", city.clerk, at=TODAY, body={"rows": rows})

    missing = city.gap("no_contact_person")

    assert answer.json()["kept"] == 8
    assert sorted(missing) == sorted(unit["unit_id"] for unit in units[8:])
    held = city.find("contact_person", unit_id=units[0]["unit_id"])
    assert held[0]["on"] == TODAY.isoformat()


@pytest.mark.obligation("HN-139")
def test_the_unions_services_are_counted_by_kind(book: Book, firm: Row) -> None:
    union = book.seat("工会")
    for kind in ("法律援助", "法律援助", "政策咨询"):
        at = date(2025, 5, 6)
        book.write("union_service", {"kind": kind, "unit": firm["unit_id"]}, by=union, at=at)

    counted = book.count("union_service", year=2025)

    assert counted["fields"]["kind"] == {"legal_aid": 2, "advice": 1}


@pytest.mark.obligation("HN-141")
def test_guidance_by_the_federation_is_in_the_unit_file(book: Book, regions: Regions) -> None:
    firm, federation = regions.enter(DISTRICT), book.seat("工商")
    values = {"kind": "诊断式", "unit": firm["code"], "content": "薪酬体系诊断"}
    book.write("employer_guidance", values, by=federation)

    [told] = book.file(firm)

    assert (told["side"], told["body"]) == ("employers", federation.body)
    assert {"诊断式", "薪酬体系诊断"} <= {f["text"] for f in told["fields"]}


@pytest.mark.obligation("HN-147")
def test_an_industry_pilot_without_trade_union_is_kept_with_a_warning(
    book: Book, regions: Regions
) -> None:
    industry = enter_body(regions, CITY, "industry", PACK)
    partners = {"chamber": "市餐饮商会"}
    alone = book.write("pilot", partners, unit_id=industry["unit_id"])
    together = book.write(
        "pilot", partners | {"trade_union": "市产业工会"}, unit_id=industry["unit_id"]
    )

    assert [(w["code"], w["clause"]) for w in alone["warnings"]] == [
        ("partner_union_missing", "HN23:五(九).1")
    ]
    assert together["warnings"] == []
    kept = regions.read(f"/records/{alone['record_id']}", book.clerk)
    assert kept["warnings"] == alone["warnings"]
    outcomes = {rule["rule_id"]: rule["outcome"] for rule in kept["history"][0]["rules"]}
    assert outcomes == {"record.pilot.trade_union": "not_met", "record.pilot.chamber": "met"}


@pytest.mark.obligation("HN-148")
def test_a_pilot_industry_has_eight_rule_sets_with_state_and_document(
    book: Book, regions: Regions
) -> None:
    industry = enter_body(regions, CITY, "industry", PACK)
    text = {"rule": "薪酬支付制度", "title": "薪酬支付办法", "file": {"name": "办法.pdf"}}
    book.write("rule_set", text, unit_id=industry["unit_id"])
    book.set_item(industry, "I1", parts={"pay": "done"})

    rules = book.plan(industry)["I1"]

    assert len(rules["parts"]) == 8
    assert {p["id"]: p["state"] for p in rules["parts"] if p["state"] != "open"} == {"pay": "done"}
    documents = [f["text"] for r in rules["records"] for f in r["fields"] if f["form"] == "file"]
    assert documents == ["办法.pdf"]


@pytest.mark.obligation("HN-154", "HN-155")
def test_the_two_named_places_are_pilots_and_a_running_one_shows_its_stage(
    regions: Regions,
) -> None:
    province = Book(regions, PROVINCE)
    named = province.find("service_pilot", values=["kind=劳动关系基本公共服务试点"])
    values = {"kind": "standardisation", "place": "岳麓区"}
    begun = province.write("service_pilot", values, on=date(2024, 7, 1))
    running = province.move(begun, "running", {})

    listed = province.find("service_pilot", states=["running"])

    assert {text["text"] for r in named for text in r["fields"] if text["name"] == "place"} == {
        "长沙市", "湘潭经开区",
    }  # fmt: skip
    assert {r["node"] for r in named} == {"430100", "430373"}
    shown = next(r for r in listed if r["record_id"] == running["record_id"])
    assert (shown["state_text"], shown["on"]) == ("建设中", "2024-07-01")
    assert "岳麓区" in [f["text"] for f in shown["fields"]]


@pytest.mark.obligation("HN-160")
def test_a_task_without_safeguards_is_refused_by_the_fields_name(book: Book) -> None:
    task = {"title": "扩面", "owner": "市人社局", "focus": "扩大覆盖", "schedule": "三季度"}

    refused = book.refused("task_sheet", task)

    assert (refused.status, refused.clause) == (422, "HN23:六(二).1")
    assert [e["says"] for e in refused.errors] == ["必须填写“保障措施”"]
    assert book.write("task_sheet", task | {"safeguards": "经费"})["state_text"] == "未开始"
