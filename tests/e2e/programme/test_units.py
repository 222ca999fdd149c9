"""Units of every kind in five regions: kinds, relations, marks, members, phases, public lists."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.sample import people
from deploy.sample.chain import moment
from tests.support.bulk import import_units, posted
from tests.support.regions import Regions, Row
from tests.support.town import Town
from tests.support.waiting import wait_until

DAY = date(2026, 1, 12)
HEDONG, HUANCUI, ZHENHAI, ZHUZHOU = "120102", "371002", "330211", "430200"


def relate(
    regions: Regions, unit: str, relation: str, to: str, office: str, *, at: date = DAY, **more: Any
) -> Row:
    """Tie two units by the office's clerk."""
    body = {"relation": relation, "to_unit_id": to, "begins_on": at.isoformat(), "reason": "名录"}
    return posted(regions, f"/units/{unit}/relations", people.clerk(office), at, body | more)


def mark(
    regions: Regions, unit: str, name: str, office: str, *, at: date = DAY, value: str = ""
) -> Row:
    """Put a mark on by the office's clerk."""
    body = {"mark": name, "value": value, "since": at.isoformat(), "reason": "会商确定"}
    return posted(regions, f"/units/{unit}/marks", people.clerk(office), at, body)


def found(regions: Regions, office: str, **where: Any) -> list[str]:
    """The ids of a filtered list."""
    page = regions.read("/units", people.clerk(office), limit=500, **where)
    return [unit["unit_id"] for unit in page["items"]]


def refusal(regions: Regions, division: str, kind: str, *, suite: str = "", **more: Any) -> Row:
    """What an entry that must not stand is told."""
    body = {"entry": {"kind": kind, "division": division, "name_text": "试点单位"} | more}
    clerk = people.clerk(division + (f".{suite}" if suite else ""))
    answer = regions.send("POST", "/units", clerk, body=body)
    assert answer.status_code in (409, 422), answer.text
    return dict(answer.json()) | {"status": answer.status_code}


# --- kinds --------------------------------------------------------------------------------


@pytest.mark.obligation("WH-112")
def test_an_industry_is_not_registered_while_its_switch_is_off(regions: Regions) -> None:
    told = refusal(regions, HUANCUI, "industry", details={"leading_body": "渔业协会"})

    assert (told["status"], told["code"]) == (422, "kind_switched_off")
    assert told["clause"].startswith("WH:七(二)")


@pytest.mark.obligation("HN-009")
def test_a_park_of_hunan_says_which_of_the_four_it_is(regions: Regions) -> None:
    details = {"managing_body": "管委会"}

    bare = refusal(regions, ZHUZHOU, "park", details=details)
    wrong = refusal(regions, ZHUZHOU, "park", details=details | {"subtype": "保税区"})
    entered = regions.enter(ZHUZHOU, "park", details=details | {"subtype": "高新技术产业园区"})

    assert (bare["status"], wrong["status"]) == (422, 422)
    assert "必须选择类别" in bare["detail"]
    assert "高新技术产业园区" in wrong["detail"]
    assert entered["details"]["subtype"] == "high_tech"
    assert found(regions, ZHUZHOU, kinds="park", subtypes="high_tech") == [entered["unit_id"]]
    kinds = {"enterprise", "park", "township", "industry"}
    forms = regions.read("/unit-forms", people.clerk(ZHUZHOU))
    assert kinds <= {kind["kind"] for kind in forms["kinds"]}


@pytest.mark.obligation("NB19-015")
def test_a_village_is_of_the_programme_of_2019_only(regions: Regions) -> None:
    village = regions.enter(ZHENHAI, "village", suite="hx")
    mark(regions, village["unit_id"], "example", f"{ZHENHAI}.hx")

    elsewhere = refusal(regions, ZHENHAI, "village")

    assert (elsewhere["status"], elsewhere["code"]) == (422, "kind_unknown")
    assert elsewhere["clause"].startswith("NB23:")
    shown = found(regions, f"{ZHENHAI}.hx", kinds="village", mark="example")
    assert shown == [village["unit_id"]]


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"code": "91430200MA9R00001X"}, "校验"),
        ({"code": "91430200MA9R00001X", "details": {"moon": "1"}}, "没有登记字段“moon”"),
        ({"code": "", "details": {"has_union": "也许"}}, "既不是“是”也不是“否”"),
        ({"code": "", "details": {"ownership": "外星"}}, "不在可选范围"),
    ],
)
def test_a_field_that_cannot_stand_is_told_by_its_name(
    regions: Regions, entry: dict[str, Any], word: str
) -> None:
    told = refusal(regions, ZHUZHOU, "enterprise", **entry)

    assert told["status"] == 422
    assert word in told["detail"]


