"""Ningbo's two books: that of the tripartite conference and that of the offices of 2019."""

from __future__ import annotations

from datetime import date

import pytest

from deploy.sample import people
from deploy.sample.chain import moment
from shared.contracts.registry_units import SetMark
from tests.support.book import TODAY, Book
from tests.support.regions import Regions, Row

DISTRICT, OTHER, OFFICE = "330225", "330226", "330212.hx"


@pytest.fixture(scope="module")
def book(regions: Regions) -> Book:
    """The book of a district's tripartite office."""
    return Book(regions, DISTRICT)


@pytest.fixture(scope="module")
def office(regions: Regions) -> Book:
    """The book of a district's office of 2019."""
    return Book(regions, OFFICE)


@pytest.mark.obligation("NB23-015")
def test_known_units_neither_committed_nor_contacted_are_listed(regions: Regions) -> None:
    book = Book(regions, OTHER)
    units = [regions.enter(OTHER) for _ in range(10)]
    for unit in units[:6]:
        regions.system.do(regions.system.chain.commit(unit, moment(date(2026, 1, 6))))
    for unit in units[6:8]:
        book.write("contact", {"way": "电话动员"}, unit_id=unit["unit_id"])

    missing = book.gap("not_contacted")

    assert sorted(set(missing) & {u["unit_id"] for u in units}) == sorted(
        u["unit_id"] for u in units[8:]
    )


@pytest.mark.obligation("NB23-023")
def test_a_measure_under_labour_protection_is_in_the_unit_file(
    book: Book, regions: Regions
) -> None:
    unit = regions.enter(DISTRICT)
    values = {"heading": "加强劳动保护", "text": "增设除尘设备"}
    book.write("improvement", values, by=regions.user(unit), unit_id=unit["unit_id"])

    [seen] = book.file(unit)

    assert {f["text"] for f in seen["fields"]} == {"加强劳动保护", "增设除尘设备"}
    assert book.count("improvement", unit_id=unit["unit_id"])["records"] == 1
    own = book.file(unit, who=regions.user(unit))
    assert [r["record_id"] for r in own] == [seen["record_id"]]


@pytest.mark.obligation("NB23-032")
def test_a_closed_service_shows_need_provider_and_result(book: Book, regions: Regions) -> None:
    unit = regions.enter(DISTRICT)
    need = {"need": "工资支付", "kind": "指导服务", "provider": "区人社局"}
    opened = book.write("service", need, unit_id=unit["unit_id"])
    early = regions.send(
        "POST", f"/records/{opened['record_id']}/state", book.clerk, at=TODAY,
        body={"state": "closed"},
    )  # fmt: skip
    closed = book.move(opened, "closed", {"result": "建立工资台账"})

    [seen] = book.file(unit)

    assert early.status_code == 428, "a change names the revision it has seen"
    assert (closed["state_text"], seen["on"]) == ("已办结", TODAY.isoformat())
    assert {"工资支付", "指导服务", "区人社局", "建立工资台账"} == {
        f["text"] for f in seen["fields"]
    }


@pytest.mark.obligation("NB23-036")
def test_a_session_with_twenty_adds_twenty_trained(book: Book, regions: Regions) -> None:
    unit = regions.enter(DISTRICT)
    people_there = [f"学员{n:02d}" for n in range(20)]
    values = {
        "title": "协调员培训班", "subjects": ["工资支付管理", "集体协商"],
        "attendees": people_there, "units": [unit["code"]],
    }  # fmt: skip
    at = date(2025, 9, 3)
    book.write("training", values, at=at)
    book.write("training", values | {"attendees": people_there[:5]}, at=at)

    city = Book(regions, people.CITY)
    counted = city.count("training", "district", year=2025)
    by_unit = book.count("training", "unit", year=2025)

    trained = counted["groups"][DISTRICT]
    assert (trained["persons"], trained["person_times"]) == (20, 25)
    assert by_unit["groups"][unit["unit_id"]]["persons"] == 20
    assert trained["fields"]["subjects"] == {"pay": 2, "bargaining": 2}


@pytest.mark.obligation("NB23-037")
def test_thirty_of_forty_units_with_electronic_contracts_are_seventy_five_percent(
    book: Book, regions: Regions
) -> None:
    units = [regions.enter(DISTRICT) for _ in range(4)]
    rows = [
        {
            "kind": "e_contract", "unit_id": unit["unit_id"], "on": "2025-11-03",
            "values": {"used": number < 3, "contracts": 100 if number < 3 else 0},
        }
        for number, unit in enumerate(units)
    ]  # fmt: skip
    regions.send("POST", "/record-batches", book.clerk, at=TODAY, body={"rows": rows})

    counted = book.count("e_contract", year=2025)

    assert counted["shares"]["used"] == {"true": "75.0", "false": "25.0"}
    assert counted["sums"]["contracts"] == 300
    kept = book.find("e_contract", unit_id=units[0]["unit_id"])[0]
    assert (kept["values"], kept["on"]) == ({"used": True, "contracts": 100}, "2025-11-03")


@pytest.mark.obligation("NB23-107")
def test_the_union_logs_four_kinds_of_service_and_counts_them(book: Book) -> None:
    union = book.seat("工会")
    kinds = ["法律援助"] * 5 + ["政策咨询", "协商培训", "职业道德教育"]
    for kind in kinds:
        book.write("union_service", {"kind": kind}, by=union, at=date(2025, 6, 3))

    counted = book.count("union_service", year=2025)

    assert counted["fields"]["kind"]["legal_aid"] == 5
    assert len(counted["fields"]["kind"]) == 4
    assert book.refused("union_service", {"kind": "法律援助"}).status == 403


