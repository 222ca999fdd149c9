"""Coverage, attainment, stages, ledgers and bulletins of Ningbo, through the public door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from deploy.sample import people
from deploy.sample.chain import moment
from shared.runtime.organisations import all_nodes
from tests.support.bulk import figure, keep, posted, share
from tests.support.regions import Regions
from tests.support.town import Row, Town, each
from tests.support.waiting import wait_until

LAKE = "330212103"  # a zone with an office of its own: nobody else enters units there
YEAR = 2023


@dataclass(frozen=True)
class Lake:
    """Five enterprises of 2023: four commit in February, the fifth in April; four recognised."""

    units: list[Row]
    before: Row
    applied: Row


@pytest.fixture(scope="module")
def clerk() -> Any:
    return people.clerk(LAKE)


@pytest.fixture(scope="module")
def lake(town: Town, regions: Regions, clerk: Any) -> Lake:
    chain = town.chain

    def stages(on: date) -> Row:
        found = regions.read("/statistics", clerk, at=on, node=LAKE)
        return {c["key"]: c["units"] for c in found["by_stage"]}

    def when(wanted: dict[str, int], on: date) -> Row:
        """The counts once the registry has heard what evaluation said."""
        wait_until(lambda: wanted.items() <= stages(on).items(), what=f"stages {wanted}")
        return stages(on)

    async def commit(unit: Row, day: date) -> None:
        await chain.commit(unit, moment(day))
        await town.heard(unit, "committed_on")

    async def recognise(application: Row) -> None:
        await chain.take_up(application, moment(date(YEAR, 3, 9)))
        await chain.recognise(application, moment(date(YEAR, 4, 10)))

    town.do(town.plan(LAKE, YEAR))
    units = [regions.enter(LAKE, at=date(YEAR, 1, 5)) for _ in range(5)]
    town.do(each(units[:4], lambda u: commit(u, date(YEAR, 2, 6))))
    ready = town.do(each(units[:4], lambda u: town.ready_again(u, YEAR)))
    before = when({"assessed": 4}, date(YEAR, 3, 5))
    pairs = list(zip(units[:3], ready[:3], strict=True))
    at = moment(date(YEAR, 3, 6))
    sent = town.do(each(pairs, lambda p: chain.apply(p[0], p[1][0], p[1][1], at)))
    applied = when({"applied": 3}, date(YEAR, 3, 6))
    sent.append(town.do(chain.apply(units[3], ready[3][0], ready[3][1], moment(date(YEAR, 3, 8)))))
    town.do(commit(units[4], date(YEAR, 4, 3)))
    town.do(each(sent, recognise))
    when({"recognised": 4}, date(YEAR, 4, 10))
    return Lake(units, before, applied)


@pytest.mark.obligation("NB23-012")
def test_three_units_that_apply_move_three_in_the_counts(lake: Lake) -> None:
    moved = {k: lake.applied[k] - lake.before[k] for k in lake.before}

    assert {k: n for k, n in moved.items() if n} == {"assessed": -3, "applied": 3}


@pytest.mark.obligation("NB23-012")
def test_counts_by_kind_area_and_stage_of_a_past_day(
    lake: Lake, regions: Regions, clerk: Any
) -> None:
    def on(day: str) -> Row:
        return dict(regions.read("/statistics", clerk, node=LAKE, as_of=day))

    then, earlier = on("2023-03-05"), on("2023-01-31")

    assert {c["key"]: c["units"] for c in then["by_stage"] if c["units"]} == {
        "registered": 1, "assessed": 4,
    }  # fmt: skip
    assert {c["key"]: c["units"] for c in earlier["by_standing"] if c["units"]} == {"registered": 5}
    assert [(k["kind"], k["total"]) for k in then["stages_by_kind"]] == [("enterprise", 5)]
    assert [(c["says"], c["units"]) for c in then["by_area"]] == [("东钱湖旅游度假区（未细分）", 5)]
    city = regions.read("/statistics", people.clerk(people.CITY), node="330200", as_of="2023-03-05")
    assert {c["key"]: c["units"] for c in city["by_area"]}[LAKE] == 5


@pytest.mark.obligation("NB23-008")
def test_coverage_counts_those_with_commitments_against_the_goal(
    lake: Lake, regions: Regions, clerk: Any
) -> None:
    sheet = regions.read("/measures", clerk, node=LAKE, year=YEAR, as_of="2023-03-01")

    figure = {f["measure"]: f for f in sheet["items"]}["coverage"]
    assert (figure["part"], figure["whole"], figure["percent"]) == (4, 5, "80.0")
    assert (figure["target_on"], figure["clause"]) == ("2027-12-31", "NB23:一")
    assert [(k["says"], k["percent"]) for k in figure["by_kind"]] == [("企业", "80.0")]


@pytest.mark.obligation("NB23-009")
def test_attainment_counts_the_recognised_among_those_taking_part(
    lake: Lake, regions: Regions, clerk: Any
) -> None:
    found = figure(regions, LAKE, "attainment", YEAR, clerk)
    city = figure(regions, people.CITY, "attainment", YEAR)

    assert share(found) == (4, 5, "80.0")
    assert found["target_on"] == "2027-12-31"
    zone = next(a for a in city["by_area"] if a["key"] == LAKE)
    assert (zone["part"], zone["whole"], zone["percent"]) == (4, 5, "80.0")


@pytest.mark.obligation("NB23-101")
def test_districts_with_a_document_are_counted_for_both_items(regions: Regions) -> None:
    """Zones follow the same duties as districts (A-32): fourteen offices beneath the city."""
    offices = [
        n.code for n in all_nodes().values()
        if n.parent == people.CITY and n.level in ("district", "zone")
    ]  # fmt: skip
    day = date(2023, 2, 1)
    for node in offices[:7]:
        values = {"item": "plan", "document": "发展总体规划（甬政发〔2023〕1号）"}
        keep(regions, "agenda", [{"values": values}], people.clerk(node), day)

    def asked(measure: str) -> Row:
        return figure(regions, people.CITY, measure, 2023, as_of=day.isoformat())

    assert len(offices) == 14
    assert share(asked("agenda_plan")) == (7, 14, "50.0")
    assert share(asked("agenda_assessment")) == (0, 14, "0.0")


@pytest.mark.obligation("NB23-102", "NB23-112")
def test_the_yearly_report_holds_budget_and_results_against_the_plan(regions: Regions) -> None:
    node, clerk = "330281", people.clerk("330281")
    unit = regions.enter(node, at=date(2025, 3, 3))["unit_id"]
    goal = {"year": 2025, "measure": "check_ups", "goal": "20", "says": "年度安排第二部分"}
    posted(regions, "/goals", clerk, date(2025, 3, 4), goal)
    values = {"mode": "peer", "checker": "互评组", "findings": "制度健全"}
    rows = [{"unit_id": unit, "values": values}] * 18
    keep(regions, "check_up", rows, clerk, date(2025, 6, 9))
    money = {"values": {"budget": 300000, "spent": 120000}}
    keep(regions, "budget", [money], clerk, date(2025, 1, 8))

    report = regions.read(f"/reports/year_report/{node}/2025", clerk)

    figures = {f["measure"]: f for s in report["sections"] for f in s["figures"]}
    counts = {r["kind"]: r for s in report["sections"] for r in s["records"]}
    assert (figures["check_ups"]["value"], figures["check_ups"]["of_plan"]) == ("18", "90.0")
    assert "本级目标 20，完成 90.0%" in figures["check_ups"]["shown"]
    assert {x["field"]: x["total"] for x in counts["budget"]["sums"]} == {
        "budget": "300000.00", "spent": "120000.00",
    }  # fmt: skip
