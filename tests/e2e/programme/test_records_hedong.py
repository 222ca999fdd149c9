"""Hedong's record book: what the district's four bodies write down, count and miss."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.book import Book, enter_body
from tests.support.calendar import Desk
from tests.support.regions import Regions, Row

NODE = "120102"
PACK = "hedong-2023"


@pytest.fixture(scope="module")
def book(regions: Regions) -> Book:
    """The district's book."""
    return Book(regions, NODE)


@pytest.fixture(scope="module")
def firm(regions: Regions) -> Row:
    """An enterprise of the district."""
    return regions.enter(NODE)


@pytest.mark.obligation("HD-004")
def test_two_point_to_point_services_are_counted_as_two(book: Book, firm: Row) -> None:
    before = book.count("service")["fields"]["kind"].get("point", 0)
    for kind in ("点对点服务", "点对点服务", "系统化培训"):
        book.write("service", {"kind": kind, "content": "用工咨询"}, unit_id=firm["unit_id"])

    assert book.count("service")["fields"]["kind"]["point"] == before + 2
    wrong = book.refused("service", {"kind": "送温暖", "content": "x"}, unit_id=firm["unit_id"])
    assert (wrong.status, wrong.errors[0]["pointer"]) == (422, "/values/kind")


@pytest.mark.obligation("HD-006")
def test_a_cultivated_enterprise_without_a_contact_person_is_on_the_list(
    book: Book, regions: Regions
) -> None:
    one, two, outside = (regions.enter(NODE) for _ in range(3))
    for unit in (one, two):
        book.write("cultivation_entry", {"grounds": "用工规范"}, unit_id=unit["unit_id"])
    person = {"person": "李敏", "body": "区人社局"}
    book.write("contact_person", person, unit_id=one["unit_id"])

    missing = book.gap("no_contact_person")

    assert two["unit_id"] in missing
    assert not {one["unit_id"], outside["unit_id"]} & set(missing)
    second = book.refused("contact_person", person, unit_id=one["unit_id"])
    assert (second.status, second.code, second.clause) == (
        409, "contact_person_exists", "HD:二(二).1",
    )  # fmt: skip


@pytest.mark.obligation("HD-007")
def test_a_course_names_the_enterprises_it_is_made_for(book: Book, regions: Regions) -> None:
    firms = [regions.enter(NODE) for _ in range(3)]
    units = [firm["code"] for firm in firms]

    course = book.write("course", {"subject": "工时制度", "units": units})

    assert course["values"]["units"] == [firm["unit_id"] for firm in firms]
    for firm in firms:
        assert [r["record_id"] for r in book.file(firm)] == [course["record_id"]]
    seen = book.file(firms[0], who=regions.user(firms[0]))[0]
    assert seen["values"]["units"] == [firms[0]["unit_id"]], "a unit sees itself, not the others"


@pytest.mark.obligation("HD-008")
def test_a_request_without_reply_for_thirty_days_is_listed(book: Book, firm: Row) -> None:
    day = date(2024, 3, 1)
    meeting = book.write("meeting", {"kind": "问需会", "topic": "用工"}, at=day)
    said = {"unit": firm["unit_id"], "text": "招工难"}
    request = book.write("request", said, at=day, parent_id=meeting["record_id"])

    assert request["record_id"] not in book.gap("request_unanswered", at=date(2024, 3, 30))
    assert request["record_id"] in book.gap("request_unanswered", at=date(2024, 3, 31))
    reply = {"reply": "组织专场招聘", "replied_on": "2024-04-02"}
    answered = book.move(request, "answered", reply, at=date(2024, 4, 2))
    assert (answered["state_text"], answered["is_open"]) == ("已答复", False)
    assert request["record_id"] not in book.gap("request_unanswered", at=date(2024, 5, 1))


