"""Likely doubles at every entrance, and what a person says of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from services.registry.handlers import doubles, imports, units
from shared.contracts.refusals import Refused
from shared.contracts.registry import (
    AmendUnit,
    ConfirmImport,
    GetImport,
    GetUnit,
    RegisterUnit,
    StageImport,
)
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_units import DecideDouble, ListDoubles
from shared.contracts.registry_units_answers import DoublePage
from tests.integration.registry.conftest import (
    CITY,
    HAISHU,
    JIANGBEI,
    SECOND,
    Acting,
    a_code,
    an_entry,
)

Enter = Callable[..., UnitView]
NAME = "宁波青屿纺织服装有限公司"
OTHER = "青屿纺织服装（宁波）有限责任公司"


def pairs(acting: Acting, **more: object) -> DoublePage:
    return doubles.list_doubles(acting(HAISHU), ListDoubles.model_validate(more))


def alike(unit: UnitView) -> list[str]:
    return [w.says for w in unit.warnings if w.code == "likely_double"]


def test_an_entry_that_looks_like_another_enters_and_waits_for_a_person(
    acting: Acting, enter: Enter
) -> None:
    first = enter(name_text=NAME)

    second = enter(name_text=OTHER)

    page = pairs(acting)
    assert len(alike(second)) == 1
    assert NAME in alike(second)[0]
    assert page.total == 1
    assert {page.items[0].first.unit.unit_id, page.items[0].second.unit.unit_id} == {
        first.unit_id, second.unit_id,
    }  # fmt: skip
    assert page.items[0].found_by == "register"
    assert doubles.list_doubles(acting(JIANGBEI), ListDoubles()).total == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"name_text": "宁波青屿机械有限公司"},
        {"name_text": OTHER, "division": "330205"},
        {"name_text": NAME, "kind": "site"},
        {"name_text": "宁波青屿纺织服装有限公司第二分公司"},
    ],
)
def test_what_is_not_alike_is_let_alone(
    acting: Acting, enter: Enter, changes: dict[str, object]
) -> None:
    enter(name_text=NAME)

    after = enter(**changes)

    assert alike(after) == []
    assert pairs(acting).total == 0


def test_an_amended_name_is_looked_at_again(acting: Acting, enter: Enter) -> None:
    enter(name_text=NAME)
    unit = enter(name_text="宁波望春机械有限公司")
    entry = an_entry(code=unit.code, name_text=OTHER)

    after = units.amend_unit(
        acting(), AmendUnit(unit_id=unit.unit_id, revision=1, entry=entry, reason="更名")
    )

    assert len(alike(after)) == 1
    assert [d.found_by for d in pairs(acting).items] == ["amend"]


def stage(acting: Acting, *rows: list[object]) -> str:
    columns = ("kind", "name_text", "code", "division", "address")
    command = StageImport.model_validate(
        {"file_name": "名册.xlsx", "columns": columns, "rows": rows, "is_last": True}
    )
    return imports.stage_import(acting(HAISHU), command).import_id


def test_the_dry_run_shows_doubles_and_confirming_puts_them_before_a_person(
    acting: Acting, enter: Enter
) -> None:
    enter(name_text=NAME)
    import_id = stage(
        acting,
        ["企业", OTHER, a_code(), "330203", ""],
        ["企业", "宁波望春精工机械有限公司", a_code(), "330203", "望春路18号"],
        ["企业", "望春精工机械（宁波）公司", a_code(), "330203", "海曙区望春路18号"],
        ["企业", "宁波高桥电子有限公司", a_code(), "330203", ""],
    )

    report = imports.get_import(acting(HAISHU), GetImport(import_id=import_id, likely=True))
    imports.confirm_import(acting(SECOND), ConfirmImport(import_id=import_id))

    assert report.counts["new"] == 4
    assert report.likely == 3
    assert [row.row for row in report.rows] == [2, 3, 4]
    assert NAME in report.rows[0].says[0]
    found = pairs(acting)
    assert found.total == 2
    assert {d.found_by for d in found.items} == {"import"}


def decide(acting: Acting, double_id: str, verdict: str, **more: str) -> None:
    given = {"double_id": double_id, "verdict": verdict, "reason": "核对营业执照"}
    doubles.decide_double(acting(HAISHU), DecideDouble.model_validate(given | more))


def test_two_said_to_be_different_stay_so(acting: Acting, enter: Enter) -> None:
    enter(name_text=NAME)
    unit = enter(name_text=OTHER)
    decide(acting, pairs(acting).items[0].double_id, "different")

    again = units.amend_unit(
        acting(),
        AmendUnit(unit_id=unit.unit_id, revision=1, reason="补地址",
                  entry=an_entry(code=unit.code, name_text=OTHER, address="望春路1号")),
    )  # fmt: skip

    assert alike(again) == []
    assert pairs(acting).total == 0
    assert [(d.status, d.reason) for d in pairs(acting, status="different").items] == [
        ("different", "核对营业执照")
    ]


def test_two_said_to_be_the_same_are_merged(acting: Acting, enter: Enter) -> None:
    first, second = enter(name_text=NAME), enter(name_text=OTHER)
    double_id = pairs(acting).items[0].double_id

    with pytest.raises(Refused) as unsaid:
        decide(acting, double_id, "same")
    decide(acting, double_id, "same", keep=first.unit_id)

    gone = units.get_unit(acting(CITY), GetUnit(unit_id=second.unit_id))
    assert (unsaid.value.status, unsaid.value.code) == (422, "keep_missing")
    assert gone.merged_into == first.unit_id
    assert [d.status for d in pairs(acting, status="same").items] == ["same"]
    with pytest.raises(Refused) as twice:
        decide(acting, double_id, "different")
    assert twice.value.code == "double_decided"


def test_units_entered_before_keys_were_kept_get_them(acting: Acting, enter: Enter) -> None:
    enter(name_text=NAME)
    acting().session.execute(text("UPDATE unit SET like_keys = '{}'"))

    assert doubles.complete_keys(acting(), 10)
    assert not doubles.complete_keys(acting(), 10)

    after = units.register_unit(acting(CITY), RegisterUnit(entry=an_entry(name_text=OTHER)))
    assert len(alike(after)) == 1


def test_many_of_one_name_do_not_stop_the_import(acting: Acting) -> None:
    rows: list[list[object]] = [
        ["企业", "宁波青屿纺织有限公司", a_code(), "330203", ""] for _ in range(120)
    ]

    import_id = stage(acting, *rows)

    report = imports.get_import(acting(HAISHU), GetImport(import_id=import_id))
    assert report.counts["new"] == 120
