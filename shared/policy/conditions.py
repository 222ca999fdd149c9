"""The closed set of conditions a pack may use, judged three-valued.

A fact that is missing, None or of another form than the rule asks for is UNKNOWN: it goes to a
person and is never taken for a yes or a no. Every judgement carries one Chinese sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

FactValue = str | int | bool | Decimal | date | None


class Outcome(StrEnum):
    """Met, not met, or not known."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known about a case: where from, when it happened, when it was learned."""

    name: str
    value: FactValue
    origin: str = ""
    happened_on: date | None = None
    learned_at: datetime | None = None


Facts = Mapping[str, Fact]


def by_name(facts: Facts | Iterable[Fact]) -> Facts:
    """The facts keyed by name; a later fact of the same name replaces an earlier one."""
    if isinstance(facts, Mapping):
        return facts
    return {fact.name: fact for fact in facts}


class Judgement(NamedTuple):
    """What a condition says of some facts, why, and which facts a person must still supply."""

    outcome: Outcome
    reason: str
    missing: tuple[str, ...] = ()


Judge = Callable[[Facts, date], Judgement]


@dataclass(frozen=True, slots=True)
class FactRef:
    """The value of another fact."""

    fact: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class SettingRef:
    """A pack setting's value in force on the day of judgement: (from, to or None, value)."""

    name: str
    values: tuple[tuple[date, date | None, FactValue], ...]


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A month and day in the year of a date fact (of the compared fact when `year_of` is "")."""

    month: int
    day: int
    year_of: str = ""


Operand = str | int | bool | Decimal | date | FactRef | SettingRef | MonthDay


@dataclass(frozen=True, slots=True)
class Equals:
    """The fact has exactly this value, of the same form."""

    fact: str
    value: Operand
    label: str = ""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number or date no smaller, no earlier than the value."""

    fact: str
    value: Operand
    label: str = ""


@dataclass(frozen=True, slots=True)
class AtMost:
    """A number or date no larger, no later than the value (「不晚于」, that day included: A-12)."""

    fact: str
    value: Operand
    label: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """A date strictly before the value."""

    fact: str
    value: Operand
    label: str = ""


@dataclass(frozen=True, slots=True)
class After:
    """A date strictly after the value."""

    fact: str
    value: Operand
    label: str = ""


@dataclass(frozen=True, slots=True)
class OneOf:
    """The fact is one of the listed values."""

    fact: str
    values: tuple[str | int | bool | Decimal | date, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Within:
    """A number or date between two values, both included."""

    fact: str
    low: Operand
    high: Operand
    label: str = ""


@dataclass(frozen=True, slots=True)
class All:
    """Every part is met. One part not met decides, whatever is unknown."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part is met. One part met decides, whatever is unknown."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is not met. Unknown stays unknown."""

    part: Condition


Leaf = Equals | AtLeast | AtMost | Before | After | OneOf | Within
Condition = Leaf | All | AnyOf | Not

COMPARISONS: Mapping[type[Leaf], str] = {
    Equals: "应为",
    AtLeast: "应不低于",
    AtMost: "应不超过",
    Before: "应早于",
    After: "应晚于",
    OneOf: "应属于",
    Within: "应介于",
}


def judge(condition: Condition, facts: Facts | Iterable[Fact], on: date) -> Judgement:
    """What the condition says of the facts on a day. Never raises for any fact value."""
    from shared.policy.judging import judge_of  # noqa: PLC0415  the compiler needs these classes

    return judge_of(condition)(by_name(facts), on)


def facts_used(condition: Condition) -> tuple[str, ...]:
    """The names of all facts a condition looks at, in order, each once."""
    return tuple(dict.fromkeys(_facts(condition)))


def _facts(condition: Condition) -> Iterable[str]:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _facts(part)
        case Not(part):
            yield from _facts(part)
        case Within(fact, low, high):
            yield fact
            yield from _operand_facts(low)
            yield from _operand_facts(high)
        case OneOf(fact):
            yield fact
        case Equals(fact, value) | AtLeast(fact, value) | AtMost(fact, value):
            yield fact
            yield from _operand_facts(value)
        case Before(fact, value) | After(fact, value):
            yield fact
            yield from _operand_facts(value)


def _operand_facts(operand: Operand) -> Iterable[str]:
    if isinstance(operand, FactRef):
        yield operand.fact
    elif isinstance(operand, MonthDay) and operand.year_of:
        yield operand.year_of