@pytest.mark.obligation("HD-028", "HD-030", "HD-032", "HD-034")
@pytest.mark.parametrize(
    ("kind", "unit_kind", "clause"),
    [("pilot_industry", "industry", "HD:三(二).1"), ("pilot_group", "group", "HD:三(三).1")],
)
def test_two_pilots_until_the_end_of_2024_and_more_from_2025(
    book: Book, regions: Regions, kind: str, unit_kind: str, clause: str
) -> None:
    Desk(regions, NODE).clear(kind)
    units = [enter_body(regions, NODE, unit_kind, PACK)["unit_id"] for _ in range(3)]

    def values(unit: str) -> Row:
        return {"unit": unit, "base": "基础好、积极性高"}

    for unit in units[:2]:
        assert book.write(kind, values(unit), at=date(2024, 5, 6))["is_open"]
    third = book.refused(kind, values(units[2]), at=date(2024, 10, 1))

    assert (third.status, third.code, third.clause) == (409, "pilot_limit", clause)
    assert book.write(kind, values(units[2]), at=date(2025, 2, 1))["warnings"] == []


@pytest.mark.obligation("HD-035")
def test_chain_pilots_have_no_limit(book: Book, regions: Regions, firm: Row) -> None:
    made: Row = {}
    for _ in range(3):
        chain = enter_body(regions, NODE, "industry_chain", PACK)
        values = {"unit": chain["unit_id"], "leader": firm["unit_id"], "methods": "龙头带动"}
        made = book.write("pilot_chain", values, at=date(2024, 6, 3))
        assert made["warnings"] == []
    assert made["values"]["leader"] == firm["unit_id"]
    assert [f["text"] for f in made["fields"] if f["name"] == "methods"] == ["龙头带动"]


@pytest.mark.obligation("HD-040")
def test_a_coordinator_who_moves_changes_the_distribution(book: Book, firm: Row) -> None:
    held = {"person": "赵亮", "certified": True, "certificate": "120001", "grade": "三级"}
    held |= {"certified_on": "2023-05-01", "area": "东新"}
    incomplete = book.refused(
        "coordinator", {"person": "孙丽", "certified": True}, unit_id=firm["unit_id"]
    )
    assert (incomplete.status, incomplete.code) == (422, "certificate_incomplete")
    first = book.write("coordinator", held, unit_id=firm["unit_id"], on=date(2025, 1, 6))
    before = book.count("coordinator", open_only=True)["fields"]

    ended = book.end(first, date(2026, 3, 9))
    book.write("coordinator", held | {"area": "春华"}, unit_id=firm["unit_id"])

    after = book.count("coordinator", open_only=True)["fields"]
    assert ended["ends_on"] == "2026-03-09"
    assert after["area"].get("东新", 0) == before["area"]["东新"] - 1
    assert after["area"]["春华"] == before["area"].get("春华", 0) + 1
    assert after["grade"]["三级"] == before["grade"]["三级"]
    exported = book.regions.read("/record-exports", book.clerk, kind="coordinator")["items"]
    assert first["record_id"] in [row["record_id"] for row in exported]


@pytest.mark.obligation("HD-041")
def test_a_year_without_a_session_is_a_warning_on_its_last_day(book: Book) -> None:
    session = {"title": "协调员班", "mode": "庭审观摩", "attendees": ["学员一", "学员二"]}
    book.write("training", session, at=date(2023, 11, 6))

    in_time = book.gap("no_training", at=date(2024, 10, 8))
    warned = book.gap("no_training", at=date(2024, 12, 31))
    for mode in ("集中学习", "案例讲解"):
        book.write("training", session | {"mode": mode}, at=date(2024, 12, 31))

    assert in_time == []
    assert warned == [NODE]
    assert book.gap("no_training", at=date(2024, 12, 31)) == []
    counted = book.count("training", year=2024)
    assert counted["fields"]["mode"] == {"group": 1, "case": 1}
    assert (counted["persons"], counted["person_times"]) == (2, 4)


