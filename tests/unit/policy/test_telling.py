"""A pack as people read it: every entry in words, what it rests on, what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from functools import cache

import pytest

from shared.policy.grounding import (
    basis,
    documents_of,
    effective_on,
    outside_clauses,
    outside_text,
    resting,
    to_be_loaded,
)
from shared.policy.labels import LABELS
from shared.policy.load import load_pack, pack_ids
from shared.policy.pack import Indicator, Step
from shared.policy.programme import FieldSpec, PrintedRecord, Ratio, ReportSection
from shared.policy.said import SECTION_NAMES
from shared.policy.telling import Section, Told, sections
from shared.policy.words import SECTIONS

ID = re.compile(r"(?<![\w/.:-])[a-z]+(?:[._][a-z_]+)+\b|\b(?:True|False|None)\b|[A-Z]\w+\(")
on_file = cache(load_pack)


@cache
def told(pack_id: str) -> tuple[Section, ...]:
    return sections(on_file(pack_id))


def entry(pack_id: str, section: str, key: str) -> Told:
    found = next(s for s in told(pack_id) if s.id == section)
    return next(e for e in found.entries if e.id == key)


def lines(of: Told) -> dict[str, tuple[str, ...]]:
    return {line.label: line.items for line in of.lines}


def everything(entries: tuple[Told, ...]) -> Iterator[str]:
    for one in entries:
        yield from (one.title, one.reading, *one.tags)
        for line in one.lines:
            yield from (line.label, *line.items)
        yield from everything(one.parts)


@pytest.mark.parametrize("pack_id", pack_ids())
def test_no_line_of_any_pack_shows_an_id(pack_id: str) -> None:
    shown = [text for section in told(pack_id) for text in everything(section.entries)]

    assert [text for text in shown if ID.search(text)] == []
    assert all(not line.startswith("；") for line in shown)


@pytest.mark.parametrize("pack_id", pack_ids())
def test_every_entry_is_told_under_its_section(pack_id: str) -> None:
    pack = on_file(pack_id)
    counted = {section.id: len(section.entries) for section in told(pack_id)}
    held = {name: len(getattr(pack, name)) for name in SECTIONS if name not in ("gates", "facts")}
    held["gates"] = sum(len(rules) for rules in pack.gates.values())

    assert counted == {name: number for name, number in held.items() if number}
    assert [s.id for s in told(pack_id)] == [n for n in SECTION_NAMES if n in counted]


def test_every_field_of_every_entry_has_a_name_for_people() -> None:
    parts = (FieldSpec, Indicator, PrintedRecord, Ratio, ReportSection, Step)
    nameless = {
        f"{cls.__name__}.{spec.name}"
        for cls in (*SECTIONS.values(), *parts)
        for spec in fields(cls)
        if spec.name != "id" and spec.name not in LABELS
    }

    assert nameless == set(), "name the field in shared.policy.labels.LABELS"


def test_a_rule_says_what_is_asked_and_what_comes_of_it() -> None:
    cultivated = entry("ningbo-2023", "gates", "naming.approve.cultivated")

    assert lines(cultivated) == {
        "要求": ("培育月数不少于12",),
        "不满足时": ("写明理由后可以办理，理由随决定留存",),
    }
    assert cultivated.tags == ("可说明理由",)
    assert cultivated.clauses == ("NB23:二(三).4",)


def test_a_duty_a_record_and_a_figure_read_as_sentences() -> None:
    report = lines(entry("ningbo-2023", "duties", "year_report"))
    check_up = lines(entry("ningbo-2023", "records", "check_up"))
    share = lines(entry("ningbo-2023", "measures", "e_contract_share"))

    assert report["期限"] == ("每年12月20日前",)
    assert report["怎样算办结"] == ("报送「年度创建活动书面报告」",)
    assert check_up["记在"] == ("单位名下（企业、工地项目）",)
    assert check_up["填写内容"][0] == "体检方式（单选；选项见清单「体检服务的方式」；必填）"
    assert share == {
        "统计范围": ("创建中、已认定的企业、工地项目",),
        "其中计入": (
            "有「电子劳动合同使用情况」记录（使用「浙里签」电子劳动合同：是）的",
        ),
    }  # fmt: skip


def test_what_no_text_prints_and_what_is_to_be_loaded_are_marked() -> None:
    notice = entry("ningbo-2023", "settings", "notice.working_days")
    blank = entry("ningbo-2023", "settings", "effective_on")
    plan = entry("ningbo-2023", "sources", "ZJ17")

    assert notice.tags == ("非文件规定",)
    assert blank.tags == ("非文件规定", "待装入")
    assert lines(blank)["值"] == ("没有值，由有权的人填写",)
    assert plan.tags == ("待装入",)


@pytest.mark.parametrize("pack_id", pack_ids())
def test_every_clause_carries_something_or_says_why_not(pack_id: str) -> None:
    pack = on_file(pack_id)
    rests = resting(pack)

    for clause in pack.clauses.values():
        assert bool(rests.get(clause.id)) is not bool(clause.unused_because), clause.id
        assert documents_of(pack, clause)[0].id == clause.source
    assert {c.id for c in outside_clauses(pack)} <= set(rests)
    assert all(not setting.from_text for setting in outside_text(pack))


@pytest.mark.parametrize(
    ("pack_id", "first_day", "numbers"),
    [
        ("ningbo-2023", None, ["人社部发〔2023〕2号", "浙人社发〔2023〕17号"]),
        ("weihai-2023", date(2023, 5, 12), ["人社部发〔2023〕2号"]),
        ("hunan-2023", None, ["人社部发〔2023〕2号"]),
        ("hedong-2023", date(2023, 8, 1), ["津人社办发〔2023〕28号"]),
        ("ningbo-2019", date(2019, 4, 2), ["宁波市人民政府令第192号", "甬党〔2011〕14号"]),
    ],
)
def test_the_first_day_and_the_basis_are_the_documents_own(
    pack_id: str, first_day: date | None, numbers: list[str]
) -> None:
    pack = on_file(pack_id)

    assert effective_on(pack) == first_day
    assert [source.number for source in basis(pack)][: len(numbers)] == numbers


def test_what_is_missing_is_listed_with_what_depends_on_it() -> None:
    ningbo = {(m.section, m.id) for m in to_be_loaded(on_file("ningbo-2023"))}
    hunan = {(m.section, m.id) for m in to_be_loaded(on_file("hunan-2023"))}

    assert {("sources", "GJ2"), ("standards", "industry"), ("settings", "effective_on")} <= ningbo
    assert {("sources", "DB2233"), ("benefits", "joint_tax")} <= hunan
