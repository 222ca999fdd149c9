"""The five sample regions run side by side in one system, each by its own pack and offices."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from sqlalchemy.orm import Session

from deploy.sample import people
from shared.contracts import registry_acts as acts
from shared.messaging.parking import list_parked
from shared.runtime.database import make_engine
from tests.support.agencies import settings_of
from tests.support.regions import Regions, Row
from tests.support.waiting import wait_until

DAY = date(2026, 3, 10)
PLACES = ("330203", "371071", "120102009", "433101")


def test_every_region_works_by_its_own_pack(regions: Regions) -> None:
    for region in people.REGIONS:
        whole = regions.read(f"/nodes/{region.node}", people.clerk(region.node))

        assert whole["pack"]["pack_id"] == region.pack


def test_a_unit_is_entered_by_the_office_of_its_place(regions: Regions) -> None:
    unit = regions.enter("371003801")

    assert unit["division_text"] == "威海南海新区"
    assert regions.read(f"/units/{unit['unit_id']}", people.clerk("371000"))
    assert (
        regions.send("GET", f"/units/{unit['unit_id']}", people.clerk("120102")).status_code == 404
    )


@pytest.fixture(scope="module")
def units(regions: Regions) -> dict[str, Row]:
    """A unit in each region that has a register of its own."""
    return {place: regions.enter(place) for place in PLACES}


@pytest.mark.parametrize("place", PLACES)
def test_every_service_takes_a_unit_of_any_region_in(
    regions: Regions, units: dict[str, Row], place: str
) -> None:
    unit, user = units[place], regions.user(units[place])

    def is_answered(path: str) -> bool:
        return regions.send("GET", path, user).status_code == 200

    for told in ("standing", "entitlements", "holds", "benefits"):
        path = f"/units/{unit['unit_id']}/{told}"
        assert wait_until(partial(is_answered, path), what=path)


@pytest.mark.parametrize("place", ["371071", "120102009", "433101"])
def test_an_act_the_document_does_not_know_is_refused_by_its_name(
    regions: Regions, units: dict[str, Row], place: str
) -> None:
    letter = acts.SubmitCommitment(
        unit_id=units[place]["unit_id"], signatory="负责人", signed_on=DAY
    )
    refused = regions.refused(letter, regions.user(units[place]), DAY)

    assert (refused.code, refused.status) == ("no_such_step", 409)
    assert "没有“提交创建承诺书”这一环节" in refused.says


def test_the_offices_of_2019_file_no_plan_and_keep_no_commitments(
    regions: Regions, units: dict[str, Row]
) -> None:
    clerk = people.clerk("330203.hx")
    plan = acts.FilePlan(year=2026, sections={"安排": "样例"}, window_from=DAY, deadline_on=DAY)

    assert regions.refused(plan, clerk, DAY).code in ("no_such_step", "plan_section_missing")
    listed = regions.read("/commitments", clerk)["commitments"]
    assert listed == []
    seen = regions.read(f"/units/{units['330203']['unit_id']}/timeline", clerk)["entries"]
    assert {entry["what"] for entry in seen} == {"unit.entered"}


def test_an_office_of_another_region_is_not_there(regions: Regions) -> None:
    refused = regions.refused(acts.ListNodes(node="371000"), people.clerk("330203"), DAY)

    assert refused.status == 404


@pytest.mark.parametrize("service", ["registry", "evaluation", "incentives", "oversight"])
def test_no_service_gave_a_unit_up(regions: Regions, units: dict[str, Row], service: str) -> None:
    engine = make_engine(service, settings_of(regions.system), pool_size=1)
    with Session(engine) as session:
        parked = [row for row in list_parked(session) if _about(row, units)]
    engine.dispose()

    assert parked == []


def _about(row: object, units: dict[str, Row]) -> bool:
    return any(unit["unit_id"] in str(row) for unit in units.values())
