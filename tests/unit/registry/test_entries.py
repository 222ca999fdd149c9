"""Size classes at their lines, and reading rows that a spreadsheet may hold."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.entry import rules_of
from services.registry.domain.importing import Reader, changes_between, is_blank
from services.registry.domain.size import Figures, size_of
from services.registry.store.reference import division_text, size_line
from shared.contracts.registry import IMPORT_COLUMNS
from shared.contracts.table import Cell
from shared.policy.pack import UnitKind
from shared.policy.programme import FieldSpec

_KINDS = {
    "enterprise": UnitKind(
        id="enterprise", name="企业", identifier="credit_code", fields=(), clause="NB23:二(一).1"
    ),
    "park": UnitKind(
        id="park",
        name="工业园区",
        identifier="internal",
        fields=(FieldSpec(name="managing_body", says="管理机构", form="text", required=True),),
        clause="NB23:二(一).1",
    ),
}
KINDS = {key: rules_of(kind, {}) for key, kind in _KINDS.items()}
COLUMNS = ("kind", "name_text", "code", "division", "headcount", "revenue", "starts_on", "size")


@pytest.mark.parametrize(
    ("industry", "headcount", "revenue", "size"),
    [
        ("C", "1000", "40000", "large"),
        ("C", "1000", "39999.99", "medium"),
        ("C", "300", "2000", "medium"),
        ("C", "300", "1999", "small"),
        ("C", "20", "300", "small"),
        ("C", "19", "100000", "micro"),
        ("52", "10", "99", "micro"),
        ("7020", "1000", "4999", "medium"),
        ("5911", "1000", "30000", "large"),
        ("5990", "199", "30000", "medium"),
        ("J66", "1000", "40000", ""),
        ("", "1000", "40000", ""),
    ],
)
def test_the_size_class_at_its_lines(
    industry: str, headcount: str, revenue: str, size: str
) -> None:
    figures = Figures(Decimal(headcount), Decimal(revenue), Decimal(0))

    assert size_of(size_line(industry), figures) == size


def test_an_unknown_figure_gives_no_class() -> None:
    assert size_of(size_line("C34"), Figures(Decimal(1000), None, None)) == ""


def test_a_good_row_is_an_entry() -> None:
    cells: list[Cell] = [
        "企业", " 甬江机械 ", "91330203ma9t00018h", 330203, 120.0, "1,200.5", "2024年3月1日", "小型",
    ]  # fmt: skip

    read = Reader(COLUMNS, KINDS).read(cells, 2)

    assert read.faults == ()
    assert read.entry is not None
    assert read.code == "91330203MA9T00018H"
    assert (read.entry.headcount, read.entry.revenue) == (120, Decimal("1200.5"))
    assert str(read.entry.starts_on) == "2024-03-01"
    assert (read.entry.size, read.entry.division) == ("small", "330203")


@pytest.mark.parametrize(
    ("place", "cell", "word"),
    [
        (0, "供应链", "供应链"),
        (1, "  ", "没有填写单位名称"),
        (1, "名" * 201, "200 字"),
        (2, 9.1330203e17, "数字格式"),
        (3, "33020", "行政区划代码"),
        (4, "一百", "应为整数"),
        (4, 12.5, "应为整数"),
        (4, -3, "合理范围"),
        (5, "inf", "应为数字"),
        (6, "去年", "应为日期"),
        (6, "2024-13-45", "应为日期"),
        (7, "巨型", "规模"),
    ],
)
def test_a_wrong_cell_is_told_in_its_own_words(place: int, cell: Cell, word: str) -> None:
    cells: list[Cell] = [
        "企业", "甬江机械", "91330203MA9T00018H", "330203", 120, 1200, "2024-03-01", "小型",
    ]  # fmt: skip
    cells[place] = cell

    read = Reader(COLUMNS, KINDS).read(cells, 2)

    assert len(read.faults) == 1
    assert word in read.faults[0].says


def test_a_field_the_pack_requires_is_asked_for_by_its_own_name() -> None:
    columns = ("kind", "name_text", "division", "managing_body")

    bare = Reader(columns, KINDS).read(["工业园区", "望春园区", "330203", None], 2)
    full = Reader(columns, KINDS).read(["工业园区", "望春园区", "330203", "管委会"], 2)

    assert [fault.says for fault in bare.faults] == ["工业园区必须填写“管理机构”"]
    assert full.faults == ()
    assert full.entry is not None
    assert full.entry.details == {"managing_body": "管委会"}


CELLS = st.none() | st.text(max_size=30) | st.integers() | st.floats() | st.booleans()


@given(st.lists(CELLS, max_size=12))
def test_no_row_whatever_raises(cells: list[Cell]) -> None:
    read = Reader(tuple(IMPORT_COLUMNS.values()), KINDS).read(["企业", *cells], 2)

    assert read.row == 2
    assert read.entry is None or read.entry.kind == "enterprise"


def test_blank_rows_and_blank_cells_change_nothing() -> None:
    entry = Reader(COLUMNS, KINDS).read(["企业", "甲", "91330203MA9T00018H", "330203"], 2).entry
    assert entry is not None

    assert is_blank([None, "  ", ""])
    assert not is_blank([None, 0])
    assert changes_between({"name_text": "甲", "division": "330203", "headcount": 9}, entry) == {}
    assert changes_between({"name_text": "乙", "division": "330203"}, entry) == {
        "name_text": ("乙", "甲")
    }


def test_a_division_is_named_by_its_nearest_entry() -> None:
    assert division_text("330206001002") == "大榭开发区"
    assert division_text("330203999") == "海曙区"
    assert division_text("371003801005") == "威海南海新区"
    assert division_text("999999") == "999999"