def test_a_code_belongs_to_one_unit_wherever_it_is(regions: Regions) -> None:
    unit = regions.enter(HUANCUI)

    told = refusal(regions, ZHUZHOU, "enterprise", code=unit["code"])

    assert (told["status"], told["code"]) == (409, "code_taken")


# --- relations and members ----------------------------------------------------------------


@pytest.mark.obligation("NB23-038")
def test_an_association_lists_its_twelve_enterprises_with_their_stage(regions: Regions) -> None:
    body = regions.enter(ZHENHAI, "industry", details={"leading_body": "模具行业协会"})
    units = import_units(regions, ZHENHAI, 12, at=DAY)
    for unit in units:
        relate(regions, unit, "in_industry", body["unit_id"], ZHENHAI)

    page = regions.read(f"/units/{body['unit_id']}/members", regions.user(body))

    assert page["total"] == 12
    assert page["by_standing"] == {"registered": 12}
    assert {m["unit"]["unit_id"] for m in page["items"]} == set(units)
    assert {m["stage_text"] for m in page["items"]} == {"已登记"}


@pytest.mark.obligation("HD-018", "HD-020", "HD-021")
def test_a_supply_chain_has_one_leader_and_members_of_any_trade(regions: Regions) -> None:
    chain = regions.enter(HEDONG, "supply_chain", details={"trade": "轨道交通装备"})
    leader, second = regions.enter(HEDONG), regions.enter(HEDONG)
    units = import_units(regions, HEDONG, 7, at=DAY)
    other_trade = regions.enter(HEDONG, industry="G58")
    for unit in [*units, other_trade["unit_id"]]:
        relate(regions, unit, "member", chain["unit_id"], HEDONG)
    first = relate(
        regions, leader["unit_id"], "chain_leader", chain["unit_id"], HEDONG, until_on="2026-06-30"
    )

    page = regions.read(f"/units/{chain['unit_id']}/members", people.clerk(HEDONG), DAY)
    body = {"relation": "chain_leader", "to_unit_id": chain["unit_id"], "begins_on": "2026-02-02",
            "reason": "推荐"}  # fmt: skip
    path = f"/units/{second['unit_id']}/relations"
    taken = regions.send("POST", path, people.clerk(HEDONG), body=body, at=date(2026, 2, 2))
    end = {"until_on": "2026-02-02", "reason": "换届"}
    ended = posted(
        regions, f"/relations/{first['relation_id']}/end", people.clerk(HEDONG),
        date(2026, 2, 2), end,
    )  # fmt: skip
    now = posted(regions, path, people.clerk(HEDONG), date(2026, 2, 2), body)

    assert page["total"] == 9
    assert page["by_relation"] == {"member": 8, "chain_leader": 1}
    assert (taken.status_code, taken.json()["code"]) == (409, "relation_taken")
    assert taken.json()["clause"].startswith("HD:")
    assert (first["begins_on"], first["until_on"]) == ("2026-01-12", "2026-06-30")
    assert (ended["until_on"], now["until_on"]) == ("2026-02-02", None)


@pytest.mark.obligation("HN-019")
def test_a_parks_third_item_counts_the_stations_that_serve_it(regions: Regions) -> None:
    details = {"managing_body": "管委会", "subtype": "economic"}
    park = regions.enter(ZHUZHOU, "park", details=details)
    station = _station(regions, ZHUZHOU)
    relate(regions, station["unit_id"], "serves", park["unit_id"], ZHUZHOU)

    plan = regions.read(f"/units/{park['unit_id']}/work-plan", people.clerk(ZHUZHOU))
    item = next(item for item in plan["items"] if item["id"] == "A3")
    members = regions.read(
        f"/units/{park['unit_id']}/members", people.clerk(ZHUZHOU), kind="station"
    )

    assert (item["figure"]["whole"], members["total"]) == (1, 1)


