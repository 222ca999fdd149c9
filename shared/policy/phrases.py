"""Conditions and values in an officer's words, for the difference of two packs and for pages."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from shared.policy.conditions import (
    COMPARISONS,
    All,
    AnyOf,
    Condition,
    FactRef,
    MonthDay,
    Not,
    OneOf,
    Operand,
    SettingRef,
    Within,
)
from shared.policy.judging import shown

FIELDS = {
    "says": "文字",
    "clause": "条款",
    "when": "条件",
    "hard": "是否硬性",
    "code": "代码",
    "kinds": "适用单位",
    "status": "状态",
    "mark": "标记",
    "reading": "读法",
    "name": "名称",
    "title": "题名",
    "number": "文号",
    "values": "值",
    "quotas": "名额",
    "quota_clauses": "名额依据",
    "effect": "作用",
    "degree": "程度",
    "purposes": "用途",
    "ground": "退出情形",
    "ends": "终止的事件",
    "month": "月",
    "day": "日",
    "wording": "原文",
    "citation": "出处",
    "steps": "步骤",
    "indicators": "条目",
    "fields": "字段",
    "items": "内容",
    "version": "版本",
    "from_text": "是否文件规定",
    "type": "事件种类",
    "level": "层级",
    "options": "取值",
    "weight": "赋分比例",
    "basis": "所据文件",
    "shared": "各地可见的状态",
    "optional": "是否自行决定开展",
    "target": "目标",
    "target_on": "目标日",
    "rank": "称号类别",
}


def condition_words(condition: Condition) -> str:
    """A condition as one Chinese phrase."""
    match condition:
        case All(parts):
            return "并且".join(_inner(p) for p in parts)
        case AnyOf(parts):
            return "或者".join(_inner(p) for p in parts)
        case Not(part):
            return f"不是（{condition_words(part)}）"
        case OneOf(fact, values, label):
            return f"{label or fact}属于{'、'.join(shown(v) for v in values)}"
        case Within(fact, low, high, label):
            return f"{label or fact}介于{operand_words(low)}和{operand_words(high)}之间"
        case _:
            word = COMPARISONS[type(condition)]
            return f"{condition.label or condition.fact}{word}{operand_words(condition.value)}"


def _inner(part: Condition) -> str:
    words = condition_words(part)
    return f"（{words}）" if isinstance(part, All | AnyOf) else words


def operand_words(operand: Operand) -> str:
    """What a condition compares with, in words."""
    if isinstance(operand, FactRef):
        return f"「{operand.label or operand.fact}」"
    if isinstance(operand, SettingRef):
        return f"设置「{operand.name}」"
    if isinstance(operand, MonthDay):
        return f"当年{operand.month}月{operand.day}日"
    return shown(operand)


def value_words(value: Any) -> str:
    """A field's value in words, short enough for a sentence."""
    if isinstance(value, Condition):
        return condition_words(value)
    if isinstance(value, tuple):
        return "；".join(value_words(v) for v in value) or "无"
    if isinstance(value, dict):
        return "，".join(f"{k} {value_words(v)}" for k, v in value.items()) or "无"
    if is_dataclass(value) and not isinstance(value, type):
        parts = (getattr(value, f.name) for f in fields(value))
        return " ".join(value_words(p) for p in parts if p not in (None, "", ()))
    return shown(value) if value not in ("", None) else "无"
