"""Relations and marks: what the pack has room for, seen from both ends, with their history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.registry.handlers import marks, relations, unit_forms, units
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import CloseUnit, FindUnits, GetUnit, UnitFilter
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_units import (
    EndMark,
    EndRelation,
    ListMarks,
    ListMembers,
    ListRelations,
    Relate,
    SetMark,
    UnitForms,
)
from tests.integration.registry.conftest import CITY, HAISHU, JIANGBEI, TODAY, Acting

Enter = Callable[..., UnitView]
SINCE = date(2026, 1, 5)


@pytest.fixture
def parks(enter: Enter) -> list[UnitView]:
    return [
        enter(kind="park", name_text=name, code="", details={"managing_body": "管委会"})
        for name in ("望春园区", "高桥园区")
    ]


def relate(acting: Acting, one: UnitView, other: UnitView, **more: object) -> Relate:
    given = {
        "unit_id": one.unit_id, "relation": "in_park", "to_unit_id": other.unit_id,
        "begins_on": SINCE, "reason": "园区名录",
    }  # fmt: skip
    command = Relate.model_validate(given | more)
    relations.relate(acting(CITY), command)
    return command


def refusal(acting: Acting, one: UnitView, other: UnitView, **more: object) -> Refused:
    with pytest.raises(Refused) as refused:
        relate(acting, one, other, **more)
    return refused.value


def test_an_enterprise_has_one_park_at_a_time(
    acting: Acting, enter: Enter, parks: list[UnitView]
) -> None:
    unit = enter()
    relate(acting, unit, parks[0])

    taken, twice = refusal(acting, unit, parks[1]), refusal(acting, unit, parks[0])
    held = relations.list_relations(acting(), ListRelations(unit_id=unit.unit_id))["relations"]
    end = EndRelation(relation_id=held[0].relation_id, until_on=date(2026, 3, 1), reason="迁出园区")
    relations.end_relation(acting(), end)
    relate(acting, unit, parks[1], begins_on=date(2026, 3, 1))
    overlapping = refusal(acting, unit, parks[0], until_on=date(2026, 2, 1))

    both = relations.list_relations(acting(), ListRelations(unit_id=unit.unit_id, with_ended=True))[
        "relations"
    ]
    assert (taken.code, taken.status, taken.clause) == ("relation_taken", 409, "NB23:二(三).2")
    assert (twice.code, overlapping.code) == ("relation_exists", "relation_exists")
    assert [r.other.name_text for r in both] == ["高桥园区", "望春园区"]
    assert both[1].end_reason == "迁出园区"


def test_the_database_lets_nobody_have_two_at_once(
    acting: Acting, enter: Enter, parks: list[UnitView]
) -> None:
    unit = enter()
    relate(acting, unit, parks[0])

    with pytest.raises(DBAPIError, match="unit_relation_single"):
        acting(CITY).session.execute(
            text(
                "INSERT INTO unit_relation SELECT 'relation_x', relation, relation_text,"
                " from_unit_id, :park, single, one_per_other, begins_on, NULL, reason, '', clause,"
                " recorded_at, recorded_by, NULL, '' FROM unit_relation"
            ),
            {"park": parks[1].unit_id},
        )


@pytest.mark.parametrize(
    ("more", "code", "word"),
    [
        ({"relation": "in_moon"}, "relation_unknown", "没有“in_moon”"),
        ({"relation": "contractor"}, "relation_invalid", "企业不能登记“施工总承包单位”"),
        ({"begins_on": "2027-01-01"}, "relation_invalid", "晚于今天"),
        ({"until_on": "2026-01-01"}, "relation_invalid", "早于开始日期"),
        ({"reason": "  "}, "text_missing", "依据"),
    ],
)
def test_a_relation_that_cannot_be_is_refused_with_why(
    acting: Acting,
    enter: Enter,
    parks: list[UnitView],
    more: dict[str, object],
    code: str,
    word: str,
) -> None:
    refused = refusal(acting, enter(), parks[0], **more)

    assert (refused.status, refused.code) == (422, code)
    assert word in refused.says


def test_a_body_lists_its_members_and_an_office_those_of_its_area(
    acting: Acting, enter: Enter, parks: list[UnitView]
) -> None:
    here, there = enter(name_text="甲机械"), enter(name_text="乙机械", division="330205")
    site = enter(kind="site")
    for unit in (here, there, site):
        relate(acting, unit, parks[0])
    own = Actor(id="u1", name="园区", node="330203", roles=("unit",), unit_id=parks[0].unit_id)

    def members(actor: Actor, **more: object) -> list[str]:
        asked = ListMembers.model_validate({"unit_id": parks[0].unit_id} | more)
        return [m.unit.name_text for m in relations.list_members(acting(actor), asked).items]

    page = relations.list_members(acting(own), ListMembers(unit_id=parks[0].unit_id, limit=2))
    rest = relations.list_members(
        acting(own), ListMembers(unit_id=parks[0].unit_id, limit=2, after=page.next_after)
    )

    assert (page.total, page.by_kind) == (3, {"enterprise": 2, "site": 1})
    assert page.by_standing == {"registered": 3}
    assert page.items[0].stage_text == "已登记"
    assert len({m.unit.unit_id for m in (*page.items, *rest.items)}) == 3
    assert rest.next_after == ""
    assert sorted(members(HAISHU)) == sorted(["甲机械", "海曙西门口综合体工地"])
    assert members(own, kind="enterprise") == ["甲机械", "乙机械"]
    with pytest.raises(Refused) as hidden:
        members(JIANGBEI)
    assert hidden.value.status == 404


def test_closing_a_unit_ends_what_ties_it(
    acting: Acting, enter: Enter, parks: list[UnitView]
) -> None:
    unit = enter()
    relate(acting, unit, parks[0])

    units.close_unit(acting(), CloseUnit(unit_id=unit.unit_id, closed_on=TODAY, reason="停业"))

    page = relations.list_members(acting(), ListMembers(unit_id=parks[0].unit_id))
    assert page.by_standing in ({}, {"closed": 1})
    ended = relations.list_relations(
        acting(), ListRelations(unit_id=unit.unit_id, with_ended=True)
    )["relations"]
    assert [(r.until_on, r.end_reason) for r in ended] == [(TODAY, "单位注销")]


def mark(acting: Acting, unit: UnitView, name: str = "practice_base", **more: object) -> None:
    given = {"unit_id": unit.unit_id, "mark": name, "since": SINCE, "reason": "市局通知"}
    marks.set_mark(acting(CITY), SetMark.model_validate(given | more))


def test_a_mark_shows_with_its_day_filters_and_comes_off(acting: Acting, enter: Enter) -> None:
    marked, other = enter(name_text="甲机械"), enter(name_text="乙机械")
    mark(acting, marked)

    def found(value: str) -> list[str]:
        where = UnitFilter(mark=value)
        return [u.unit_id for u in units.find_units(acting(), FindUnits(where=where)).items]

    shown = units.get_unit(acting(), GetUnit(unit_id=marked.unit_id)).marks
    before = found("practice_base"), found("practice_base:x"), found("local_priority")
    end = EndMark(mark_id=shown[0].mark_id, until_on=TODAY, reason="期满")
    marks.end_mark(acting(CITY), end)

    past = marks.list_marks(acting(), ListMarks(unit_id=marked.unit_id, with_ended=True))["marks"]
    assert [(m.mark_text, m.since) for m in shown] == [("教育实践基地", SINCE)]
    assert before == ([marked.unit_id], [], [])
    assert found("practice_base") == []
    assert [(m.until_on, m.end_reason) for m in past] == [(TODAY, "期满")]
    assert units.get_unit(acting(), GetUnit(unit_id=other.unit_id)).marks == ()


def test_another_value_takes_the_place_of_the_first_and_both_days_stay(
    acting: Acting, enter: Enter
) -> None:
    unit = enter()
    mark(acting, unit, value="第一批")

    mark(acting, unit, value="第二批", since=date(2026, 2, 2))

    both = marks.list_marks(acting(), ListMarks(unit_id=unit.unit_id, with_ended=True))["marks"]
    assert [(m.value, m.since, m.until_on) for m in both] == [
        ("第二批", date(2026, 2, 2), None), ("第一批", SINCE, date(2026, 2, 2)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "status", "word"),
    [
        ({"mark": "moon"}, 422, "没有“moon”这种标记"),
        ({"mark": "legacy_honour"}, 422, "工地项目不能标记"),
        ({"since": "2027-01-01"}, 422, "晚于今天"),
        ({"value": "长" * 41}, 422, "最多 40 字"),
        ({"reason": ""}, 422, "依据"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_with_why(
    acting: Acting, enter: Enter, more: dict[str, str], status: int, word: str
) -> None:
    with pytest.raises(Refused) as refused:
        mark(acting, enter(kind="site"), **more)

    assert refused.value.status == status
    assert word in refused.value.says


def test_a_mark_is_put_on_once(acting: Acting, enter: Enter) -> None:
    unit = enter()
    mark(acting, unit)

    with pytest.raises(Refused) as refused:
        mark(acting, unit)

    assert (refused.value.status, refused.value.code) == (409, "mark_exists")


def test_the_forms_are_the_packs(acting: Acting) -> None:
    forms = unit_forms.unit_forms(acting(HAISHU), UnitForms())

    kinds = {kind.kind: kind for kind in forms.kinds}
    assert set(kinds) == {"enterprise", "site", "park", "township", "industry"}
    assert {f.name for f in kinds["site"].fields} >= {
        "name_text",
        "code",
        "leader_code",
        "starts_on",
    }
    assert [r.relation for r in forms.relations][:2] == ["in_park", "in_township"]
    assert "practice_base" in {m.mark for m in forms.marks}
