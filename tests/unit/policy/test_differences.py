"""The difference of two packs: a sentence for everything that changed, and nothing a person
cannot read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest

from shared.policy.codec import sealed
from shared.policy.diff import diff, differences
from shared.policy.load import PACKS, load_pack, pack_ids
from shared.policy.pack import Pack

on_file = cache(load_pack)
RAW = re.compile(r"\b[a-z]+[_.][a-z_.]+\b|\b(?:True|False|None)\b|\w+\(.*=|\bdatetime\b")
EDITED = "ningbo-2023"
Edit = Callable[..., list[str]]


@pytest.fixture(scope="module")
def before() -> Pack:
    return load_pack(EDITED)


@pytest.fixture
def edited(tmp_path: Path, before: Pack) -> Edit:
    """The difference after one replacement in one file of the pack."""

    def edit(file: str, old: str, new: str) -> list[str]:
        for path in (PACKS / EDITED).rglob("*.yaml"):
            target = tmp_path / EDITED / path.relative_to(PACKS / EDITED)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8")
            if path.name == file and path.parent.name == EDITED:
                assert old in text, old
                text = text.replace(old, new, 1)
            target.write_text(text, encoding="utf-8")
        return diff(before, load_pack(EDITED, tmp_path))

    return edit


def test_a_pack_does_not_differ_from_itself(before: Pack) -> None:
    assert diff(before, before) == []


def test_a_changed_number_keeps_its_days(edited: Edit) -> None:
    old = '- {from_on: 2023-01-01, value: 5, clause: "HX:公示期"}'
    later = (
        '- {from_on: 2023-01-01, to_on: 2026-12-31, value: 5, clause: "HX:公示期"}\n'
        '      - {from_on: 2027-01-01, value: 7, clause: "HX:公示期"}'
    )

    assert edited("settings.yaml", old, later) == [
        (
            "设置「公示期（工作日）」的值删去「5（自2023年1月1日起）」，"
            "新增「5（2023年1月1日至2026年12月31日）」「7（自2027年1月1日起）」。"
        )
    ]


def test_a_setting_that_changes_is_not_told_again_of_every_rule_that_asks_for_it(
    edited: Edit,
) -> None:
    old = '- {from_on: 2023-01-01, value: 3, clause: "HX:会商"}'

    assert edited("settings.yaml", old, old.replace("value: 3", "value: 2")) == [
        "设置「共同决定须同意的方数」的值由「3（自2023年1月1日起）」改为「2（自2023年1月1日起）」。"
    ]


def test_a_moved_duty_is_told_by_its_dates(edited: Edit) -> None:
    old = "recurs: yearly\n    month: 12\n    day: 20\n"

    assert edited("duties.yaml", old, old.replace("20", "10")) == [
        "任务「年度书面报告报市三方办公室」的期限由「每年12月20日前」改为「每年12月10日前」。"
    ]


def test_a_records_field_that_becomes_compulsory(edited: Edit) -> None:
    old = "{name: trainer, says: 授课人或机构, form: text}"

    assert edited("records.yaml", old, old.replace("text}", "text, required: true}")) == [
        (
            "工作记录「劳动关系协调员培训」的填写内容"
            "删去「授课人或机构（文字）」，新增「授课人或机构（文字；必填）」。"
        )
    ]


def test_a_figure_with_another_goal(edited: Edit) -> None:
    old = "has_standing: [creating, recognised]\n    target_on: 2027-12-31"

    told = edited("measures.yaml", old, old + "\n    target: 95\n    approx: true")

    assert told == [
        (
            "指标「创建活动覆盖率（参与单位占已知单位）」的目标"
            "由「文件没有印数，2027年12月31日前」改为「约95%，2027年12月31日前」。"
        )
    ]


def test_a_looser_rule_and_a_softer_one(edited: Edit) -> None:
    old = "hard: false\n      when: {at_least: {fact: cultivation.months, value: 12}}"

    told = edited("gates.yaml", old, old.replace("12", "6"))

    assert told == [
        "「审定命名」的规则「培育期不足一年」的要求由「培育月数不少于12」改为「培育月数不少于6」。"
    ]


def test_of_a_long_text_only_what_differs_is_quoted(edited: Edit) -> None:
    told = edited("clauses.yaml", "一般不少于一年。", "一般不少于两年。")
    long = edited(
        "clauses.yaml", "充分总结借鉴“和谐同行”三年行动", "充分总结借鉴“和谐同行”五年行动"
    )

    assert (
        "「创建示范单位的培育期一般不少于一年。」改为「创建示范单位的培育期一般不少于两年。」"
        in told[0]
    )
    assert "三年行动" in long[0]
    assert "五年行动" in long[0]
    assert len(long[0]) < 220


def test_what_only_programs_see_is_not_passed_over(edited: Edit) -> None:
    told = edited("gates.yaml", "code: cultivation_short", "code: too_short")

    assert told == [
        "「审定命名」的规则「培育期不足一年」的对接代码由「cultivation_short」改为「too_short」。"
    ]


def test_the_order_of_triggers_is_law(before: Pack) -> None:
    moved = sealed(replace(before, triggers=tuple(reversed(before.triggers))))

    told = diff(before, moved)

    assert any(line.startswith("事件「举报投诉办结」的处置先后改为：1. ") for line in told)


@pytest.mark.parametrize(("one", "other"), list(permutations(pack_ids(), 2)))
def test_two_packs_side_by_side_are_told_in_words(one: str, other: str) -> None:
    packs = on_file(one), on_file(other)

    told = differences(*packs)

    sentences = [said for part in told for said in part.sentences]
    heads = {*pack_ids(), *(pack.version for pack in packs)}
    assert sentences
    assert all(said.endswith("。") for said in sentences)
    raw = [said for said in sentences if RAW.search(re.sub("|".join(heads), "", said))]
    assert raw == []
    assert [part.name for part in told if part.section == "clauses"] == ["条款"]