@pytest.mark.obligation("NB19-023")
def test_five_units_of_a_layer_are_filtered_and_their_guidance_is_kept(
    office: Book, regions: Regions
) -> None:
    units = [regions.enter("330212") for _ in range(6)]
    for unit in units[:5]:
        mark = SetMark(
            unit_id=unit["unit_id"], mark="layer", value="district", since=TODAY, reason="分级确定"
        )
        regions.ask(mark, office.clerk, TODAY)
    office.write("guidance", {"content": "完善协商制度"}, unit_id=units[0]["unit_id"])

    found = regions.read("/units", office.clerk, mark="layer:district", limit=500)["items"]
    seen = [r["kind"] for r in office.file(units[0])]

    assert {u["unit_id"] for u in units[:5]} <= {u["unit_id"] for u in found}
    assert units[5]["unit_id"] not in {u["unit_id"] for u in found}
    assert seen == ["guidance"]
    assert Book(regions, "330212").file(units[0]) == [], "the other programme keeps its own book"


@pytest.mark.obligation("NB19-028")
def test_a_bargaining_record_holds_two_base_topics_and_what_comes_on_top(
    office: Book, firm_hx: Row
) -> None:
    topics = {"base": ["企业薪酬制度", "技术技能津贴"], "extended": ["教育培训"]}
    held = office.write("bargaining", topics, unit_id=firm_hx["unit_id"])
    short = office.write(
        "bargaining", topics | {"base": ["企业薪酬制度"]}, unit_id=firm_hx["unit_id"]
    )

    assert held["values"]["extended"] == ["training"]
    assert held["warnings"] == []
    assert [w["code"] for w in short["warnings"]] == ["base_topic_missing"]


@pytest.fixture(scope="module")
def firm_hx(regions: Regions) -> Row:
    """An enterprise in the area of the office of 2019."""
    return regions.enter("330212")


@pytest.mark.obligation("NB19-035")
def test_a_session_without_its_outline_is_kept_with_a_warning(
    office: Book, regions: Regions
) -> None:
    document = regions.send(
        "POST", "/documents", office.clerk, at=TODAY,
        body={"title": "培训大纲", "issuer": "市和创办", "level": "city"},
    ).json()  # fmt: skip
    session = {"title": "指导员班", "attendees": ["钱一", "孙二"]}
    outline = {"title": "培训大纲", "version": "2019", "document": document["document_id"]}
    office.write("outline", outline)

    without = office.write("training", session)
    linked = office.write("training", session | {"outline": document["document_id"]})

    assert [(w["code"], w["clause"]) for w in without["warnings"]] == [
        ("outline_missing", "NB19:二(一)4.4")
    ]
    assert linked["warnings"] == []
    assert "培训大纲" in [f["text"] for f in linked["fields"]]


@pytest.mark.obligation("NB19-038", "NB19-039")
def test_activities_are_listed_by_series_and_counted_by_tag(office: Book, firm_hx: Row) -> None:
    at = date(2025, 10, 9)
    series = {"series": "名师带高徒", "title": "拜师仪式", "units": [firm_hx["code"]]}
    one = office.write("activity", series, at=at)
    office.write("activity", {"title": "道德讲堂", "tags": ["“四德”建设"]}, at=at)
    reform = {"title": "工匠论坛", "tags": ["worker_reform", "four_virtues"]}
    office.write("activity", reform, at=at)

    listed = office.find("activity", values=["series=名师带高徒"], year=2025)
    counted = office.count("activity", year=2025)

    assert [(r["record_id"], r["on"]) for r in listed] == [(one["record_id"], "2025-10-09")]
    assert listed[0]["values"]["units"] == [firm_hx["unit_id"]]
    assert counted["fields"]["tags"] == {"four_virtues": 2, "worker_reform": 1}


@pytest.mark.obligation("NB19-040")
def test_mediation_bodies_are_five_by_kind(office: Book) -> None:
    for kind in ("enterprise", "enterprise", "enterprise", "regional", "industry"):
        office.write("mediation_body", {"kind": kind, "name": f"{kind}调解组织"})
    office.write("mediation_body", {"kind": "职工服务中心", "name": "区职工服务中心"})

    counted = office.count("mediation_body")["fields"]["kind"]

    assert {k: counted[k] for k in ("enterprise", "regional", "industry")} == {
        "enterprise": 3, "regional": 1, "industry": 1,
    }  # fmt: skip
    assert counted["worker_centre"] == 1


@pytest.mark.obligation("NB19-043")
def test_two_services_by_one_volunteer(office: Book, firm_hx: Row) -> None:
    lawyer = {"person": "吴律师", "firm": "样例律师事务所"}
    office.write("volunteer_lawyer", lawyer, at=date(2025, 3, 4))
    for content in ("合同审查", "工伤咨询"):
        service = {"lawyer": "吴律师", "unit": firm_hx["code"], "content": content}
        office.write("lawyer_service", service, at=date(2025, 4, 8))

    counted = office.count("lawyer_service", year=2025)

    assert (counted["records"], counted["persons"], counted["units"]) == (2, 1, 1)
    assert office.count("volunteer_lawyer")["persons"] == 1
