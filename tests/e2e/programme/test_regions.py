"""The five sample regions run side by side in one system, each by its own pack and offices."""

from __future__ import annotations

from datetime import date

from deploy.sample import people
from tests.support.regions import Regions


def test_every_region_works_by_its_own_pack(regions: Regions) -> None:
    found = regions.read("/packs", people.activator("371000"))

    at_work = {a["pack_id"]: a["jurisdiction"] for a in found["activations"]}
    wanted = {r.pack: r.node for r in people.REGIONS if r.pack in regions.active}
    assert wanted.items() <= at_work.items()


def test_a_unit_is_entered_by_the_office_of_its_place(regions: Regions) -> None:
    unit = regions.enter("371003801")

    assert unit["division_text"] == "威海南海新区"
    assert regions.read(f"/units/{unit['unit_id']}", people.clerk("371000"))
    assert regions.send("GET", f"/units/{unit['unit_id']}", people.clerk("120102")).status_code == 404
