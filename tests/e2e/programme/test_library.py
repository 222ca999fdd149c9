"""The library of honours: filled by naming and by batches that a second person confirms."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.sample import people
from shared.contracts import registry_library as lib
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from tests.support.bulk import figure, keep, share
from tests.support.regions import Regions, Row
from tests.support.waiting import wait_until

TODAY = date(2026, 11, 2)
CITY, PLACE = "330200", "330281"
HX_CITY, HX_PLACE = "330200.hx", "330281.hx"
DOCUMENT = "甬协三〔2023〕9号"


def _hand_in(
    regions: Regions, office: str, items: list[Row], at: date = TODAY, document: str = DOCUMENT
) -> Row:
    """A batch of honours, confirmed by the second person."""
    command = lib.ProposeHonours.model_validate({"document": document, "items": items})
    batch = regions.ask(command, people.clerk(office), at)
    return _confirm(regions, batch, people.reviewer(office), at)


def _confirm(regions: Regions, batch: Row, by: Actor, at: date = TODAY) -> Row:
    return dict(regions.ask(lib.ConfirmHonours(batch_id=batch["batch_id"]), by, at))


def _item(unit: Row, kind: str, on: str = "2022-12-01", **more: Any) -> Row:
    return {"unit_id": unit["unit_id"], "title_kind": kind, "granted_on": on, **more}


def _library(regions: Regions, actor: Actor, **query: Any) -> Row:
    return dict(regions.read("/library", actor, at=TODAY, **query))


def _units(page: Row) -> set[str]:
    return {item["unit_id"] for item in page["items"]}


@pytest.fixture(scope="module")
def library(regions: Regions) -> list[Row]:
    """Three enterprises with a city honour, one with a provincial one, one of its district only."""
    units = [regions.enter(PLACE) for _ in range(5)]
    items = [_item(u, "city_demonstration") for u in units[:3]]
    _hand_in(regions, CITY, [*items, _item(units[3], "provincial_demonstration", "2023-12-01")])
    _hand_in(regions, PLACE, [_item(units[4], "district_demonstration")])
    return units


@pytest.mark.obligation("NB23-076")
def test_city_honours_and_above_are_in_the_library(regions: Regions, library: list[Row]) -> None:
    page = _library(regions, people.clerk(PLACE))

    assert _units(page) >= {u["unit_id"] for u in library[:4]}
    assert library[4]["unit_id"] not in _units(page)
    assert page["clause"].startswith("NB23:三(一)")
    again = regions.refused(
        lib.ProposeHonours.model_validate(
            {"document": DOCUMENT, "items": [_item(library[0], "city_demonstration")]}
        ),
        people.clerk(CITY),
        TODAY,
    )
    assert "已经登记" in again.says


@pytest.mark.obligation("NB23-077")
def test_the_library_is_filtered_and_counted(regions: Regions, library: list[Row]) -> None:
    clerk = people.clerk(PLACE)

    province = _library(regions, clerk, level="province")
    of_2023 = _library(regions, clerk, year=2023, kind="enterprise")
    counts = {(c["level"], c["kind"]): c for c in province["counts"]}

    assert _units(province) == {library[3]["unit_id"]}
    assert _units(of_2023) >= {library[3]["unit_id"]}
    assert library[0]["unit_id"] not in _units(of_2023)
    assert counts["province", "enterprise"]["titles"] == 1
    assert counts["city", "enterprise"]["by_year"]["2022"] == 3


def test_one_person_does_not_let_his_own_batch_in(regions: Regions) -> None:
    unit = regions.enter(PLACE)
    clerk = people.clerk(CITY)
    command = lib.ProposeHonours.model_validate(
        {"document": DOCUMENT, "items": [_item(unit, "city_demonstration")]}
    )
    batch = regions.ask(command, clerk, TODAY)

    with pytest.raises(Refused) as refused:
        _confirm(regions, batch, clerk)

    assert refused.value.code == "second_person_needed"
    assert unit["unit_id"] not in _units(_library(regions, clerk))


def test_what_is_wrong_comes_back_row_by_row_and_nothing_is_kept(regions: Regions) -> None:
    unit = regions.enter(PLACE)
    clerk = people.clerk(PLACE)
    before = len(regions.read("/honour-batches", clerk, at=TODAY)["batches"])
    items = [
        _item(unit, "district_demonstration"),
        _item(unit, "city_demonstration"),
        _item(unit, "legacy_city", "2019-05-01"),
        {"code": "91330200MA2QQQQQQ0", "title_kind": "x", "granted_on": "2022-01-01"},
        _item(unit, "district_demonstration", "2026-11-09"),
    ]
    command = lib.ProposeHonours.model_validate({"document": DOCUMENT, "items": items})

    refused = regions.refused(command, clerk, TODAY)

    said = {row["pointer"]: row["says"] for row in refused.errors}
    assert refused.status == 422
    assert "由上级命名" in said["/items/1/title_kind"]
    assert "须先有明确决定" in said["/items/2/title_kind"]
    assert "没有找到单位" in said["/items/3/code"]
    assert "晚于今天" in said["/items/4/granted_on"]
    assert len(regions.read("/honour-batches", clerk, at=TODAY)["batches"]) == before


def test_a_provincial_honour_gives_what_the_city_and_above_give(
    regions: Regions, library: list[Row]
) -> None:
    body = {"purpose": "labour_inspection_routine", "unit_ids": [library[3]["unit_id"]]}

    def status() -> str:
        answer = regions.send("POST", "/entitlement-checks", people.planner(CITY), body=body)
        return str(answer.raise_for_status().json()["items"][0]["status"])

    assert wait_until(lambda: status() == "exempt", what="the honour reaches the benefits")


@pytest.mark.obligation("HN-122")
def test_the_next_national_round_is_three_years_on_and_may_be_entered(regions: Regions) -> None:
    unit = regions.enter("430121")
    province = people.clerk("430000")
    _hand_in(
        regions,
        "430000",
        [_item(unit, "national_demonstration", "2023-12-08")],
        document="人社部发〔2023〕60号",
    )

    worked_out = _round(regions, province, "national_demonstration")
    regions.ask(
        lib.SetTitleRound(title_kind="national_demonstration", year=2027, document="人社部通知"),
        province,
        TODAY,
    )
    entered = _round(regions, province, "national_demonstration")

    assert (worked_out["last_year"], worked_out["next_year"]) == (2023, 2026)
    assert (entered["last_year"], entered["next_year"]) == (2023, 2027)
    assert _round(regions, province, "national_award")["next_year"] is None


def _round(regions: Regions, actor: Actor, kind: str) -> Row:
    rounds = regions.read("/title-rounds", actor, at=TODAY)["rounds"]
    return next(dict(r) for r in rounds if r["title_kind"] == kind)


# --- the three-level register of 2019 -----------------------------------------------------


@pytest.mark.obligation("NB19-058")
def test_a_district_enterprise_that_rises_to_the_city_is_history_below(regions: Regions) -> None:
    unit = regions.enter(PLACE, suite="hx")
    _hand_in(regions, HX_PLACE, [_item(unit, "district_harmonious", "2018-06-01")])
    clerk = people.clerk(HX_PLACE)
    assert unit["unit_id"] in _units(_library(regions, clerk, level="district"))

    _hand_in(regions, HX_CITY, [_item(unit, "city_advanced", "2019-11-01")])

    assert unit["unit_id"] in _units(_library(regions, clerk, level="city"))
    assert unit["unit_id"] not in _units(_library(regions, clerk, level="district"))
    past = _library(regions, clerk, level="district", listing="past")
    [left] = [t for t in past["items"] if t["unit_id"] == unit["unit_id"]]
    assert (left["status"], left["expires_on"]) == ("expired", "2019-10-31")
    assert unit["unit_id"] not in _units(_library(regions, people.clerk(PLACE)))


@pytest.mark.obligation("NB19-022")
def test_a_unit_whose_re_evaluation_fails_leaves_and_its_history_stays(regions: Regions) -> None:
    kept, gone = (regions.enter(PLACE, suite="hx") for _ in range(2))
    _hand_in(regions, HX_CITY, [_item(u, "city_advanced", "2016-11-01") for u in (kept, gone)])
    clerk = people.clerk(HX_CITY)
    titles = {t["unit_id"]: t["title_id"] for t in _library(regions, clerk, limit=500)["items"]}
    results = ((kept, "keep"), (gone, "withdraw"))
    command = lib.ProposeReview.model_validate(
        {
            "document": "甬和创办〔2019〕8号",
            "reviewed_on": "2019-10-15",
            "items": [{"title_id": titles[u["unit_id"]], "result": r} for u, r in results],
        }
    )
    _confirm(regions, regions.ask(command, clerk, TODAY), people.reviewer(HX_CITY))

    active = _units(_library(regions, clerk, limit=500))
    past = _library(regions, clerk, listing="past", limit=500)["items"]
    as_before = regions.read(f"/titles/{titles[gone['unit_id']]}", clerk, as_of="2019-10-01")

    assert kept["unit_id"] in active
    assert gone["unit_id"] not in active
    [row] = [t for t in past if t["unit_id"] == gone["unit_id"]]
    assert (row["status"], row["revoked_on"]) == ("revoked", "2019-10-15")
    assert as_before["status"] == "active"
    elsewhere = lib.ProposeReview.model_validate(
        {
            "document": "文",
            "reviewed_on": "2024-01-05",
            "items": [{"title_id": "x", "result": "keep"}],
        }
    )
    assert regions.refused(elsewhere, people.clerk(CITY), TODAY).code == "no_re_evaluation"


@pytest.mark.obligation("NB19-020")
def test_city_enterprises_with_a_wage_agreement(regions: Regions) -> None:
    place, office = "330226", "330226.hx"
    units = [regions.enter(place, suite="hx") for _ in range(5)]
    _hand_in(regions, HX_CITY, [_item(u, "city_advanced", "2018-11-01") for u in units])
    rows = [
        {
            "unit_id": u["unit_id"],
            "state": "agreed",
            "values": {"base": ["pay_system", "skill_allowance"]},
        }
        for u in units[:4]
    ]
    keep(regions, "bargaining", rows, people.clerk(office), date(2026, 6, 3))

    assert share(figure(regions, office, "wage_agreements", 2026)) == (4, 5, "80.0")
