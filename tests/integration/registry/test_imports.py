"""Imports: the dry run tells every row's fault, a second person lets the good rows enter."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from services.registry.handlers import imports, units
from shared.contracts.message import SYSTEM, Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import (
    CloseUnit,
    ConfirmImport,
    DiscardImport,
    FindUnits,
    GetImport,
    GetUnit,
    ListImports,
    StageImport,
    UnitFilter,
)
from shared.contracts.registry_answers import ImportReport, UnitView
from shared.contracts.table import Cell
from tests.integration.registry.conftest import (
    CITY,
    HAISHU,
    JIANGBEI,
    NOON,
    SECOND,
    TODAY,
    Acting,
    a_code,
    said,
)

COLUMNS = ("kind", "name_text", "code", "division", "headcount", "contractor", "leader_code")


def row(*cells: Cell) -> list[Cell]:
    return [*cells, *[None] * (len(COLUMNS) - len(cells))]


def stage(acting: Acting, rows: Sequence[list[Cell]], actor: Actor = HAISHU) -> ImportReport:
    command = StageImport(file_name="单位.xlsx", columns=COLUMNS, rows=list(rows), is_last=True)
    return imports.stage_import(acting(actor), command)


def outcomes(acting: Acting, report: ImportReport) -> dict[int, str]:
    told = imports.get_import(acting(), GetImport(import_id=report.import_id))
    return {line.row: line.outcome for line in told.rows}


def test_every_bad_row_is_told_with_its_own_number_and_reason(acting: Acting) -> None:
    good, doubled, mistyped = a_code(), a_code(), a_code()
    mistyped = mistyped[:-1] + ("0" if mistyped[-1] != "0" else "1")
    rows = [
        row("企业", "甲机械", good, "330203", 120),
        row("企业", "乙机械", 913302031234567890, "330203", 10),
        row("企业", "丙机械", mistyped, "330203", 10),
        row("企业", "丁机械", doubled, "330203", 10),
        row("企业", "丁机械", doubled, "330203", 10),
        row(None, "  ", None),
        row("供应链", "戊", a_code(), "330203"),
        row("企业", "己机械", a_code(), "330205", 10),
        row("企业", "庚机械", a_code(), "330203", "约三百"),
        row("工地项目", "辛工地", None, "330203", 10, "甬建集团"),
    ]

    report = stage(acting, rows)

    assert report.status == "staged"
    told = {line.row: line for line in report.rows}
    assert "数字格式" in told[3].says[0]
    assert "第 18 位校验码" in told[4].says[0]
    assert "与本文件第 5 行" in told[6].says[0]
    assert "不在本办法的单位类型" in told[8].says[0]
    assert "管辖区域" in told[9].says[0]
    assert told[10].says == ("职工人数“约三百”应为整数",)
    assert "项目编号" in told[11].says[0]
    assert report.counts == {"new": 2, "unchanged": 0, "changed": 0, "conflict": 1, "error": 6}
    assert units.find_units(acting(), FindUnits()).items == ()


def test_only_a_second_person_lets_rows_enter(acting: Acting) -> None:
    code = a_code()
    report = stage(acting, [row("企业", "甬江机械", code, "330203", 120)])
    confirm = ConfirmImport(import_id=report.import_id)

    with pytest.raises(Refused) as same_person:
        imports.confirm_import(acting(HAISHU), confirm)
    tx = acting(SECOND)
    done = imports.confirm_import(tx, confirm)

    assert same_person.value.code == "second_person_needed"
    assert (done.status, done.confirmed_by) == ("confirmed", SECOND.id)
    unit = units.get_unit(acting(), GetUnit(code=code))
    assert (unit.name_text, unit.standing, unit.headcount) == ("甬江机械", "registered", 120)
    assert [e.model_dump()["code"] for e in said(tx, "registry.unit_entered")] == [code]
    with pytest.raises(Refused) as twice:
        imports.confirm_import(acting(SECOND), confirm)
    assert twice.value.code == "import_not_staged"


def test_the_same_file_again_changes_nothing(acting: Acting) -> None:
    rows = [row("企业", f"企业{n}", a_code(), "330203", n) for n in range(10)]
    first = stage(acting, rows)
    imports.confirm_import(acting(SECOND), ConfirmImport(import_id=first.import_id))

    second = stage(acting, rows)
    tx = acting(SECOND)
    imports.confirm_import(tx, ConfirmImport(import_id=second.import_id))

    assert second.counts["unchanged"] == 10
    assert tx.said == []
    assert len(units.find_units(acting(), FindUnits()).items) == 10


def test_a_changed_row_shows_from_and_to_and_blanks_change_nothing(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    unit = enter(address="中山西路 1 号", headcount=100)
    report = stage(acting, [row("企业", unit.name_text, unit.code, "330203", 150)])

    assert report.rows[0].outcome == "changed"
    assert report.rows[0].changes == {"headcount": ("100", "150")}
    imports.confirm_import(acting(SECOND), ConfirmImport(import_id=report.import_id))
    after = units.get_unit(acting(), GetUnit(unit_id=unit.unit_id))
    assert (after.headcount, after.address, after.revision) == (150, "中山西路 1 号", 2)


def test_a_day_that_cannot_be_beside_the_one_on_the_register_is_told(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    unit = enter(starts_on="2025-05-01")
    command = StageImport(
        file_name="单位.xlsx",
        columns=("kind", "name_text", "code", "division", "ends_on"),
        rows=[["企业", unit.name_text, unit.code, "330203", "2025-04-30"]],
        is_last=True,
    )

    report = imports.stage_import(acting(HAISHU), command)

    assert [(line.outcome, line.says) for line in report.rows] == [
        ("error", ("竣工日期早于开工日期：请核对",))
    ]


def test_conflicts_with_the_register_are_told_apart(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    elsewhere = enter(division="330205")
    closed = enter()
    units.close_unit(acting(), CloseUnit(unit_id=closed.unit_id, closed_on=TODAY, reason="关停"))

    report = stage(
        acting,
        [
            row("企业", "甲", elsewhere.code, "330203"),
            row("企业", "乙", closed.code, "330203"),
        ],
    )

    assert [line.outcome for line in report.rows] == ["conflict", "conflict"]
    assert "其他区" in report.rows[0].says[0]
    assert "已注销" in report.rows[1].says[0]


def test_a_row_overtaken_since_the_dry_run_becomes_a_conflict(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    code = a_code()
    report = stage(acting, [row("企业", "甬江机械", code, "330203", 120)])
    enter(code=code, name_text="先登记的机械")

    done = imports.confirm_import(acting(SECOND), ConfirmImport(import_id=report.import_id))

    assert done.counts["conflict"] == 1
    assert "预检之后" in done.rows[0].says[0]
    assert units.get_unit(acting(), GetUnit(code=code)).name_text == "先登记的机械"


def test_chunks_are_one_import_and_know_each_others_codes(acting: Acting) -> None:
    code = a_code()
    first = imports.stage_import(
        acting(),
        StageImport(file_name="a.xlsx", columns=COLUMNS, rows=[row("企业", "甲", code, "330203")]),
    )
    second = imports.stage_import(
        acting(),
        StageImport(
            import_id=first.import_id,
            file_name="a.xlsx",
            columns=COLUMNS,
            first_row=3,
            rows=[row("企业", "甲", code, "330203"), row("企业", "乙", a_code(), "330203")],
            is_last=True,
        ),
    )

    assert first.status == "staging"
    assert second.counts["new"] == 2
    assert second.counts["conflict"] == 1


def test_a_large_import_goes_on_by_itself_as_the_confirmers_act(acting: Acting) -> None:
    report = stage(acting, [row("企业", f"企业{n}", a_code(), "330203") for n in range(5)])
    confirm = ConfirmImport(import_id=report.import_id)
    first = imports.confirm_import(acting(SECOND), confirm, some=2)

    turns = [acting(SYSTEM, now=NOON + timedelta(seconds=n)) for n in range(3)]
    went_on = [imports.go_on_entering(tx, some=2) for tx in turns]

    assert first.status == "entering"
    assert went_on == [True, True, False]
    done = imports.get_import(acting(), GetImport(import_id=report.import_id))
    assert done.status == "confirmed"
    assert [len(tx.said) for tx in turns] == [2, 1, 0]
    assert (turns[0].actor.id, turns[0].now) == (SECOND.id, NOON)
    assert len(units.find_units(acting(), FindUnits()).items) == 5


def test_a_site_finds_its_contractor_in_the_same_file(acting: Acting) -> None:
    code = a_code()
    report = stage(
        acting,
        [
            row("工地项目", "西门口工地", "330203202600000777", "330203", 80, "甬建", code),
            row("企业", "甬建集团", code, "330203", 900),
        ],
    )

    imports.confirm_import(acting(SECOND), ConfirmImport(import_id=report.import_id))

    contractor = units.get_unit(acting(), GetUnit(code=code))
    site = units.get_unit(acting(), GetUnit(code="330203202600000777"))
    assert site.leader_unit_id == contractor.unit_id


def test_another_area_neither_sees_nor_confirms_an_import(acting: Acting) -> None:
    report = stage(acting, [row("企业", "甲", a_code(), "330203")])

    with pytest.raises(Refused) as refused:
        imports.confirm_import(acting(JIANGBEI), ConfirmImport(import_id=report.import_id))

    assert refused.value.status == 404
    assert imports.list_imports(acting(JIANGBEI), ListImports()) == {"imports": []}
    assert len(imports.list_imports(acting(CITY), ListImports(status="staged"))["imports"]) == 1


def test_a_discarded_import_never_enters(acting: Acting) -> None:
    report = stage(acting, [row("企业", "甲", a_code(), "330203")])
    imports.discard_import(acting(), DiscardImport(import_id=report.import_id, reason="错文件"))

    with pytest.raises(Refused) as refused:
        imports.confirm_import(acting(SECOND), ConfirmImport(import_id=report.import_id))

    assert refused.value.code == "import_not_staged"
    assert outcomes(acting, report) == {2: "new"}
    assert units.find_units(acting(), FindUnits()).items == ()


def a_large_chunk(count: int) -> tuple[StageImport, list[str]]:
    """Rows enough to be read in a child; one is wrong, one comes twice, one is of a kind here."""
    codes = [a_code() for _ in range(count)]
    rows = [row("企业", f"宁波甬江{n}机械厂", codes[n], "330203", n) for n in range(count)]
    rows[7][4] = "若干"
    rows[9][2] = codes[8]
    rows[11] = row("乡镇（街道）", "望春街道", None, "330203", 40)
    columns = [
        column[:1] if column.count(column[0]) == count else column
        for column in zip(*rows, strict=True)
    ]
    packed = json.dumps(columns, ensure_ascii=False)
    return StageImport(
        file_name="大.xlsx", columns=COLUMNS, count=count, packed=packed, after=0, is_last=True
    ), codes


@pytest.mark.parametrize("count", [20, 3000])
def test_a_large_chunk_is_judged_like_a_small_one(acting: Acting, count: int) -> None:
    command, codes = a_large_chunk(count)

    report = imports.stage_import(acting(HAISHU), command)
    imports.confirm_import(acting(SECOND), ConfirmImport(import_id=report.import_id), some=count)

    told = {line.row: line for line in report.rows}
    assert report.counts["new"] == count - 2
    assert told[9].says == ("职工人数“若干”应为整数",)
    assert told[11].says == ("与本文件第 10 行是同一单位：请只保留一行",)
    unit = units.get_unit(acting(), GetUnit(code=codes[count - 1]))
    assert (unit.name_text, unit.headcount) == (f"宁波甬江{count - 1}机械厂", count - 1)
    townships = units.find_units(acting(), FindUnits(where=UnitFilter(kinds=("township",))))
    assert [found.headcount for found in townships.items] == [40]


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("industry", ["3484", "F51", "", None]),
        ("assets", [2000.5, "", 90_000, "1,200.50"]),
        ("address", ['中山路"1"号\\', "中山路\n2 号", "", 3]),
        ("size", ["小型", "", "large", ""]),
        ("starts_on", ["2024-03-01", "", "2024年3月2日", ""]),
        ("contact_phone", [13805740000, "13805740000", "", None]),
    ],
)
def test_a_plain_row_enters_as_it_would_the_long_way(
    acting: Acting, heading: str, cells: list[Cell]
) -> None:
    columns = ("kind", "name_text", "code", "division", "headcount", heading)
    codes = [a_code() for _ in range(2 * len(cells))]
    plain = [
        ["企业", f"宁波{sign}{heading}机械厂", code, "330203", 120, cell]
        for sign, code, cell in zip("甲乙丙丁", codes, cells, strict=False)
    ]
    long_way = [
        [*row[:2], code.lower(), *row[3:]] for row, code in zip(plain, codes[4:], strict=True)
    ]
    command = StageImport(
        file_name="单位.xlsx", columns=columns, rows=[*plain, *long_way], is_last=True
    )

    report = imports.stage_import(acting(HAISHU), command)
    imports.confirm_import(acting(SECOND), ConfirmImport(import_id=report.import_id))

    entered = [units.get_unit(acting(), GetUnit(code=code)).model_dump() for code in codes]
    for unit in entered:
        del unit["unit_id"], unit["code"]
    assert entered[:4] == entered[4:]


@pytest.mark.parametrize(
    ("count", "packed"),
    [
        (3000, "{" * 200_000),
        (0, "{}"),
        (2, '["企业", "企业"]'),
        (3, '[["企业", "企业"]]'),
        (0, '[["企业", "企业"]]'),
    ],
)
def test_a_chunk_that_is_no_table_is_refused(acting: Acting, count: int, packed: str) -> None:
    command = StageImport(file_name="大.xlsx", columns=COLUMNS, count=count, packed=packed)

    with pytest.raises(Refused) as caught:
        imports.stage_import(acting(HAISHU), command)

    assert caught.value.code == "rows_unreadable"


def test_every_row_enters_once_however_small_the_sets(
    acting: Acting, enter: Callable[..., UnitView]
) -> None:
    known = [enter(headcount=1) for _ in range(3)]
    rows = [row("企业", unit.name_text, unit.code, "330203", 2) for unit in known]
    for at, n in enumerate((0, 2, 4)):
        rows.insert(n, row("企业", f"甲{at}", a_code(), "330203", 2))
    report = stage(acting, rows)
    imports.confirm_import(acting(SECOND), ConfirmImport(import_id=report.import_id), some=1)

    while imports.go_on_entering(acting(SYSTEM), some=1):
        continue

    done = imports.get_import(acting(), GetImport(import_id=report.import_id))
    assert (done.status, done.counts["new"], done.counts["changed"]) == ("confirmed", 3, 3)
    assert [unit.headcount for unit in units.find_units(acting(), FindUnits()).items] == [2] * 6
