"""Whose opinion a joint decision needs: the bodies of a node on a day (A-07, A-08)."""

from __future__ import annotations

from datetime import date

import pytest

from shared.contracts.scalars import Side
from shared.runtime.organisations import (
    all_nodes,
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
    zones = [n for n in all_nodes().values() if n.level == "zone"]

    assert zones
    for zone in zones:
        delegated = {b.name for b in bodies_of(zone.code, TODAY) if b.delegated}
        assert delegated == {"宁波市企业联合会/企业家协会", "宁波市工商业联合会"}


@pytest.mark.parametrize(
    ("division", "office"),
    [("330203", "330203"), ("330203001", "330203"), ("330299", "330200"), ("110101", None)],
)
def test_the_nearest_office_answers_for_a_division(division, office):
    found = office_for(division)

    assert (found.code if found else None) == office


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
    [('code: "330290"', 'code: "330200"', "重复"), ('parent: "330200"', 'parent: "1"', "上级")],
)
def test_a_table_that_contradicts_itself_is_refused(old, new, says):
    with pytest.raises(ValueError, match=says):
        read_nodes(ZONE.replace(old, new))