# --- stations and demonstration points ----------------------------------------------------


def _station(regions: Regions, division: str, *, opened: str = "2026-01-05", **more: Any) -> Row:
    details = {"services": "咨询、调解、用工指导", "staff": "3"}
    return regions.enter(
        division, "station", address="样例路1号", starts_on=opened, details=details, **more
    )


def _public(regions: Regions, kind: str, area: str, **where: str) -> dict[str, Row]:
    asked = {"area": area, "limit": "500"} | where
    answer = regions.system.http.get(f"/public/v1/units/{kind}", params=asked)
    items = answer.raise_for_status().json()["items"]
    return {item["unit_id"]: item for item in items}


@pytest.mark.obligation("WH-019", "WH-068")
def test_a_station_is_on_the_public_list_until_it_closes(regions: Regions) -> None:
    station = _station(regions, "371002005")
    unit_id = station["unit_id"]

    listed = _public(regions, "station", "371000")[unit_id]
    page = regions.system.http.get("/public/units/station?area=371000")
    close = {"closed_on": DAY.isoformat(), "reason": "并入街道服务中心"}
    posted(regions, f"/units/{unit_id}/closure", people.clerk(HUANCUI), DAY, close)

    assert listed["address"] == "样例路1号"
    assert {f["says"]: f["value"] for f in listed["facts"]}["服务内容"] == "咨询、调解、用工指导"
    assert station["name_text"] in page.text
    assert unit_id not in _public(regions, "station", "371000")


@pytest.mark.obligation("HN-156")
def test_model_stations_are_published_with_their_batch(regions: Regions) -> None:
    stations = [_station(regions, ZHUZHOU) for _ in range(4)]
    for station in stations[:3]:
        mark(regions, station["unit_id"], "model_station", "430000", value="1")

    listed = _public(regions, "station", "430000", mark="model_station:1")

    assert set(listed) == {s["unit_id"] for s in stations[:3]}
    assert {m["value"] for item in listed.values() for m in item["marks"]} == {"1"}
    assert not any(m["reason"] for item in listed.values() for m in item["marks"])


@pytest.mark.obligation("HD-042")
def test_the_stations_opened_in_a_year_are_counted(regions: Regions) -> None:
    before = _opened(regions, 2024)

    _station(regions, HEDONG, opened="2024-05-20")
    _station(regions, HEDONG, opened="2023-05-20")

    assert _opened(regions, 2024) == before + 1


def _opened(regions: Regions, year: int) -> int:
    asked: dict[str, Any] = {"kinds": "station", "began_in": year}
    return int(regions.read("/unit-counts", people.clerk(HEDONG), **asked)["total"])


@pytest.mark.obligation("HN-150")
def test_demonstration_points_are_listed_by_level_and_hold_no_title(regions: Regions) -> None:
    details = {"level": "city", "named_on": "2025-11-03"}
    building = regions.enter(ZHUZHOU, "building", details=details)
    regions.enter(ZHUZHOU, "block", details=details | {"level": "province"})

    shown = found(regions, ZHUZHOU, kinds=["building", "block"], fields="level:city")

    assert shown == [building["unit_id"]]
    titles = regions.read("/titles", people.clerk(ZHUZHOU), unit_id=building["unit_id"])
    assert titles["items"] == []


# --- filters and marks --------------------------------------------------------------------


@pytest.mark.obligation("HD-003")
def test_enterprises_are_filtered_by_head_count_type_and_condition(regions: Regions) -> None:
    text = "河东筛选"
    units = {
        heads: regions.enter(
            HEDONG, headcount=heads, name_text=f"{text}第{heads}制造厂",
            details={"enterprise_type": "民营", "relations_condition": condition},
        )["unit_id"]
        for heads, condition in ((49, "稳定"), (50, "稳定"), (99, "有争议"), (100, "稳定"))
    }  # fmt: skip

    band = found(regions, HEDONG, text=text, heads_from=50, heads_to=99)
    calm = found(
        regions, HEDONG, text=text, heads_from=50, heads_to=99,
        fields=["relations_condition:稳定", "enterprise_type:民营"],
    )  # fmt: skip

    assert set(band) == {units[50], units[99]}
    assert calm == [units[50]]


