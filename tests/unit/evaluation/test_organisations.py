"""Whose opinion a joint decision needs: the bodies of a node on a day (A-07, A-08)."""

from __future__ import annotations

from datetime import date

import pytest

from shared.contracts.scalars import Side, covers, level_of
from shared.runtime.organisations import (
    bodies_of,
    children_of,
    find_node,
    office_for,
    read_nodes,
)

TODAY = date(2026, 3, 10)

ZONE = """
nodes:
- code: "330200"
  name: 市
  level: city
  parent: ""
  valid_from: 2023-01-01
  bodies:
  - {name: 市人社局, side: government}
  - {name: 市总工会, side: workers}
  - {name: 市企联, side: employers}
- code: "330290"
  name: 开发区
  level: district
  parent: "330200"
  valid_from: 2023-01-01
  bodies:
  - {name: 区人社局, side: government}
  - {name: 区总工会, side: workers, valid_to: 2025-12-31}
  - {name: 区工会联合会, side: workers, valid_from: 2026-01-01}
"""


def test_ningbo_has_its_city_and_ten_districts_with_four_bodies_each():
    districts = [n.code for n in children_of("330200") if n.level == "district"]

    assert len(districts) == 10
    for code in ("330200", *districts):
        sides = [b.side for b in bodies_of(code, TODAY)]
        assert sides == [Side.GOVERNMENT, Side.WORKERS, Side.EMPLOYERS, Side.EMPLOYERS]


def test_the_zones_of_ningbo_borrow_the_citys_employer_bodies():
    zones = [n for n in children_of("330200") if n.level == "zone"]

    assert zones
    for zone in zones:
        delegated = {b.name for b in bodies_of(zone.code, TODAY) if b.delegated}
        assert delegated == {"宁波市企业联合会/企业家协会", "宁波市工商业联合会"}


@pytest.mark.parametrize(
    ("division", "suite", "office"),
    [
        ("330203", "", "330203"),
        ("330203001", "", "330203"),
        ("330299", "", "330200"),
        ("330203001", "hx", "330203.hx"),
        ("371071004", "", "371071"),
        ("371003801", "", "371003801"),
        ("430121001", "", "430121"),
        ("430202", "", "430200"),
        ("430204", "hx", None),
        ("330106", "", None),
        ("110101", "", None),
    ],
)
def test_the_nearest_office_answers_for_a_division(division, suite, office):
    found = office_for(division, suite)

    assert (found.code if found else None) == office


@pytest.mark.parametrize(
    ("node", "own", "delegated"),
    [
        ("371002", 3, 1),
        ("371003801", 3, 0),
        ("120102", 4, 0),
        ("430000", 4, 0),
        ("430100", 4, 0),
        ("430373", 2, 2),
        ("330200.hx", 1, 0),
        ("330203.hx", 1, 0),
    ],
)
def test_each_region_has_the_bodies_its_document_names(node, own, delegated):
    found = bodies_of(node, TODAY)

    assert [sum(not b.delegated for b in found), sum(b.delegated for b in found)] == [
        own,
        delegated,
    ]
    assert len([b for b in bodies_of(node, TODAY, fallback=False) if b.delegated]) == 0


def test_the_government_side_differs_from_node_to_node():
    sides = {
        node: next(b.name for b in bodies_of(node, TODAY) if b.side is Side.GOVERNMENT)
        for node in ("371071", "371003801", "371082")
    }

    assert sides == {
        "371071": "威海高区科技创新局",
        "371003801": "南海新区党群与人力资源部",
        "371082": "荣成市人力资源和社会保障局",
    }


def test_a_suite_and_its_systems_answer_for_themselves_only():
    assert covers("330200.hx", "330203.hx")
    assert covers("330200.hx", "330200.hx.gz")
    assert not covers("330200.hx.gz", "330203.hx")
    assert not covers("330200.hx.gz", "330200.hx.jt")
    assert not covers("330200.hx", "330203")
    assert not covers("330200", "330203.hx")
    assert level_of("330200.hx.gz") == "system"


def test_a_zone_without_employer_body_borrows_the_citys_marked_delegated():
    nodes = read_nodes(ZONE)

    own = bodies_of("330290", TODAY, nodes=nodes)
    alone = bodies_of("330290", TODAY, fallback=False, nodes=nodes)

    assert [(b.name, b.delegated) for b in own] == [
        ("区人社局", False),
        ("区工会联合会", False),
        ("市企联", True),
    ]
    assert all(b.side is not Side.EMPLOYERS for b in alone)


def test_seats_are_those_of_the_day():
    nodes = read_nodes(ZONE)

    before = bodies_of("330290", date(2025, 6, 1), nodes=nodes)

    assert "区总工会" in [b.name for b in before]
    assert "区工会联合会" not in [b.name for b in before]


def test_an_unknown_node_has_no_seats():
    assert find_node("999999") is None
    assert bodies_of("999999", TODAY) == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('code: "330290"', 'code: "330200"', "重复"),
        ('parent: "330200"', 'parent: "1"', "上级"),
        ("{name: 区人社局, side", "{name: 省企联, delegated: true, side", "没有 省企联"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(old, new, says):
    with pytest.raises(ValueError, match=says):
        read_nodes(ZONE.replace(old, new))
