"""Offices, the bodies each really has, who sits in delegation, and who holds which post."""

from __future__ import annotations

from datetime import date

import pytest

from deploy.sample import people
from deploy.sample.units import ALPHABET, credit_code
from shared.contracts import evaluation_round as rounds
from shared.contracts import oversight_checks, registry_people, registry_records
from shared.contracts.message import Actor
from shared.contracts.registry_units import SetMark
from shared.contracts.scalars import Side
from shared.policy.load import load_pack
from tests.support.portal import sign_in
from tests.support.regions import Regions, Row
from tests.support.town import Town

DAY = date(2026, 3, 10)


def bodies(regions: Regions, node: str, *, side: str = "", delegated: bool = False) -> list[str]:
    """The names of a node's bodies as its own clerk reads them."""
    whole = regions.read(f"/nodes/{node}", people.clerk(node))
    return [
        b["body"]
        for b in whole["head"]["bodies"]
        if b["delegated"] is delegated and (not side or b["side"] == side)
    ]


@pytest.mark.obligation("NB23-003")
def test_a_district_of_ningbo_has_four_bodies_on_three_sides(regions: Regions) -> None:
    whole = regions.read("/nodes/330203", people.clerk("330203"))

    sides = [b["side"] for b in whole["head"]["bodies"]]
    assert len(sides) == 4
    assert set(sides) == set(Side)
    assert whole["pack"]["pack_id"] == "ningbo-2023"
    assert whole["above"]["node"] == "330200"


@pytest.mark.obligation("WH-002")
def test_a_district_of_weihai_has_three_bodies_and_the_citys_confederation_speaks_for_it(
    regions: Regions,
) -> None:
    assert len(bodies(regions, "371002")) == 3
    assert bodies(regions, "371002", delegated=True) == ["威海市企业和企业家联合会"]
    assert len(bodies(regions, "371000")) == 4


@pytest.mark.obligation("WH-003", "WH-004")
def test_the_government_side_and_the_employers_seat_differ_from_node_to_node(
    regions: Regions,
) -> None:
    assert bodies(regions, "371071", side="government") == ["威海高区科技创新局"]
    assert bodies(regions, "371003801", side="government") == ["南海新区党群与人力资源部"]
    assert bodies(regions, "371003801", side="employers") == ["南海新区投资促进中心"]


@pytest.mark.obligation("HD-064")
def test_the_employers_of_hedong_are_state_assets_and_the_federation(regions: Regions) -> None:
    found = bodies(regions, "120102", side="employers")

    assert found == ["河东区人民政府国有资产监督管理委员会", "河东区工商业联合会"]


@pytest.mark.obligation("HN-002", "HN-003")
@pytest.mark.parametrize("node", ["430000", "430100"])
def test_hunan_and_its_cities_have_one_one_and_two(regions: Regions, node: str) -> None:
    counts = [len(bodies(regions, node, side=side)) for side in Side]

    assert counts == [1, 1, 2]


@pytest.mark.obligation("NB23-004")
def test_a_zone_decides_with_the_citys_employers_marked_delegated(town: Town) -> None:
    code = credit_code("330206", ALPHABET.index("R") * 31**4 + 7)
    unit = town.do(town.enter("enterprise", "330206401", code=code))
    application = town.do(town.recognised(unit, 2023))

    shown = town.do(
        town.system.rest.read(
            f"/minutes/application/{application['application_id']}", people.clerk("330206401")
        )
    )
    borrowed = {s["body"] for s in shown["seats"] if s["delegated"]}
    assert borrowed == {"宁波市企业联合会/企业家协会", "宁波市工商业联合会"}


@pytest.mark.obligation("NB19-003")
def test_the_2019_offices_are_of_three_kinds_and_a_systems_office_recommends(
    regions: Regions,
) -> None:
    below = regions.read("/nodes/330200.hx", people.clerk("330200.hx"))["beneath"]
    assert {line["level"] for line in below} == {"district", "system", "park"}

    system = people.clerk("330200.hx.gz")
    entry = registry_records.RecordEntry(kind="recommendation", values=_filled("recommendation"))
    made = regions.ask(registry_records.SaveRecord(record=entry), system, DAY)

    assert made["node"] == "330200.hx.gz"
    assert regions.read(f"/records/{made['record_id']}", people.clerk("330200.hx"))
    aside = regions.send("GET", f"/records/{made['record_id']}", people.clerk("330203.hx"))
    assert aside.status_code == 404


def _filled(kind: str) -> Row:
    """What must be filled in: the first choice of each list, else a word."""
    pack = load_pack("ningbo-2019")
    fields = [f for f in pack.records[kind].fields if f.required]
    return {f.name: pack.lists[f.list].items[0].id if f.list else "样例企业" for f in fields}


