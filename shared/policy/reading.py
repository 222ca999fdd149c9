"""Reads conditions: only the closed set, only declared facts, only values of the fact's form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

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
    Operand,
    SettingRef,
    Within,
)
from shared.policy.judging import form_of
from shared.policy.pack import FactSpec, Setting
from shared.policy.tree import Located

COMPARERS: Mapping[str, tuple[type[Equals | AtLeast | AtMost | Before | After], tuple[str, ...]]]
COMPARERS = {
    "equals": (Equals, ("flag", "number", "date", "text")),
    "at_least": (AtLeast, ("number", "date")),
    "at_most": (AtMost, ("number", "date")),
    "before": (Before, ("date",)),
    "after": (After, ("date",)),
}
CLOSED = (*COMPARERS, "one_of", "within", "all", "any", "not")
MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
NOTHING = All(())


class Desk(Protocol):
    """What a reader of conditions needs: the vocabulary, and a place for faults."""

    facts: Mapping[str, FactSpec]
    settings: Mapping[str, Setting]

    def note(self, at: Located, why: str, remedy: str, *, shown: str | None = None) -> None:
        """Keep a fault."""


def read_condition(at: Located, desk: Desk) -> Condition:
    """The condition written here; after a fault, some condition that must not be used."""
    if not isinstance(at.value, dict) or len(at.value) != 1:
        desk.note(at, "一个条件只能有一个判断词", f"可用：{'、'.join(CLOSED)}")
        return NOTHING
    word, inner = next(iter(at.value.items()))
    if word in ("all", "any"):
        if not isinstance(inner.value, list) or not inner.value:
            desk.note(inner, f"「{word}」下面应有条件列表", "每个条件一行，前面加「- 」")
            return NOTHING
        parts = tuple(read_condition(part, desk) for part in inner.value)
        return All(parts) if word == "all" else AnyOf(parts)
    if word == "not":
        return Not(read_condition(inner, desk))
    if word not in CLOSED:
        desk.note(inner, f"不认识的判断词「{word}」", f"可用：{'、'.join(CLOSED)}", shown=word)
        return NOTHING
    return _leaf(word, inner, desk)


LEAF_KEYS: Mapping[str, frozenset[str]] = {
    "one_of": frozenset({"fact", "values"}),
    "within": frozenset({"fact", "from", "to"}),
}
OPERANDS = frozenset({"value", "other", "setting", "month_day"})


def _leaf(word: str, at: Located, desk: Desk) -> Condition:
    entries = at.value
    if not isinstance(entries, dict) or "fact" not in entries:
        desk.note(at, f"「{word}」没有写明判断哪个事实", "补上 fact")
        return NOTHING
    name = str(entries["fact"].value)
    spec = desk.facts.get(name)
    if spec is None:
        desk.note(entries["fact"], "没有声明过的事实", "在 facts 中声明，或改用已声明的事实")
        return NOTHING
    allowed = LEAF_KEYS.get(word, OPERANDS | {"fact", "year_of"})
    for key in entries.keys() - allowed:
        known = "、".join(sorted(allowed))
        desk.note(entries[key], f"不认识的键「{key}」", f"可用：{known}", shown=key)
    if word == "one_of":
        return _one_of(spec, at, desk)
    if word == "within":
        return _within(spec, at, desk)
    return _compared(word, spec, at, desk)


def _compared(word: str, spec: FactSpec, at: Located, desk: Desk) -> Condition:
    made, forms = COMPARERS[word]
    if spec.form not in forms:
        desk.note(at, f"「{spec.says}」不能用「{word}」比较", "改用适合的判断词", shown=spec.name)
        return NOTHING
    return made(spec.name, _operand(at, spec, desk), spec.says)


def _one_of(spec: FactSpec, at: Located, desk: Desk) -> Condition:
    assert isinstance(at.value, dict)  # noqa: S101  `_leaf` has looked
    listed = at.value.get("values")
    if listed is None or not isinstance(listed.value, list) or not listed.value:
        desk.note(at, "「one_of」没有列出可取的值", "补上 values 列表", shown=spec.name)
        return NOTHING
    for item in listed.value:
        _fits(item, spec, desk)
    values = tuple(i.value for i in listed.value if not isinstance(i.value, dict | list))
    return OneOf(spec.name, values, spec.says)


def _within(spec: FactSpec, at: Located, desk: Desk) -> Condition:
    assert isinstance(at.value, dict)  # noqa: S101  `_leaf` has looked
    if spec.form not in ("number", "date") or not {"from", "to"} <= at.value.keys():
        desk.note(at, "「within」用于数字或日期，须有 from 和 to", "补全或改用别的判断词")
        return NOTHING
    low, high = at.value["from"], at.value["to"]
    _fits(low, spec, desk)
    _fits(high, spec, desk)
    if isinstance(low.value, dict | list) or isinstance(high.value, dict | list):
        return NOTHING
    return Within(spec.name, low.value, high.value, spec.says)


def _operand(at: Located, spec: FactSpec, desk: Desk) -> Operand:
    assert isinstance(at.value, dict)  # noqa: S101  `_leaf` has looked
    used = [key for key in at.value if key in OPERANDS]
    if len(used) != 1:
        desk.note(at, "应写明与什么比较，且只写一个", f"可用：{'、'.join(sorted(OPERANDS))}")
        return ""
    item = at.value[used[0]]
    if used[0] == "value":
        _fits(item, spec, desk)
        return "" if isinstance(item.value, dict | list) else item.value
    if used[0] == "other":
        return _other(item, spec, desk)
    if used[0] == "setting":
        return _setting(item, spec, desk)
    return _month_day(at, item, spec, desk)


def _other(item: Located, spec: FactSpec, desk: Desk) -> Operand:
    other = desk.facts.get(str(item.value))
    if other is None or other.form != spec.form:
        desk.note(item, "没有声明过，或与被比较的事实不同类", "改用同类的、已声明的事实")
        return ""
    return FactRef(other.name, other.says)


def _setting(item: Located, spec: FactSpec, desk: Desk) -> Operand:
    setting = desk.settings.get(str(item.value))
    if setting is None or any(form_of(v.value) != spec.form for v in setting.values):
        desk.note(
            item, "没有这个设置，或与被比较的事实不同类", "在 settings 中声明，或改用别的设置"
        )
        return ""
    return SettingRef(setting.name, tuple((v.from_on, v.to_on, v.value) for v in setting.values))


def _month_day(at: Located, item: Located, spec: FactSpec, desk: Desk) -> Operand:
    assert isinstance(at.value, dict)  # noqa: S101  `_leaf` has looked
    year_of = at.value.get("year_of")
    if year_of is not None:
        other = desk.facts.get(str(year_of.value))
        if other is None or other.form != "date":
            desk.note(year_of, "不是已声明的日期事实", "改用日期事实")
    if spec.form != "date" or not MONTH_DAY.fullmatch(str(item.value)):
        desk.note(item, "应为「月-日」，且只用于日期", '写成 "03-31"')
        return ""
    month, day = (int(part) for part in str(item.value).split("-"))
    return MonthDay(month, day, str(year_of.value) if year_of else "")


def _fits(item: Located, spec: FactSpec, desk: Desk) -> None:
    if isinstance(item.value, dict | list) or form_of(item.value) != spec.form:
        form = {"flag": "true/false", "number": "数字", "date": "日期", "text": "文字"}[spec.form]
        desk.note(item, f"「{spec.says}」要与{form}比较", f"改成{form}")
    elif spec.options and item.value not in spec.options:
        desk.note(item, f"不是「{spec.says}」的取值", f"可用：{'、'.join(spec.options)}")
