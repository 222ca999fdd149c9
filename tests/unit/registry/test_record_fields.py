"""Fields of records: what is read, what is refused, and what is worked out of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.registry.domain.record_contents import (
    Times,
    facts_of,
    people_of,
    share,
    shares,
    title_of,
    units_in,
)
from services.registry.domain.record_fields import read_values
from services.registry.domain.work_items import faults_of, parts_of
from shared.policy.programme import FieldSpec, ListItem, Ratio, RecordKind, WorkItem

KINDS = (ListItem("law", "法律援助"), ListItem("advice", "政策咨询"))


def a_field(form: str, **more: Any) -> FieldSpec:
    return FieldSpec("x", "服务种类", form, **more)


def read(form: str, value: object, **more: Any) -> tuple[Any, list[str]]:
    state = str(more.pop("state", ""))
    spec = a_field(form, **more)
    found = read_values((spec,), {"x": KINDS}, {"x": value}, state=state)
    return found.values.get("x"), [fault.says for fault in found.faults]


@pytest.mark.parametrize(
    ("form", "value", "kept"),
    [
        ("text", "  签到  ", "签到"),
        ("number", "30", 30),
        ("number", "1,250", 1250),
        ("number", 99.5, 99.5),
        ("number", "-3.5", -3.5),
        ("money", "1200", "1200.00"),
        ("money", 0.1, "0.10"),
        ("date", "2026-02-28", "2026-02-28"),
        ("flag", "是", True),
        ("flag", False, False),
        ("code", "330203", "330203"),
        ("choice", "法律援助", "law"),
        ("choice", "advice", "advice"),
        ("choices", ["law", "政策咨询", "law"], ["law", "advice"]),
        ("people", "张三\n李四 人社局\n\n", ["张三", "李四 人社局"]),
        ("units", ("甲", "乙", "甲"), ["甲", "乙"]),
        ("file", {"file_id": "f1", "name": "a.pdf"}, {"file_id": "f1", "name": "a.pdf", "sha256": ""}),
    ],
)  # fmt: skip
def test_a_value_is_kept_as_its_form_says(form: str, value: object, kept: object) -> None:
    assert read(form, value) == (kept, [])


@pytest.mark.parametrize(
    ("form", "value", "says"),
    [
        ("number", "三十", "“服务种类”填的“三十”不是数字：请填阿拉伯数字"),
        ("number", "1e99", "“服务种类”填的“1e99”超出范围：请核对单位"),
        ("number", "NaN", "“服务种类”填的“NaN”超出范围：请核对单位"),
        ("money", "-1", "“服务种类”填的“-1”小于 0：请核对"),
        ("money", "1.005", "“服务种类”填的“1.005”不止两位小数：金额请填到分"),
        ("date", "2026-02-30", "“服务种类”填的“2026-02-30”不是日期：请写作 2026-03-31"),
        ("flag", "也许", "“服务种类”填的“也许”既不是“是”也不是“否”：请二选一"),
        ("choice", "理发", "“服务种类”填的“理发”不在可选范围：可选 法律援助、政策咨询"),
        ("code", "甲 乙", "“服务种类”填的“甲 乙”不像编号：只能用字母、数字和 . _ / -，不超过 50 个"),
        ("file", "a.pdf", "“服务种类”不是已上传的文件：请先上传，再引用它的编号和名称"),
        ("text", ["甲", "乙"], "“服务种类”只能填一个值：请留下一个"),
        ("text", "长" * 501, "“服务种类”有 501 字，最多 500 字：请精简"),
    ],
)  # fmt: skip
def test_a_value_of_another_form_is_told_with_what_to_do(
    form: str, value: object, says: str
) -> None:
    assert read(form, value) == (None, [says])


def test_a_needed_field_is_named_where_it_is_empty() -> None:
    assert read("text", " ", required=True)[1] == ["必须填写“服务种类”"]
    needed = read("text", "", needed_for=("done",), state="done")[1]
    assert needed == ["办到这一步必须先填写“服务种类”（当前为空）"]
    assert read("text", "", needed_for=("done",), state="open")[1] == []
    unknown = read_values((), {}, {"y": 1})
    assert [fault.name for fault in unknown.faults] == ["y"]


def test_a_share_is_rounded_to_one_place_and_needs_both_figures() -> None:
    covered = Ratio("coverage", "签订率", "signed", "workers")

    assert shares((covered,), {"signed": 190, "workers": 200})[0].percent == Decimal("95.0")
    assert share(1, 3) == Decimal("33.3")
    assert share(2, 3) == Decimal("66.7")
    assert [share(1, 0), share(None, 3)] == [None, None]


def test_people_of_one_name_are_one_in_an_office_unless_told_apart() -> None:
    fields = (FieldSpec("who", "参训人员", "people"),)

    def keys(lines: list[str], node: str) -> list[str]:
        return [person.key for person in people_of(fields, {"who": lines}, node)]

    here = keys(["张三", "张三", "张三 1234", "张三（1234）"], "430100")
    assert here[0] == here[1] != here[2] == here[3]
    assert keys(["张三"], "430200")[0] != here[0]
    assert keys(["张三 1234"], "430200")[0] == here[2]


def test_facts_tell_numbers_of_many_and_whether_a_field_is_filled() -> None:
    kind = RecordKind(
        "course", "课程", "cultivate", "node", "X:1",
        fields=(
            FieldSpec("units", "企业", "units"),
            FieldSpec("subject", "科目", "text"),
            FieldSpec("fee", "费用", "money"),
        ),
    )  # fmt: skip
    times = Times(date(2026, 3, 1), None, "")

    facts = dict(facts_of(kind, {"units": ["a", "b"], "fee": "12.50"}, times, 3))

    assert facts["course.units"] == 2
    assert facts["course.fee"] == Decimal("12.50")
    assert (facts["course.subject"], facts["course.subject.given"]) == (None, False)
    assert (facts["course.on"], facts["course.others"]) == (date(2026, 3, 1), 3)
    assert "course.ends_on" not in facts
    assert units_in(kind.fields, {"units": ["a", "b"]}) == [("units", "a"), ("units", "b")]
    assert title_of(kind, {"subject": "工时"}, {}) == "工时"
    assert title_of(kind, {}, {}) == "课程"


def test_done_waits_for_its_fields_and_its_parts() -> None:
    item = WorkItem(
        "C5", "调解委员会", "建立调解委员会", ("enterprise",), "X:1",
        parts=(ListItem("a", "预防"), ListItem("b", "调解")),
        fields=(FieldSpec("founded_on", "成立日期", "date", needed_for=("done",)),),
    )  # fmt: skip
    parts = parts_of(item, {"a": "done"})

    assert parts == {"a": "done", "b": "open"}
    assert faults_of(item, "doing", parts, {}) == []
    assert [p for p, _ in faults_of(item, "done", parts, {})] == ["/parts/b", "/values/founded_on"]
    whole = {"a": "done", "b": "done"}
    assert faults_of(item, "done", whole, {"founded_on": "2026-01-01"}) == []
    assert [p for p, _ in faults_of(item, "gone", {"z": "open"}, {})] == ["/state", "/parts/z"]
