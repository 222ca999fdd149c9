"""The short way through plainly fine rows gives what the long way gives, and nothing else."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from services.registry.domain.credit_code import check_sign, fault_of, stands
from services.registry.domain.entry import rules_of
from services.registry.domain.importing import Reader
from services.registry.domain.plain_rows import plain_rows
from shared.contracts.registry import UnitEntry
from shared.contracts.table import Cell, Table
from shared.policy.pack import UnitKind
from shared.policy.programme import FieldSpec

COLUMNS = (
    "kind", "name_text", "code", "division", "address", "headcount", "revenue", "size", "starts_on",
    "ends_on", "leader_code", "有无工会", "备注",
)  # fmt: skip
_OWN = FieldSpec(name="has_union", says="有无工会", form="text")
_MUST = FieldSpec(name="headcount", says="职工人数", form="number", required=True)


def a_kind(name: str, identifier: Any, *fields: FieldSpec) -> UnitKind:
    return UnitKind(
        id=name, name=name, identifier=identifier, fields=fields, clause="NB23:二(一).1"
    )


_KINDS = (
    a_kind("企业", "credit_code", _OWN),
    a_kind("大企业", "credit_code", _MUST),
    a_kind("园区", "internal"),
    a_kind("工地", "project_number"),
)
READER = Reader(COLUMNS, {kind.id: rules_of(kind, {}) for kind in _KINDS})
GOOD = "91330203MA9T00018H"
ODD = st.none() | st.text(max_size=6) | st.integers() | st.floats() | st.booleans()


CODES = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9).map(
    lambda tail: (body := f"91330203{tail}") + check_sign(body)
)
FINE = st.tuples(
    st.sampled_from(["企业", "企业", "企业", "大企业"]),
    st.sampled_from(["甬江机械", " 甬江 机械\n", "名" * 200, "甬\x00江"]),
    CODES,
    st.sampled_from(["330203", "330203001", 330203, " 330203\n"]),
    st.sampled_from(["", None, "中山西路 1 号", 18]),
    st.sampled_from(["", 120, 120.0, "1,200", "１２"]),
    st.sampled_from(["", 1000, 2000.5, "1,200.5"]),
    st.sampled_from(["", "小型", "small"]),
    st.sampled_from(["", "2015-03-01", "2024年3月1日"]),
    st.just(""), st.just(""), st.just(""), st.sampled_from(["", "甲"]),
)  # fmt: skip
DOUBTFUL: tuple[tuple[Cell, ...], ...] = (
    ("园区", "工地", " 企业", "大企业"),
    ("", "名" * 201, "\x00"),
    (GOOD.lower(), f" {GOOD}", GOOD[:-1] + "0", "330203-PARK-0001", ""),
    ("33020", ""),
    (),
    ("约三百", -3, 5_000_001, True),
    ("inf", "nan", 1e13),
    ("巨型",),
    ("2024-13-45", "去年"),
    ("2014-01-01", "2016-01-01"),
    (GOOD, "甲"),
    ("有",),
    (),
)
CHANGES = st.lists(
    st.integers(0, len(COLUMNS) - 1).flatmap(
        lambda at: st.tuples(
            st.just(at), st.sampled_from(DOUBTFUL[at]) | ODD if DOUBTFUL[at] else ODD
        )
    ),
    max_size=2,
)


def changed(fine: tuple[Cell, ...], changes: list[tuple[int, Cell]]) -> list[Cell]:
    row = list(fine)
    for at, cell in changes:
        row[at] = cell
    return row


ROW = st.builds(changed, FINE, CHANGES)


def read_plain(reader: Reader, rows: list[list[Cell]]) -> dict[int, tuple[str, dict[str, Any]]]:
    """Kind and filled values of the plain rows by their places in the table."""
    found: dict[int, tuple[str, dict[str, Any]]] = {}
    for plain in plain_rows(reader, Table.of(rows).wide(len(reader.columns))):
        columns = {name: plain.each(name) for name in plain.values}
        for n, at in enumerate(plain.at):
            filled = {name: c[n] for name, c in columns.items() if c[n] not in ("", None)}
            found[at] = plain.kind, filled
    return found


@given(st.lists(ROW, max_size=12), st.integers(0, 3))
def test_a_plain_row_is_the_very_entry_that_the_long_way_reads(
    rows: list[list[Cell]], short: int
) -> None:
    cells = rows + [row[:-1] for row in rows[:short]]

    for packed in (cells, [list(row) for row in cells for _ in range(2)]):
        for at, (kind, values) in read_plain(READER, packed).items():
            read = READER.read(packed[at], at)
            assert read.faults == ()
            assert (read.row, read.code, read.external_id) == (at, values["code"], "")
            assert read.entry == UnitEntry(kind=kind, **values)
            assert read.name_text == values["name_text"]
            given = read.entry.model_dump(exclude_defaults=True).items() if read.entry else ()
            assert {name: value for name, value in given if name != "kind"} == values


@given(st.lists(ROW, min_size=1, max_size=4))
def test_columns_that_say_the_same_all_the_way_down_are_read_alike(rows: list[list[Cell]]) -> None:
    for row in rows:
        same = Table(3, [[cell] for cell in row])
        [alone] = read_plain(READER, [row]).values() or [None]
        found = {
            at: (plain.kind, {name: plain.each(name)[n] for name in plain.values})
            for plain in plain_rows(READER, same)
            for n, at in enumerate(plain.at)
        }
        assert found == ({} if alone is None else dict.fromkeys(range(3), alone))


def test_the_usual_row_is_plain_whatever_stands_beside_it() -> None:
    usual: list[Cell] = [
        "企业",
        "甲",
        GOOD,
        "330203",
        "",
        120,
        2000.5,
        "",
        "2015-03-01",
        "",
        "",
        "",
        "x",
    ]
    wrong: list[Cell] = ["企业", "乙", GOOD, "330203", "", "若干", *[""] * 7]
    sparse: list[Cell] = ["企业", "丙", GOOD, "330203", *[""] * 9]

    plain = read_plain(READER, [usual, wrong, sparse, usual[:4], [None] * 13])

    assert sorted(plain) == [0, 2, 3]
    assert plain[2] == (
        "企业",
        {"code": GOOD, "name_text": "丙", "division": "330203"},
    )


def test_no_row_is_plain_under_headings_that_name_a_field_twice_or_lack_one() -> None:
    rules = {kind.id: rules_of(kind, {}) for kind in _KINDS}
    row: list[Cell] = ["企业", "甲", GOOD, "330203", "甲"]

    for last in ("name_text", "code", "kind", "external_id"):
        assert read_plain(Reader((*COLUMNS[:4], last), rules), [row]) == {}
    assert read_plain(Reader(("kind", "name_text", "code", "x", "y"), rules), [row]) == {}
    assert read_plain(Reader((*COLUMNS[:4], "address"), rules), [row]) != {}


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=17, max_size=19) | CODES)
@example(GOOD)
def test_a_code_that_stands_has_the_form_and_the_check_sign(code: str) -> None:
    if stands(code):
        assert len(code) == 18
        assert code[17] == check_sign(code[:17])
        assert fault_of(f" {code.lower()}") is None  # the long way
    else:
        assert fault_of(f" {code}") is not None
