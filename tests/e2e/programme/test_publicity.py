"""Publicity, experience and models: logged by form, medium and subject, and read where they belong."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.sample import people
from shared.contracts.registry_records import MoveRecord
from tests.support.bulk import keep, posted
from tests.support.regions import Regions, Row


def _counts(regions: Regions, kind: str, field: str, actor: Any, **where: Any) -> dict[str, int]:
    found = regions.read("/record-counts", actor, kind=kind, **where)
    fields = {f["name"]: f for f in found["whole"]["fields"]}
    return {v["value"]: v["records"] for v in fields[field]["values"] if v["records"]}


def _in_file(regions: Regions, unit: str, actor: Any) -> list[str]:
    found = regions.read(f"/units/{unit}/file", actor)
    return [r["title"] for group in found["groups"] for r in group["records"]]


@pytest.mark.obligation("NB23-109")
def test_publicity_is_counted_by_form_and_district(regions: Regions) -> None:
    clerk, day = people.clerk("330205"), date(2025, 5, 12)
    rows = [
        {"values": {"form": form, "title": f"活动{n}", "reach": 100}}
        for n, form in enumerate(("tour", "tour", "film"))
    ]
    keep(regions, "publicity", rows, clerk, day)

    found = _counts(regions, "publicity", "form", clerk, year=2025)

    assert found == {"tour": 2, "film": 1}
    whole = regions.read(
        "/record-counts", people.clerk(people.CITY), kind="publicity", year=2025, by="district"
    )
    assert {g["key"]: g["records"] for g in whole["groups"]}["330205"] == 3


@pytest.mark.obligation("NB23-110", "WH-124", "HD-067")
@pytest.mark.parametrize(
    ("node", "division", "values"),
    [
        ("330205", "330205", {"medium": "new", "title": "样本企业和谐创建"}),
        ("371002", "371002009", {"medium": "mainstream", "title": "样本企业和谐创建"}),
        ("120102", "120102007", {"medium": "区融媒体中心", "subject": "样本企业和谐创建"}),
    ],
)
def test_an_item_about_a_unit_is_in_its_file(
    regions: Regions, node: str, division: str, values: Row
) -> None:
    unit, clerk = regions.enter(division)["unit_id"], people.clerk(node)
    row = {"values": values | {"units": [unit]}}
    keep(regions, "publicity_item", [row], clerk, date(2026, 2, 9))

    assert any("样本企业和谐创建" in title for title in _in_file(regions, unit, clerk))


@pytest.mark.obligation("NB23-114", "NB23-115")
def test_a_paper_of_august_is_taken_and_shown_to_all_once_recommended(regions: Regions) -> None:
    unit = regions.enter("330225")["unit_id"]
    values = {"title": "协商恳谈会做法", "author": "象山经办", "topic": "协商", "unit": unit}
    body = {"record": {"kind": "experience_paper", "on": "2025-08-14", "values": values}}
    paper = posted(regions, "/records", people.clerk("330225"), date(2025, 8, 14), body)
    other = people.clerk("330226")

    def listed() -> list[str]:
        found = regions.read("/records", other, kind="experience_paper", year=2025, limit=200)
        return [r["record_id"] for r in found["items"]]

    before = listed()
    move = MoveRecord(record_id=paper["record_id"], revision=paper["revision"], state="recommended")
    regions.ask(move, people.clerk(people.CITY))

    assert paper["state"] == "submitted"
    assert paper["record_id"] not in before
    assert paper["record_id"] in listed()


@pytest.mark.obligation("HD-055")
def test_a_practice_stands_in_the_years_report(regions: Regions) -> None:
    clerk, year = people.clerk("120102"), 2026
    unit = regions.enter("120102008")["unit_id"]
    path = f"/reports/year_report/120102/{year}"

    def counted() -> int:
        report = regions.read(path, clerk)
        kinds = {r["kind"]: r["count"] for s in report["sections"] for r in s["records"]}
        return int(kinds["experience_paper"])

    before = counted()
    values = {"title": "一企一策", "topic": "协商", "unit": unit, "text": "经验正文"}
    keep(regions, "experience_paper", [{"values": values}], clerk, date(year, 10, 8))

    assert counted() == before + 1


@pytest.mark.obligation("HN-162", "HN-163")
def test_hunan_counts_activities_by_form_and_items_by_standard(regions: Regions) -> None:
    clerk, day = people.clerk("430400"), date(2024, 5, 6)
    rows = [
        {"values": {"form": form, "title": f"活动{n}"}}
        for n, form in enumerate(("call", "call", "film"))
    ]
    keep(regions, "publicity", rows, clerk, day)
    items = [
        {"values": {"title": f"解读{n}", "medium": "new", "standard": tag}}
        for n, tag in enumerate(("DB2233", "DB2233", "DB2232"))
    ]
    keep(regions, "publicity_item", items, clerk, day)

    assert _counts(regions, "publicity", "form", clerk, year=2024) == {"call": 2, "film": 1}
    assert _counts(regions, "publicity_item", "standard", clerk, year=2024) == {
        "DB2233": 2, "DB2232": 1,
    }  # fmt: skip


# --- Ningbo 2019 --------------------------------------------------------------------------

HX = "330200.hx"


@pytest.mark.obligation("NB19-026")
def test_a_story_about_a_person_is_of_that_kind_until_published(regions: Regions) -> None:
    clerk = people.clerk(HX)
    values = {"title": "好会计", "kind": "person", "person": "王样本", "text": "事迹正文"}
    body = {"record": {"kind": "model_story", "on": "2019-07-01", "values": values}}

    story = posted(regions, "/records", clerk, None, body)

    assert story["state"] == "draft"
    found = _counts(regions, "model_story", "kind", clerk, year=2019)
    assert found == {"person": 1}


@pytest.mark.obligation("NB19-065")
def test_the_second_edition_has_fifteen_cases(regions: Regions) -> None:
    clerk = people.clerk(HX)
    rows = [
        {"values": {"edition": 2 if n < 15 else 1, "title": f"案例{n}", "text": "正文"}}
        for n in range(17)
    ]
    keep(regions, "case_entry", rows, clerk, date(2019, 9, 2))

    found = regions.read(
        "/records", clerk, kind="case_entry", values="edition=2", year=2019, limit=200
    )

    assert len(found["items"]) == 15


@pytest.mark.obligation("NB19-066")
def test_a_series_has_three_parts(regions: Regions) -> None:
    clerk = people.clerk(HX)
    body = {"record": {"kind": "series", "on": "2019-04-10", "values": {"title": "责任行"}}}
    series = posted(regions, "/records", clerk, None, body)["record_id"]
    rows = [{"parent_id": series, "values": {"title": f"第{n}期"}} for n in (1, 2, 3)]
    keep(regions, "series_part", rows, clerk, date(2019, 5, 10))

    found = regions.read("/records", clerk, kind="series_part", parent_id=series)

    assert len(found["items"]) == 3


@pytest.mark.obligation("NB19-071", "NB19-072")
def test_items_are_counted_by_subject_and_by_medium(regions: Regions) -> None:
    clerk, year = people.clerk("330225.hx"), 2020
    subjects = ("enterprise", "person", "unit")
    rows = [
        {"values": {"medium": "public_account", "title": f"报道{s}", "subject_kind": s}}
        for s in subjects
    ]
    keep(regions, "publicity_item", rows, clerk, date(year, 6, 8))

    assert _counts(regions, "publicity_item", "subject_kind", clerk, year=year) == dict.fromkeys(
        subjects, 1
    )
    assert _counts(regions, "publicity_item", "medium", clerk, year=year) == {"public_account": 3}
