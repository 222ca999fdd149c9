"""The file of a kind of record: its columns and version, its rows, and when two rows are one record."""

from __future__ import annotations

from datetime import date

from services.registry.domain.record_importing import (
    as_key,
    changes_in,
    columns_for,
    natural_key,
    read_given,
    version_of,
)
from shared.policy.programme import FieldSpec, ListItem, RecordKind

MODES = (ListItem("third_party", "第三方体检"), ListItem("online", "线上自查"))
KIND = RecordKind(
    id="check_up",
    name="体检服务",
    group="cultivate",
    about="unit",
    clause="X:1",
    lasts=True,
    states=(ListItem("open", "进行中"), ListItem("closed", "已办结")),
    fields=(
        FieldSpec("mode", "体检方式", "choice", required=True, options=MODES),
        FieldSpec("topics", "内容", "choices"),
        FieldSpec("on_site", "日期", "date"),
        FieldSpec("report", "报告", "file"),
    ),
)
COLUMNS = columns_for(KIND, {"mode": MODES})
HEADINGS = tuple(column.heading for column in COLUMNS)


def test_columns_are_the_kinds_own_without_files_and_no_heading_stands_twice() -> None:
    assert HEADINGS == (
        "外部编号", "单位代码", "单位名称", "日期", "年度", "结束日期", "状态", "体检方式", "内容",
        "日期（内容）",
    )  # fmt: skip
    assert [c.required for c in COLUMNS if c.heading == "体检方式"] == [True]


def test_the_version_changes_with_the_headings_only() -> None:
    assert version_of(KIND, COLUMNS) == version_of(KIND, columns_for(KIND, {}))
    assert version_of(KIND, COLUMNS) != version_of(KIND, COLUMNS[:-1])


def test_a_row_is_read_by_headings_or_names() -> None:
    cells = (
        "A-1",
        "91330203MA9T00018H",
        "",
        "2026年3月2日",
        2026.0,
        None,
        "已办结",
        "线上自查",
        "甲；乙",
    )
    given = read_given(KIND, COLUMNS, HEADINGS, cells, 7)
    named = read_given(
        KIND, COLUMNS, ("unit", "on", "values.mode"), ("甲", "2026-03-02", "online"), 8
    )

    assert (given.external_id, given.on, given.year, given.state) == (
        "A-1", date(2026, 3, 2), 2026, "closed",
    )  # fmt: skip
    assert given.values == {"mode": "线上自查", "topics": ["甲", "乙"]}
    assert (named.unit, named.on, dict(named.values)) == (
        "甲",
        date(2026, 3, 2),
        {"mode": "online"},
    )


def test_what_a_cell_cannot_mean_is_told_by_its_heading() -> None:
    given = read_given(KIND, COLUMNS, ("日期", "状态", "年度"), ("昨天", "未知", "今年"), 2)

    assert [says.split("填的")[0] for says in given.errors] == ["“日期”", "“状态”", "“年度”"]
    assert read_given(KIND, COLUMNS, ("日期",), ("2026-02-30",), 3).errors


def test_two_rows_are_one_record_when_the_required_fields_agree() -> None:
    one, two = {"mode": "online", "topics": ["甲"]}, {"mode": "online", "topics": ["乙"]}

    assert natural_key(KIND, one) == natural_key(KIND, two) == {"mode": "online"}
    assert as_key("u1", one) != as_key("u1", two)
    assert changes_in(KIND, one, two) == {"内容": ("甲", "乙")}
