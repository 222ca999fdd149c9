"""Turns a condition into a plain function once, so that judging a case costs microseconds."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from shared.policy.conditions import (
    COMPARISONS,
    After,
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Before,
    Condition,
    Equals,
    Fact,
    FactRef,
    Facts,
    FactValue,
    Judge,
    Judgement,
    Leaf,
    MonthDay,
    Not,
    OneOf,
    Operand,
    Outcome,
    SettingRef,
    Within,
)

MET, NOT_MET, UNKNOWN = Outcome.MET, Outcome.NOT_MET, Outcome.UNKNOWN

Resolve = Callable[[Facts, date, FactValue], FactValue]
Test = Callable[[FactValue, FactValue], bool]


_JUDGES: dict[int, tuple[Condition, Judge]] = {}
_MOST_JUDGES = 50_000


def judge_of(condition: Condition) -> Judge:
    """The condition as a function of facts and day, made once for each condition object.

    Keyed by identity, because True and 1 are equal to a dictionary but not to the law; the entry
    holds the condition, so its identity is not given to another while the entry stands.
    """
    entry = _JUDGES.get(id(condition))
    if entry is None:
        if len(_JUDGES) >= _MOST_JUDGES:
            _JUDGES.clear()
        entry = _JUDGES[id(condition)] = (condition, _compile(condition))
    return entry[1]


def form_of(value: object) -> str:
    """flag, number, date or text; "" for a value no rule can compare."""
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int):
        return "number"
    if isinstance(value, Decimal):
        return "number" if value.is_finite() else ""
    if type(value) is date:
        return "date"
    return "text" if isinstance(value, str) else ""


def shown(value: object) -> str:
    """A value as an officer reads it."""
    if value is True:
        return "是"
    if value is False:
        return "否"
    if value is None:
        return "未知"
    if type(value) is date:
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)


def _compile(condition: Condition) -> Judge:
    match condition:
        case All(parts):
            return _junction([_compile(p) for p in parts], decides=NOT_MET, otherwise=MET)
        case AnyOf(parts):
            return _junction([_compile(p) for p in parts], decides=MET, otherwise=NOT_MET)
        case Not(part):
            return _negation(_compile(part))
        case OneOf():
            return _membership(condition)
        case Within():
            return _range(condition)
        case Equals() | AtLeast() | AtMost() | Before() | After():
            return _comparison(condition)


def _junction(parts: list[Judge], *, decides: Outcome, otherwise: Outcome) -> Judge:
    def judged(facts: Facts, on: date) -> Judgement:
        seen = [part(facts, on) for part in parts]
        deciding = [j.reason for j in seen if j.outcome is decides]
        if deciding:
            return Judgement(decides, "；".join(deciding))
        unknown = [j for j in seen if j.outcome is UNKNOWN]
        if unknown:
            missing = dict.fromkeys(name for j in unknown for name in j.missing)
            return Judgement(UNKNOWN, "；".join(j.reason for j in unknown), tuple(missing))
        return Judgement(otherwise, "；".join(j.reason for j in seen))

    return judged


NEGATED = {MET: NOT_MET, NOT_MET: MET}


def _negation(part: Judge) -> Judge:
    def judged(facts: Facts, on: date) -> Judgement:
        inner = part(facts, on)
        if inner.outcome is UNKNOWN:
            return inner
        return Judgement(NEGATED[inner.outcome], f"反向要求：{inner.reason}")

    return judged


TESTS: dict[type[Leaf], tuple[frozenset[str], Test]] = {
    Equals: (frozenset({"flag", "number", "date", "text"}), lambda a, b: a == b),
    AtLeast: (frozenset({"number", "date"}), lambda a, b: a >= b),  # type: ignore[operator]
    AtMost: (frozenset({"number", "date"}), lambda a, b: a <= b),  # type: ignore[operator]
    Before: (frozenset({"date"}), lambda a, b: a < b),  # type: ignore[operator]
    After: (frozenset({"date"}), lambda a, b: a > b),  # type: ignore[operator]
}


def _comparison(leaf: Equals | AtLeast | AtMost | Before | After) -> Judge:
    name, label, word = leaf.fact, leaf.label or leaf.fact, COMPARISONS[type(leaf)]
    forms, test = TESTS[type(leaf)]
    if not isinstance(leaf.value, FactRef | SettingRef | MonthDay):
        return _against_literal(leaf, leaf.value)
    resolve, other = _resolver(leaf.value), _needs(leaf.value)

    def judged(facts: Facts, on: date) -> Judgement:
        fact = facts.get(name)
        if fact is None or fact.value is None:
            return _missing(name, label)
        wanted = resolve(facts, on, fact.value)
        if wanted is None:
            return Judgement(UNKNOWN, f"{label}没有可比的值，须由人补充", (other or name,))
        form = form_of(fact.value)
        if form not in forms or form != form_of(wanted):
            return _wrong_form(name, label, fact)
        reason = f"{label}为{shown(fact.value)}，{word}{shown(wanted)}"
        return Judgement(MET if test(fact.value, wanted) else NOT_MET, reason)

    return judged


def _against_literal(leaf: Leaf, wanted: FactValue) -> Judge:
    """The commonest case, with everything that does not depend on the facts worked out before."""
    name, label = leaf.fact, leaf.label or leaf.fact
    forms, test = TESTS[type(leaf)]
    form, tail = form_of(wanted), f"，{COMPARISONS[type(leaf)]}{shown(wanted)}"
    comparable = form in forms

    def judged(facts: Facts, on: date) -> Judgement:
        fact = facts.get(name)
        if fact is None or fact.value is None:
            return _missing(name, label)
        value = fact.value
        if not comparable or form_of(value) != form:
            return _wrong_form(name, label, fact)
        return Judgement(MET if test(value, wanted) else NOT_MET, f"{label}为{shown(value)}{tail}")

    return judged


def _membership(leaf: OneOf) -> Judge:
    name, label = leaf.fact, leaf.label or leaf.fact
    forms = {form_of(v) for v in leaf.values}
    members = {(form_of(v), v) for v in leaf.values}
    tail = f"，{COMPARISONS[OneOf]}{'、'.join(shown(v) for v in leaf.values)}"

    def judged(facts: Facts, on: date) -> Judgement:
        fact = facts.get(name)
        if fact is None or fact.value is None:
            return _missing(name, label)
        form = form_of(fact.value)
        if not form or form not in forms:
            return _wrong_form(name, label, fact)
        found = (form, fact.value) in members
        return Judgement(MET if found else NOT_MET, f"{label}为{shown(fact.value)}{tail}")

    return judged


def _range(leaf: Within) -> Judge:
    low = _comparison(AtLeast(leaf.fact, leaf.low, leaf.label))
    high = _comparison(AtMost(leaf.fact, leaf.high, leaf.label))
    return _junction([low, high], decides=NOT_MET, otherwise=MET)


def _missing(name: str, label: str) -> Judgement:
    return Judgement(UNKNOWN, f"{label}未知，须由人补充", (name,))


def _wrong_form(name: str, label: str, fact: Fact) -> Judgement:
    return Judgement(UNKNOWN, f"{label}的值「{fact.value}」无法与要求比较，须由人核实", (name,))


def _needs(operand: Operand) -> str:
    if isinstance(operand, FactRef):
        return operand.fact
    return operand.year_of if isinstance(operand, MonthDay) else ""


def _resolver(operand: FactRef | SettingRef | MonthDay) -> Resolve:
    if isinstance(operand, FactRef):
        return _other_fact(operand.fact)
    if isinstance(operand, MonthDay):
        return _day_of_year(operand)
    return _in_force(operand)


def _other_fact(name: str) -> Resolve:
    def resolve(facts: Facts, on: date, value: FactValue) -> FactValue:
        fact = facts.get(name)
        return None if fact is None else fact.value

    return resolve


def _in_force(setting: SettingRef) -> Resolve:
    def resolve(facts: Facts, on: date, value: FactValue) -> FactValue:
        for start, end, dated in setting.values:
            if start <= on and (end is None or on <= end):
                return dated
        return None

    return resolve


def _day_of_year(operand: MonthDay) -> Resolve:
    def resolve(facts: Facts, on: date, value: FactValue) -> FactValue:
        base = value
        if operand.year_of:
            fact = facts.get(operand.year_of)
            base = None if fact is None else fact.value
        if type(base) is not date:
            return None
        last = calendar.monthrange(base.year, operand.month)[1]
        return date(base.year, operand.month, min(operand.day, last))

    return resolve
