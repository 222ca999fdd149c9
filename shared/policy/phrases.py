"""Conditions in an officer's words, for the pages of a pack and for the difference of two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

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
    Leaf,
    MonthDay,
    Not,
    OneOf,
    Operand,
    SettingRef,
    Within,
)
from shared.policy.judging import shown
from shared.policy.naming import Names

_VERBS: Mapping[type[Leaf], Mapping[bool, str]] = {
    AtLeast: {False: "不少于", True: "不早于"},
    AtMost: {False: "不超过", True: "不晚于"},
    Before: {False: "小于", True: "早于"},
    After: {False: "大于", True: "晚于"},
}
_OPPOSITE = {
    "不少于": "少于",
    "不早于": "早于",
    "不超过": "超过",
    "不晚于": "晚于",
    "小于": "不少于",
    "大于": "不超过",
}


def condition_words(condition: Condition, names: Names) -> str:
    """A condition as one Chinese phrase."""
    if isinstance(condition, All):
        return "，并且".join(_inner(p, names) for p in condition.parts) or "没有条件"
    if isinstance(condition, AnyOf):
        return "，或者".join(_inner(p, names) for p in condition.parts)
    if not isinstance(condition, Not):
        return _leaf(condition, names)
    if isinstance(condition.part, All | AnyOf | Not):
        return f"以下不成立：（{condition_words(condition.part, names)}）"
    return _leaf(condition.part, names, stands=False)


def condition_lines(condition: Condition | None, names: Names) -> tuple[str, ...]:
    """The same as a list in which every line must hold; one line when there is nothing to split."""
    if condition is None or condition == All(()):
        return ("没有条件",)
    if isinstance(condition, All):
        return tuple(condition_words(part, names) for part in condition.parts)
    return (condition_words(condition, names),)


def _inner(part: Condition, names: Names) -> str:
    words = condition_words(part, names)
    return f"（{words}）" if isinstance(part, All | AnyOf) else words


def _leaf(leaf: Leaf, names: Names, *, stands: bool = True) -> str:
    """What is asked of which fact; `stands`: it must be so, else it must not."""
    spec = names.pack.facts.get(leaf.fact)
    label = (spec.says if spec else leaf.label) or leaf.fact
    if isinstance(leaf, Equals) and isinstance(leaf.value, bool):
        return label if leaf.value is stands else f"「{label}」为否"
    verb, wanted = _asked(leaf, names, dated=spec is not None and spec.form == "date")
    return f"{label}{verb if stands else _OPPOSITE.get(verb, f'不{verb}')}{wanted}"


def _asked(leaf: Leaf, names: Names, *, dated: bool) -> tuple[str, str]:
    if isinstance(leaf, OneOf):
        *most, last = (operand_words(v, leaf.fact, names) for v in leaf.values)
        return "是", f"{'、'.join(most)}或{last}" if most else last
    if isinstance(leaf, Within):
        low, high = (operand_words(end, leaf.fact, names) for end in (leaf.low, leaf.high))
        return "在", f"{low}和{high}之间（含）"
    if isinstance(leaf, Equals) or (isinstance(leaf, AtMost) and leaf.value == 0):
        return "是", operand_words(leaf.value, leaf.fact, names)
    dated = dated or isinstance(leaf.value, date | MonthDay)
    return _VERBS[type(leaf)][dated], operand_words(leaf.value, leaf.fact, names)


def operand_words(operand: Operand, fact: str, names: Names) -> str:
    """What a fact is compared with, in words."""
    if isinstance(operand, FactRef):
        return f"「{operand.label or names.word('fact', operand.fact)}」"
    if isinstance(operand, SettingRef):
        now = f"（{shown(operand.values[0][2])}）" if len(operand.values) == 1 else ""
        return f"设置「{names.word('setting', operand.name)}」的值{now}"
    if isinstance(operand, MonthDay):
        of = f"「{names.word('fact', operand.year_of)}」那一年的" if operand.year_of else "当年"
        return f"{of}{operand.month}月{operand.day}日"
    if isinstance(operand, str):
        return names.value(fact, operand)
    return number_words(operand) if isinstance(operand, Decimal) else shown(operand)


def number_words(number: Decimal) -> str:
    """A number without needless zeros."""
    return f"{number.normalize():f}"
