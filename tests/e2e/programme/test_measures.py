"""Figures of the five regions: each by its own pack, counted from units, records, people, offices."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.sample import people
from deploy.sample.chain import moment
from shared.contracts import registry_library as lib
from shared.contracts import registry_units as about
from shared.contracts.message import Actor
from tests.support.bulk import figure, import_units, join, keep, share
from tests.support.regions import Regions
from tests.support.town import each
from tests.support.waiting import wait_until

# Towns that belong to one test each, and days before any other test: nothing else is counted.
WH_TOWN, WH_CONTACTS, WH_PARK_TOWN = "371002005", "371002006", "371002007"
WH_COUNTY, WH_DAY = "371083", date(2023, 5, 15)
HN_CITY, HN_DAY = "433100", date(2023, 3, 1)
HN_TOWN, HN_PARK_TOWN, HN_CHAMBER_TOWN = "430121005", "430121006", "430121007"
HD_TOWN = "120102004"


# --- Weihai -------------------------------------------------------------------------------


@pytest.mark.obligation("WH-009")
def test_weihai_counts_enterprises_and_cluster_areas_apart(regions: Regions) -> None:
    units = import_units(regions, WH_TOWN, 80, at=WH_DAY)
    parks = [_park(regions, WH_TOWN, WH_DAY) for _ in range(2)]
    join(regions, [*units[:50], parks[0]], "371002", WH_DAY)

    enterprises = figure(regions, WH_TOWN, "coverage_enterprises", 2026)
    clusters = figure(regions, WH_TOWN, "coverage_areas", 2026)

    assert share(enterprises) == (50, 80, "62.5")
    assert enterprises["target_on"] == "2027-12-31"
    assert share(clusters) == (1, 2, "50.0")
    assert enterprises["clause"].startswith("WH:")


@pytest.mark.obligation("WH-010")
def test_three_of_five_creating_enterprises_reach_the_standard(regions: Regions) -> None:
    town, chain = "371082008", regions.system.chain
    units = [regions.enter(town, at=date(2023, 9, 4)) for _ in range(5)]
    join(regions, [u["unit_id"] for u in units], "371082", date(2023, 9, 5))

    async def recognised(unit: dict[str, Any]) -> None:
        at = moment(date(2023, 10, 9))
        assessment, resolution = await chain.assess(unit, at), await chain.vote(unit, at)
        application = await chain.apply(unit, assessment, resolution, at)
        await chain.recognise(await chain.take_up(application, at), at)

    regions.system.do(each(units[:3], recognised))

    def reached() -> bool:
        return share(figure(regions, town, "attainment", 2026)) == (3, 5, "60.0")

    wait_until(reached, what="three recognised of five")
    assert figure(regions, town, "attainment", 2026)["target_on"] == "2027-12-31"


@pytest.mark.obligation("WH-074")
def test_of_ten_approached_six_joined(regions: Regions) -> None:
    units = import_units(regions, WH_CONTACTS, 10, at=WH_DAY)
    rows = [{"unit_id": u, "values": {"way": "上门走访", "joined": False}} for u in units]
    keep(regions, "contact", [*rows, rows[0]], people.clerk("371002"), date(2024, 4, 8))
    join(regions, units[:6], "371002", date(2024, 5, 6))

    assert share(figure(regions, WH_CONTACTS, "joined", 2024)) == (6, 10, "60.0")
    assert figure(regions, WH_CONTACTS, "joined", 2025)["whole"] == 0


@pytest.mark.obligation("WH-017")
def test_a_park_shows_the_share_of_its_enterprises_taking_part(regions: Regions) -> None:
    units = import_units(regions, WH_PARK_TOWN, 10, at=WH_DAY)
    park = _park(regions, WH_PARK_TOWN, WH_DAY)
    _tie(regions, units, "in_area", park, "371002", WH_DAY)
    join(regions, units[:8], "371002", WH_DAY)

    found = _of_unit(regions, park, "area_participation", "371002")

    assert share(found) == (8, 10, "80.0")


@pytest.mark.obligation("WH-064")
def test_six_of_nine_nodes_have_it_on_the_agenda(regions: Regions) -> None:
    nodes = ["371000", "371002", "371003", "371082", "371083", "371071"]
    for node in nodes:
        _agenda(regions, node, "agenda", date(2024, 2, 5))

    found = figure(regions, "371000", "agenda_share", 2024)

    assert share(found) == (6, 9, "66.7")
    assert share(figure(regions, "371000", "agenda_share", 2021))[0] == 0


@pytest.mark.obligation("WH-107")
def test_both_documents_of_a_district_count_as_yes(regions: Regions) -> None:
    for item in ("plan", "assessment"):
        _agenda(regions, "371072", item, date(2024, 2, 6))

    for measure in ("plan_share", "assessment_share"):
        found = figure(regions, "371072", measure, 2024)
        assert (found["part"], found["whole"]) == (1, 1)
        assert figure(regions, "371073", measure, 2024)["part"] == 0


def _agenda(regions: Regions, node: str, item: str, day: date) -> None:
    values = {"item": item, "adopted": True, "document": "威发〔2024〕1号"}
    keep(regions, "agenda", [{"values": values}], people.clerk(node), day)


@pytest.mark.obligation("WH-066")
def test_tripartite_bodies_are_counted_by_level(regions: Regions) -> None:
    towns = import_units(regions, WH_COUNTY, 10, kind="township", at=WH_DAY)
    body = {"government": "人社所", "workers": "总工会", "employers": "商会"}
    rows = [{"unit_id": town, "values": body} for town in towns[:9]]
    keep(regions, "tripartite_body", rows, people.clerk(WH_COUNTY), WH_DAY)
    document = {"values": {"document": "成立三方机构的通知"}}
    keep(regions, "tripartite_node", [document], people.clerk(WH_COUNTY), WH_DAY)

    as_of: dict[str, Any] = {"as_of": WH_DAY.isoformat()}
    townships = figure(regions, WH_COUNTY, "tripartite_townships", 2023, **as_of)
    county = figure(regions, WH_COUNTY, "tripartite_city_county", 2023, **as_of)

    assert share(townships) == (9, 10, "90.0")
    assert (townships["target_text"], townships["met"]) == ("100%", False)
    assert share(county) == (1, 1, "100.0")


# --- Hedong -------------------------------------------------------------------------------


@pytest.mark.obligation("HD-031")
def test_an_association_leads_eight_of_twenty_small_firms(regions: Regions) -> None:
    day = date(2023, 8, 7)
    units = import_units(regions, HD_TOWN, 20, at=day)
    chamber = regions.enter(
        HD_TOWN, "industry", at=day, details={"leading_body": "行业商会"}, name_text="河东样本商会"
    )
    _tie(regions, units, "led_small", chamber["unit_id"], "120102", day)
    join(regions, units[:8], "120102", day)

    found = _of_unit(regions, chamber["unit_id"], "industry_participation", "120102")

    assert share(found) == (8, 20, "40.0")


# --- Hunan --------------------------------------------------------------------------------


@pytest.mark.obligation("HN-007")
def test_hunan_counts_each_prefecture(regions: Regions) -> None:
    units = import_units(regions, HN_CITY, 90, at=HN_DAY)
    join(regions, units[:60], HN_CITY, HN_DAY)
    day = HN_DAY.isoformat()

    found = figure(regions, "430000", "coverage_enterprises", 2023, as_of=day)

    ours = next(a for a in found["by_area"] if a["key"] == HN_CITY)
    assert (ours["part"], ours["whole"], ours["percent"]) == (60, 90, "66.7")
    assert len(found["by_area"]) == 14
    assert found["target_on"] == "2027-12-31"


@pytest.mark.obligation("HN-017")
def test_a_hunan_park_shows_nine_of_ten(regions: Regions) -> None:
    units = import_units(regions, HN_PARK_TOWN, 10, at=HN_DAY)
    park = _park(regions, HN_PARK_TOWN, HN_DAY)
    _tie(regions, units, "in_area", park, "430121", HN_DAY)
    join(regions, units[:9], "430121", HN_DAY)

    assert share(_of_unit(regions, park, "area_participation", "430121")) == (9, 10, "90.0")


@pytest.mark.obligation("HN-149")
def test_a_hunan_association_leads_six_of_ten(regions: Regions) -> None:
    units = import_units(regions, HN_CHAMBER_TOWN, 10, at=HN_DAY)
    chamber = regions.enter(
        HN_CHAMBER_TOWN,
        "industry",
        at=HN_DAY,
        details={"leading_body": "商会"},
        name_text="样本商会",
    )
    _tie(regions, units, "in_industry", chamber["unit_id"], "430121", HN_DAY)
    join(regions, units[:6], "430121", HN_DAY)

    found = _of_unit(regions, chamber["unit_id"], "association_participation", "430121")

    assert share(found) == (6, 10, "60.0")


@pytest.mark.obligation("HN-074")
def test_thirty_of_fifty_townships_have_a_body(regions: Regions) -> None:
    towns = import_units(regions, HN_CITY, 50, kind="township", at=HN_DAY)
    body = {"government": "人社站", "workers": "总工会", "employers": "商会"}
    rows = [{"unit_id": town, "values": body} for town in towns[:30]]
    keep(regions, "tripartite_body", rows, people.clerk(HN_CITY), HN_DAY)

    found = figure(regions, HN_CITY, "tripartite_coverage", 2023, as_of=HN_DAY.isoformat())

    assert share(found) == (30, 50, "60.0")


@pytest.mark.obligation("HN-075")
def test_people_trained_are_counted_once_against_about_twenty_thousand(regions: Regions) -> None:
    city, day = "430900", date(2019, 6, 3)
    names = [[f"学员{group * 1000 + n} 益阳" for n in range(975)] for group in range(20)]
    rows = [
        {"values": {"title": f"第{n}期", "attendees": group}}
        for n, group in enumerate([*names, names[0]])
    ]
    for first in range(0, len(rows), 7):  # seven thousand names at once are enough of a batch
        keep(regions, "training", rows[first : first + 7], people.clerk(city), day)

    found = figure(regions, "430000", "trained", 2019)

    assert (found["whole"], found["times"], found["percent"]) == (19_500, 20_475, "97.5")
    assert (found["target_text"], found["approx"], found["met"]) == ("约 20000", True, False)
    assert figure(regions, city, "trained", 2018)["whole"] == 0


@pytest.mark.obligation("HN-076", "HN-077")
def test_the_team_of_five_years_and_enterprises_with_a_coordinator(regions: Regions) -> None:
    units = import_units(regions, HN_TOWN, 100, at=HN_DAY)
    clerk, days = people.clerk("430121"), {2023: 30, 2024: 20, 2026: 20}
    first = 0
    for year, number in days.items():
        rows = [
            {"unit_id": u, "values": {"person": f"协调员{u[-6:]}"}}
            for u in units[first : first + number]
        ]
        keep(regions, "coordinator", rows, clerk, date(year, 3, 6))
        first += number

    years = regions.read(
        "/measure-years", clerk, date(2027, 12, 31), node=HN_TOWN, measure="team", from_year=2023, to_year=2027,
    )  # fmt: skip
    found = figure(regions, HN_TOWN, "coordinators_in_enterprises", 2026)

    assert [(y["year"], y["figure"]["whole"]) for y in years["items"]] == [
        (2023, 30), (2024, 50), (2025, 50), (2026, 70), (2027, 70),
    ]  # fmt: skip
    assert share(found) == (70, 100, "70.0")


@pytest.mark.obligation("HN-159", "WH-108")
def test_budget_and_spending_of_a_year_are_added_up(regions: Regions) -> None:
    """In the yearly report where the pack has one, else in the counts of the record book."""
    money = [{"values": {"budget": 50, "spent": 40}}]
    keep(regions, "budget", money, people.clerk("430500"), date(2025, 1, 9))
    report = regions.read("/reports/year_report/430500/2025", people.clerk("430500"))
    kept = {r["kind"]: r for s in report["sections"] for r in s["records"]}["budget"]
    spent = [{"values": {"budget": 100, "spent": 80, "document": "威财〔2024〕1号"}}]
    keep(regions, "budget", spent, people.clerk("371083"), date(2024, 1, 9))
    counts = regions.read("/record-counts", people.clerk("371083"), kind="budget", year=2024)

    assert {x["field"]: x["total"] for x in kept["sums"]} == {"budget": "50.00", "spent": "40.00"}
    assert {x["name"]: float(x["total"]) for x in counts["whole"]["sums"]} == {
        "budget": 100.0, "spent": 80.0,
    }  # fmt: skip
    assert counts["whole"]["ratios"][0]["percent"] == "80.0"


@pytest.mark.obligation("HN-158")
def test_ten_of_fourteen_prefectures_have_both_documents(regions: Regions) -> None:
    cities = [f"43{n:02d}00" for n in range(1, 12)]
    for city in cities:
        both = city != cities[-1]
        values = {
            "plan": True, "plan_document": "规划", "assessment": both,
            "assessment_document": "考核办法" if both else "",
        }  # fmt: skip
        keep(regions, "agenda", [{"values": values}], people.clerk(city), date(2023, 4, 3))

    found = figure(regions, "430000", "agenda_both", 2023, as_of="2023-04-03")

    assert share(found) == (10, 14, "71.4")


# --- Ningbo 2019 --------------------------------------------------------------------------


@pytest.mark.obligation("NB19-011")
def test_below_ninety_percent_is_an_alarm(regions: Regions) -> None:
    day = date(2019, 5, 6)
    units = import_units(regions, "330213101", 9, at=day, suite="hx", has_union="true")
    import_units(regions, "330213101", 1, at=day, suite="hx", has_union="false")
    clerk = people.clerk("330213.hx")
    _mark(regions, units[:8], "taking_part", clerk, day)

    def now() -> dict[str, Any]:
        return figure(regions, "330213101.hx", "participation", 2026, clerk)

    low = now()
    more = import_units(regions, "330213101", 1, at=day, suite="hx", has_union="true")
    _mark(regions, [units[8], *more], "taking_part", clerk, day)
    high = now()

    assert (share(low), low["alarm"], low["met"]) == ((8, 9, "88.9"), True, False)
    assert (share(high), high["alarm"], high["target_text"]) == ((10, 10, "100.0"), False, "90%")


@pytest.mark.obligation("NB19-012")
def test_enterprises_titled_at_any_of_three_levels_are_counted_once(regions: Regions) -> None:
    town, office, day = "330225101", "330225.hx", date(2019, 5, 6)
    units = import_units(regions, town, 50, at=day, suite="hx")
    _mark(regions, units, "taking_part", people.clerk(office), day)
    _honour(regions, office, {units[0]: "district_harmonious", units[1]: "district_harmonious"})
    _honour(regions, "330200.hx", {units[0]: "city_advanced", units[2]: "city_advanced"})

    found = figure(regions, f"{town}.hx", "titled_share", 2026, people.clerk(office))

    assert share(found) == (3, 50, "6.0")
    assert (found["target_text"], found["met"]) == ("6%", True)


def _honour(regions: Regions, office: str, honours: dict[str, str]) -> None:
    items = tuple(
        lib.HonourItem(unit_id=unit, title_kind=kind, granted_on=date(2018, 11, 1))
        for unit, kind in honours.items()
    )
    command = lib.ProposeHonours(document="甬和创〔2018〕9号", items=items)
    batch = regions.ask(command, people.clerk(office))
    regions.ask(lib.ConfirmHonours(batch_id=batch["batch_id"]), people.reviewer(office))


@pytest.mark.obligation("NB19-034")
def test_six_hundred_and_forty_instructors_of_a_thousand(regions: Regions) -> None:
    clerk = people.clerk("330281.hx")
    names = [f"指导员{n} 余姚{n}" for n in range(640)]
    rows = [{"values": {"title": "指导员培训", "attendees": names}}] * 2
    keep(regions, "training", rows, clerk, date(2019, 6, 3))

    found = figure(regions, "330281.hx", "instructors", 2019, clerk)

    assert (found["whole"], found["times"], found["percent"]) == (640, 1280, "64.0")
    assert found["target_text"] == "1000"


@pytest.mark.obligation("NB19-061")
def test_nine_of_ten_districts_use_the_platform(regions: Regions) -> None:
    from shared.runtime.organisations import all_nodes

    districts = [
        n.code for n in all_nodes().values() if n.parent == "330200.hx" and n.level == "district"
    ]
    for node in districts[:9]:
        row = {"values": {"round": "2019 年第一轮评价"}}
        keep(regions, "platform_use", [row], people.clerk(node), date(2019, 6, 4))

    found = figure(
        regions, "330200.hx", "platform_use", 2019, people.clerk("330200.hx"), as_of="2019-06-30"
    )

    assert share(found) == (9, 10, "90.0")


@pytest.mark.obligation("NB19-067")
def test_plans_and_the_budget_line_of_a_node_are_counted_by_year(regions: Regions) -> None:
    node, clerk = "330282.hx", people.clerk("330282.hx")
    items = regions.read("/record-kinds", clerk)
    options = _options(items, "agenda", "item")
    rows = [{"values": {"item": item, "document": "甬党发"}} for item in options[:2]]
    keep(regions, "agenda", rows, clerk, date(2020, 3, 2))
    keep(regions, "budget", [{"values": {"document": "预算批复"}}], clerk, date(2020, 3, 3))

    assert len(options) == 3
    assert figure(regions, node, "agenda_count", 2020, clerk)["whole"] == 2
    assert figure(regions, node, "budget_count", 2020, clerk)["part"] == 1
    assert figure(regions, node, "agenda_count", 2021, clerk)["whole"] == 0


# --- how tests act ------------------------------------------------------------------------


def _park(regions: Regions, division: str, day: date) -> str:
    details = {"managing_body": "管委会"} | ({"subtype": "cluster"} if division[:2] == "43" else {})
    return str(regions.enter(division, "park", at=day, details=details)["unit_id"])


def _tie(
    regions: Regions, units: list[str], relation: str, body: str, office: str, day: date
) -> None:
    actor = people.clerk(office)

    async def one(unit: str) -> None:
        command = about.Relate(
            unit_id=unit, relation=relation, to_unit_id=body, begins_on=day, reason="登记归属"
        )
        await regions.system.chain.ask(command, actor, moment(day))

    regions.system.do(each(units, one))


def _mark(regions: Regions, units: list[str], mark: str, actor: Actor, day: date) -> None:
    async def one(unit: str) -> None:
        command = about.SetMark(unit_id=unit, mark=mark, since=day, reason="经申请列入")
        await regions.system.chain.ask(command, actor, moment(day))

    regions.system.do(each(units, one))


def _of_unit(regions: Regions, unit: str, measure: str, office: str) -> dict[str, Any]:
    sheet = regions.read(f"/units/{unit}/measures", people.clerk(office), year=2026)
    return dict(next(f for f in sheet["items"] if f["measure"] == measure))


def _options(found: dict[str, Any], kind: str, field: str) -> list[str]:
    one = next(k for k in found["items"] if k["id"] == kind)
    return [o["id"] for f in one["fields"] if f["name"] == field for o in f["options"]]
