"""Conditions read as an officer would say them, without a single id."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from shared.policy.conditions import (
    After,
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Before,
    Condition,
    Equals,
    FactRef,
    MonthDay,
    Not,
    OneOf,
    SettingRef,
    Within,
)
from shared.policy.examples import conditions_of
from shared.policy.load import load_pack, pack_ids
from shared.policy.naming import Names
from shared.policy.phrases import condition_lines, condition_words

NAMES = Names(load_pack("ningbo-2023"))
FILED = Equals("plan.filed", value=True)
HELD = Equals("unit.held", value=False)
SIDES = AtLeast(
    "opinions.sides_consenting", SettingRef("consenting_sides", ((date(2023, 1, 1), None, 3),))
)
ID = re.compile(r"[a-z]+[._][a-z_]+|True|False|None")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (FILED, "本地年度创建活动安排已报备"),
        (HELD, "「称号激励处于暂停」为否"),
        (Not(FILED), "「本地年度创建活动安排已报备」为否"),
        (Not(HELD), "称号激励处于暂停"),
        (SIDES, "同意的方数不少于设置「共同决定须同意的方数」的值（3）"),
        (Not(SIDES), "同意的方数少于设置「共同决定须同意的方数」的值（3）"),
        (AtMost("plan.filed_on", MonthDay(3, 31)), "年度安排报备日不晚于当年3月31日"),
        (
            AtMost("plan.filed_on", MonthDay(3, 31, "plan.deadline_on")),
            "年度安排报备日不晚于「年度安排规定的自评自荐截止日」那一年的3月31日",
        ),
        (
            Before("plan.filed_on", FactRef("plan.deadline_on")),
            "年度安排报备日早于「年度安排规定的自评自荐截止日」",
        ),
        (After("plan.filed_on", date(2024, 4, 1)), "年度安排报备日晚于2024年4月1日"),
        (AtMost("notice.open_objections", 0), "未办结的公示异议件数是0"),
        (OneOf("unit.kind", ("enterprise", "site", "park")), "单位类型是企业、工地项目或工业园区"),
        (Not(OneOf("unit.kind", ("site",))), "单位类型不是工地项目"),
        (Equals("event.severity", "major"), "机构所报违法等级是重大"),
        (Equals("check_up.mode", "peer"), "体检方式是企业互评互检"),
        (Within("cultivation.months", 12, Decimal("36.50")), "培育月数在12和36.5之间（含）"),
        (
            All((FILED, AnyOf((HELD, Not(FILED))))),
            (
                "本地年度创建活动安排已报备，并且（「称号激励处于暂停」为否，"
                "或者「本地年度创建活动安排已报备」为否）"
            ),
        ),
        (
            Not(All((FILED, HELD))),
            "以下不成立：（本地年度创建活动安排已报备，并且「称号激励处于暂停」为否）",
        ),
        (All(()), "没有条件"),
    ],
)
def test_a_condition_in_words(condition: Condition, words: str) -> None:
    assert condition_words(condition, NAMES) == words


def test_what_must_all_hold_is_a_list() -> None:
    assert condition_lines(All((FILED, HELD)), NAMES) == (
        "本地年度创建活动安排已报备", "「称号激励处于暂停」为否",
    )  # fmt: skip
    assert condition_lines(None, NAMES) == ("没有条件",)


@pytest.mark.parametrize("pack_id", pack_ids())
def test_no_condition_on_file_shows_an_id(pack_id: str) -> None:
    pack = load_pack(pack_id)
    conditions = [*conditions_of(pack).values(), *(t.when for t in pack.triggers if t.when)]

    said = [condition_words(condition, Names(pack)) for condition in conditions]

    assert [words for words in said if ID.search(words)] == []
