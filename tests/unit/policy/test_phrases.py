"""Conditions read as an officer would say them, and a changed rule is told in those words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shared.policy.codec import sealed
from shared.policy.conditions import (
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    Equals,
    FactRef,
    MonthDay,
    Not,
    OneOf,
    SettingRef,
    Within,
)
from shared.policy.diff import diff
from shared.policy.load import load_pack
from shared.policy.phrases import condition_words

FILED = Equals("plan.filed", value=True, label="已报备")
SIDES = AtLeast("n", SettingRef("consenting_sides", ((date(2023, 1, 1), None, 3),)), "同意的方数")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (FILED, "已报备应为是"),
        (SIDES, "同意的方数应不低于设置「consenting_sides」"),
        (AtMost("d", MonthDay(3, 31), "报备日"), "报备日应不超过当年3月31日"),
        (AtMost("d", FactRef("e", "申请日"), "大会日"), "大会日应不超过「申请日」"),
        (OneOf("k", ("a", "b"), "类型"), "类型属于a、b"),
        (Within("m", 1, 3, "月数"), "月数介于1和3之间"),
        (Not(FILED), "不是（已报备应为是）"),
        (
            All((FILED, AnyOf((SIDES, FILED)))),
            "已报备应为是并且（同意的方数应不低于设置「consenting_sides」或者已报备应为是）",
        ),
    ],
)
def test_a_condition_in_words(condition: Condition, words: str) -> None:
    assert condition_words(condition) == words


def test_a_changed_condition_is_told_in_words() -> None:
    before = load_pack("ningbo-2023")
    rules = before.gates["recognition.decide"]
    looser = tuple(
        replace(r, when=AtLeast("opinions.sides_consenting", 2, "同意的方数"))
        if r.id.endswith("three_sides")
        else r
        for r in rules
    )
    after = sealed(replace(before, gates={**before.gates, "recognition.decide": looser}))

    assert diff(before, after) == [
        (
            "规则「recognition.decide.three_sides」的条件由"
            "「同意的方数应不低于设置「consenting_sides」」改为「同意的方数应不低于2」。"
        )
    ]