@pytest.mark.obligation("HN-020", "HN-081")
def test_units_are_filtered_by_class_and_by_who_leads(regions: Regions) -> None:
    city = "430300"
    units = import_units(regions, city, 12, at=DAY)
    for unit in units[:10]:
        mark(regions, unit, "class", city, value="B")
    mark(regions, units[10], "class", city, value="A")
    leading = mark(regions, units[11], "leading", city)

    of_class = found(regions, city, mark="class:B", kinds="enterprise", heads_to=300)
    leaders = found(regions, city, mark="leading")

    assert set(of_class) == set(units[:10])
    assert leaders == [units[11]]
    assert (leading["since"], leading["reason"]) == (DAY.isoformat(), "会商确定")
    assert found(regions, ZHUZHOU, mark="class:B", division=city) == []


@pytest.mark.obligation("NB19-023")
def test_a_layer_is_a_mark_to_filter_by(regions: Regions) -> None:
    office = f"{ZHENHAI}.hx"
    units = import_units(regions, ZHENHAI, 6, at=DAY, suite="hx")
    for unit in units[:5]:
        mark(regions, unit, "layer", office, value="district")
    mark(regions, units[5], "layer", office, value="system")

    assert set(found(regions, office, mark="layer:district")) == set(units[:5])
    assert found(regions, ZHENHAI, mark="layer:district") == []  # another programme's mark


@pytest.mark.obligation("NB19-049", "NB19-070")
def test_a_mark_shows_with_its_date_and_the_level_that_answers(regions: Regions) -> None:
    office = f"{ZHENHAI}.hx"
    unit = regions.enter(ZHENHAI, suite="hx", at=date(2019, 5, 6))["unit_id"]
    mark(regions, unit, "safe_enterprise", office, at=date(2019, 6, 1))
    mark(regions, unit, "responsible_level", office, at=date(2019, 6, 3), value="township")
    mark(regions, unit, "guidance_class", office, at=date(2019, 6, 3), value="park")

    shown = regions.read(f"/units/{unit}", people.clerk(office))["marks"]

    marks = {m["mark"]: m for m in shown}
    assert (marks["safe_enterprise"]["mark_text"], marks["safe_enterprise"]["since"]) == (
        "平安企业", "2019-06-01",
    )  # fmt: skip
    assert marks["responsible_level"]["value"] == "township"
    assert marks["guidance_class"]["value_text"] == "产业园区集中创建"


# --- standing and phases ------------------------------------------------------------------


@pytest.mark.obligation("NB23-011")
def test_a_unit_that_commits_stands_in_its_districts_base_as_creating(
    regions: Regions, town: Town
) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    town.do(town.chain.commit(unit, moment(date(2023, 2, 6))))

    listed = regions.read(
        "/units", people.clerk(ZHENHAI), division=ZHENHAI, standings="creating",
        text=unit["name_text"],
    )["items"]  # fmt: skip

    assert [u["unit_id"] for u in listed] == [unit["unit_id"]]
    one = listed[0]
    assert (one["kind_text"], one["headcount"], one["standing_text"]) == ("企业", 120, "创建中")


@pytest.mark.obligation("HN-167")
def test_a_recognised_unit_is_in_the_third_phase_and_the_earlier_ones_have_dates(
    regions: Regions, town: Town
) -> None:
    unit = town.do(town.enter("enterprise", ZHENHAI))
    town.do(town.recognised(unit, 2023))

    def read() -> Row:
        return dict(regions.read(f"/units/{unit['unit_id']}", people.clerk(ZHENHAI)))

    wait_until(lambda: read()["standing"] == "recognised", what="the recognition")
    shown = read()
    assert shown["phase"] == "recognition"
    assert [(p["phase_text"], p["since"]) for p in shown["phases"]] == [
        ("自主申报", "2023-02-06"), ("培育指导", "2023-02-06"), ("评价认定", "2023-03-20"),
    ]  # fmt: skip