def test_a_system_sees_the_units_that_bear_its_mark_and_no_others(regions: Regions) -> None:
    marked, plain = regions.enter("330203", suite="hx"), regions.enter("330203", suite="hx")
    mark = SetMark(
        unit_id=marked["unit_id"], mark="system", value="gz", since=DAY, reason="样例：国资系统"
    )
    regions.ask(mark, people.clerk("330200.hx"), DAY)

    seen = regions.read("/units", people.clerk("330200.hx.gz"))["items"]
    ids = {unit["unit_id"] for unit in seen}
    assert marked["unit_id"] in ids
    assert plain["unit_id"] not in ids
    other = regions.send("GET", f"/units/{marked['unit_id']}", people.clerk("330200.hx.jt"))
    assert other.status_code == 404
    shared = regions.read(f"/units/{marked['unit_id']}", people.clerk("330203"))
    assert shared["name_text"] == marked["name_text"]


def test_a_post_is_followed_and_never_erased(regions: Regions) -> None:
    node, clerk = "430300", people.clerk("430300")

    def take(name: str, on: date, replaces: str = "") -> registry_people.AppointPost:
        return registry_people.AppointPost(
            node=node, body="湘潭市总工会", post_title="联络员", person_name=name, held_from=on,
            replaces=replaces,
        )  # fmt: skip

    first = regions.ask(take("林澄野", date(2025, 1, 6)), clerk, date(2025, 1, 6))
    refused = regions.refused(take("周砚秋", date(2026, 3, 2)), clerk, DAY)
    second = regions.ask(take("周砚秋", date(2026, 3, 2), first["post_id"]), clerk, DAY)

    assert refused.code == "post_held"
    assert second["side"] == "workers"
    before = regions.read(f"/nodes/{node}/posts", clerk, as_of="2026-03-01")["posts"]
    now = regions.read(f"/nodes/{node}/posts", clerk, as_of="2026-03-02")["posts"]
    both = regions.read(f"/nodes/{node}/posts", clerk, history="true")["posts"]
    assert [p["person_name"] for p in before] == ["林澄野"]
    assert [p["person_name"] for p in now] == ["周砚秋"]
    assert [(p["person_name"], p["held_until"]) for p in both] == [
        ("周砚秋", None), ("林澄野", "2026-03-01"),
    ]  # fmt: skip
    strange = take("沈蘅汀", DAY).model_copy(update={"body": "湘潭市没有的单位"})
    assert regions.refused(strange, clerk, DAY).code == "body_unknown"
    elsewhere = regions.refused(take("沈蘅汀", DAY), people.clerk("430200"), DAY)
    assert elsewhere.status in (403, 404)


def test_divisions_stand_apart_from_offices_with_their_days(regions: Regions) -> None:
    clerk = people.clerk("371000")
    found = {d["code"]: d for d in regions.read("/divisions", clerk)["divisions"]}

    assert found["371081"]["valid_to"] == "2013-12-31"
    assert found["371081"]["successor_text"] == "文登区"
    streets = regions.read("/divisions", clerk, parent="371003")["divisions"]
    nanhai = next(d for d in streets if d["code"] == "371003801")
    assert [o["name"] for o in nanhai["offices"]] == ["威海南海新区协调劳动关系三方会议办公室"]
    assert regions.send("GET", "/divisions", clerk, parent="430100").status_code == 404


@pytest.mark.obligation("WH-114", "HN-136")
@pytest.mark.parametrize("node", ["371000", "430000"])
def test_only_the_human_resources_side_opens_rounds_and_checks(regions: Regions, node: str) -> None:
    seats = [s for s in people.seats(node) if s.side != "government"]
    check = oversight_checks.OpenCampaign(
        node=node, title="年度检查", kind="spot", scope="creating", share=10, starts_on=DAY,
        ends_on=DAY,
    )  # fmt: skip

    assert {regions.refused(check, seat, DAY).status for seat in seats} == {403}
    opening = rounds.OpenRound(node=node, year=2031)
    assert {regions.refused(opening, seat, DAY).status for seat in seats} == {403}
    assert regions.ask(check, people.reviewer(node), DAY)["campaign_id"]


@pytest.mark.parametrize(
    ("node", "says"),
    [("371000", ("威海市协调劳动关系三方会议办公室", "南海新区投资促进中心", "委托")),
     ("120102", ("河东区", "国有资产监督管理委员会")),
     ("330200.hx", ("宁波市国资系统和谐企业创建工作领导小组办公室", "2019年宁波市和谐企业"))],
)  # fmt: skip
def test_the_portal_shows_a_regions_own_offices_and_law(
    regions: Regions, node: str, says: tuple[str, ...]
) -> None:
    clerk = people.clerk(node)
    portal = sign_in(regions.system, _fresh(clerk), f"jg-{node}")
    page = portal.page("/organisations") + portal.page(f"/organisations/{node}")
    portal.leave()

    assert [word for word in says if word not in page] == []
    assert ("330203" in page) is node.startswith("3302")


def _fresh(actor: Actor) -> Actor:
    return actor.model_copy(update={"id": f"portal_{actor.node}"})