@pytest.mark.obligation("HD-043")
def test_three_lectures_with_a_hundred_people(book: Book) -> None:
    for month, people in ((3, 40), (6, 30), (9, 30)):
        values = {"series": "和谐劳动关系大讲堂", "topic": "工资支付", "mode": "现场"}
        at = date(2024, month, 4)
        book.write("event", values | {"attendees": people}, at=at)

    whole = book.count("event", year=2024, values=["series=和谐劳动关系大讲堂"])

    assert (whole["records"], whole["sums"]["attendees"]) == (3, 100)


@pytest.mark.obligation("HD-044")
def test_guidance_is_counted_by_class_and_by_form(book: Book, firm: Row) -> None:
    values = {"class": "小企业", "form": "线上", "content": "合同文本"}
    book.write("guidance", values, unit_id=firm["unit_id"], at=date(2024, 8, 5))

    fields = book.count("guidance", year=2024)["fields"]

    assert fields == {"class": {"小企业": 1}, "form": {"线上": 1}}


@pytest.mark.obligation("HD-045")
def test_only_a_social_organisation_on_the_register_serves(book: Book, firm: Row) -> None:
    values = {"unit": firm["unit_id"], "kind": "心理疏导"}
    unknown = book.refused("social_service", values, parent_id="record_nowhere")
    organisation = book.write(
        "social_organisation", {"name": "河东样例服务中心", "facilities": "咨询室", "staff": 4}
    )

    book.write("social_service", values, parent_id=organisation["record_id"])

    assert (unknown.status, unknown.code, unknown.clause) == (422, "parent_unknown", "HD:三(六).5")
    held = book.count("social_service", parent_id=organisation["record_id"])
    assert held["fields"]["kind"] == {"psychology": 1}


@pytest.mark.obligation("HD-056", "HD-061")
def test_a_task_needs_a_measurable_result_and_an_area_of_the_seven(book: Book) -> None:
    task = {
        "task": "集体协商要约", "owner": "区总工会", "due_on": "2026-12-31",
        "result": "签订20份", "area": "集体协商", "helpers": "区人社局",
    }  # fmt: skip
    without = book.refused("task_sheet", task | {"result": ""})
    kept = book.write("task_sheet", task)
    outside = book.write("task_sheet", task | {"area": "文艺演出"})

    assert without.status == 422
    assert [e["says"] for e in without.errors] == ["必须填写“量化的工作成果”"]
    assert kept["warnings"] == []
    assert [(w["code"], w["clause"]) for w in outside["warnings"]] == [
        ("task_area_unknown", "HD:五(二).1")
    ]


@pytest.mark.obligation("HD-057")
def test_a_task_without_a_note_for_sixty_days_is_listed(book: Book) -> None:
    task = {
        "task": "欠薪治理", "owner": "区人社局", "due_on": "2024-12-31",
        "result": "动态清零", "area": "权益维护",
    }  # fmt: skip
    sheet = book.write("task_sheet", task, at=date(2024, 1, 8))
    note = {"text": "已排查40家"}
    book.write("progress_note", note, at=date(2024, 3, 1), parent_id=sheet["record_id"])

    assert sheet["record_id"] not in book.gap("no_progress", at=date(2024, 3, 30))
    assert sheet["record_id"] in book.gap("no_progress", at=date(2024, 4, 30))


@pytest.mark.obligation("HD-062")
def test_the_unions_two_bargaining_trainings_are_counted(book: Book, firm: Row) -> None:
    union = book.seat("工会")
    for kind in ("协商培训", "协商培训", "法律援助"):
        values = {"kind": kind, "people": 12}
        book.write("union_service", values, by=union, unit_id=firm["unit_id"], at=date(2024, 5, 7))

    assert book.count("union_service", year=2024)["fields"]["kind"] == {
        "bargaining_training": 2, "legal_aid": 1,
    }  # fmt: skip
    other = book.refused("union_service", {"kind": "法律援助"}, unit_id=firm["unit_id"])
    assert (other.status, other.clause) == (403, "HD:五(二).3")
