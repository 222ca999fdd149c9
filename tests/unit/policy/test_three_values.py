"""Conditions: the laws of three values, and that unknown is never a yes or a no."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.conditions import (
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
    MonthDay,
    Not,
    OneOf,
    Outcome,
    SettingRef,
    Within,
    facts_used,
    judge,
)

MET, NOT_MET, UNKNOWN = Outcome.MET, Outcome.NOT_MET, Outcome.UNKNOWN
DAY = date(2024, 4, 1)
RANK = {NOT_MET: 0, UNKNOWN: 1, MET: 2}


def facts(**values: Any) -> list[Fact]:
    return [Fact(name.replace("_", "."), value) for name, value in values.items()]


def outcome(condition: Condition, **values: Any) -> Outcome:
    return judge(condition, facts(**values), DAY).outcome


VALUE = st.sampled_from([True, False, None])
LEAF = st.sampled_from("abc").map(lambda name: Equals(name, True))
CONDITION: st.SearchStrategy[Condition] = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda p: All(tuple(p))),
        st.lists(inner, min_size=1, max_size=4).map(lambda p: AnyOf(tuple(p))),
        inner.map(Not),
    ),
    max_leaves=12,
)
FACTS = st.fixed_dictionaries({"a": VALUE, "b": VALUE, "c": VALUE})


def run(condition: Condition, values: dict[str, bool | None]) -> Outcome:
    return judge(condition, [Fact(n, v) for n, v in values.items()], DAY).outcome


@given(st.lists(CONDITION, min_size=1, max_size=4), FACTS)
def test_all_is_the_least_and_any_the_greatest_of_its_parts(
    parts: list[Condition], values: dict[str, bool | None]
) -> None:
    seen = [run(part, values) for part in parts]

    assert run(All(tuple(parts)), values) is min(seen, key=RANK.__getitem__)
    assert run(AnyOf(tuple(parts)), values) is max(seen, key=RANK.__getitem__)


@given(CONDITION, CONDITION, FACTS)
def test_de_morgan_and_double_negation_hold(
    one: Condition, other: Condition, values: dict[str, bool | None]
) -> None:
    assert run(Not(All((one, other))), values) is run(AnyOf((Not(one), Not(other))), values)
    assert run(Not(AnyOf((one, other))), values) is run(All((Not(one), Not(other))), values)
    assert run(Not(Not(one)), values) is run(one, values)


@given(CONDITION, FACTS)
def test_learning_more_never_turns_a_settled_answer(
    condition: Condition, values: dict[str, bool | None]
) -> None:
    before = run(condition, values)
    for guess in (True, False):
        after = run(condition, {k: guess if v is None else v for k, v in values.items()})
        assert before is UNKNOWN or after is before


@given(CONDITION, FACTS)
def test_unknown_always_names_what_a_person_must_supply(
    condition: Condition, values: dict[str, bool | None]
) -> None:
    judged = judge(condition, [Fact(n, v) for n, v in values.items()], DAY)

    assert judged.reason
    assert bool(judged.missing) is (judged.outcome is UNKNOWN)
    assert all(values[name] is None for name in judged.missing)


WRONG: list[Any] = [
    None,
    "3",
    Decimal("NaN"),
    datetime(2024, 4, 1, tzinfo=UTC),
    3.0,
    ["3"],
    object(),
]


@pytest.mark.parametrize("value", WRONG, ids=lambda v: type(v).__name__)
def test_a_value_of_another_form_is_unknown(value: Any) -> None:
    assert outcome(AtLeast("n", 3), n=value) is UNKNOWN
    assert outcome(Not(AtLeast("n", 3)), n=value) is UNKNOWN


def test_a_fact_that_is_not_there_is_unknown() -> None:
    judged = judge(Equals("plan.filed", True, "已报备"), [], DAY)

    assert judged.outcome is UNKNOWN
    assert judged.missing == ("plan.filed",)
    assert "已报备" in judged.reason


def test_true_is_not_one_and_one_is_not_true() -> None:
    assert outcome(Equals("x", True), x=1) is UNKNOWN
    assert outcome(Equals("x", 1), x=True) is UNKNOWN
    assert outcome(OneOf("x", (1, 2)), x=True) is UNKNOWN
    assert outcome(Equals("x", 1), x=1) is MET
    assert outcome(Equals("x", True), x=True) is MET


def test_whole_and_decimal_numbers_compare() -> None:
    assert outcome(AtLeast("x", Decimal("0.60")), x=Decimal("0.6")) is MET
    assert outcome(AtMost("x", 5), x=Decimal("5.01")) is NOT_MET


def test_no_later_than_includes_the_day_and_before_does_not() -> None:
    assert outcome(AtMost("d", date(2024, 3, 31)), d=date(2024, 3, 31)) is MET
    assert outcome(AtMost("d", date(2024, 3, 31)), d=date(2024, 4, 1)) is NOT_MET
    assert outcome(Before("d", date(2024, 3, 31)), d=date(2024, 3, 31)) is NOT_MET
    assert outcome(After("d", date(2024, 3, 31)), d=date(2024, 3, 31)) is NOT_MET


def test_within_includes_both_ends() -> None:
    span = Within("n", 2, 4)

    assert [outcome(span, n=n) for n in (1, 2, 4, 5)] == [NOT_MET, MET, MET, NOT_MET]


def test_another_fact_can_be_the_measure() -> None:
    rule = AtMost("held", FactRef("applied", "申请日"))

    assert outcome(rule, held=date(2024, 4, 1), applied=date(2024, 4, 2)) is MET
    assert outcome(rule, held=date(2024, 4, 3), applied=date(2024, 4, 2)) is NOT_MET
    judged = judge(rule, facts(held=date(2024, 4, 3)), DAY)
    assert judged.outcome is UNKNOWN
    assert judged.missing == ("applied",)


def test_a_setting_counts_with_the_value_of_the_day() -> None:
    setting = SettingRef(
        "sides", ((date(2023, 1, 1), date(2023, 12, 31), 2), (date(2024, 1, 1), None, 3))
    )
    rule = AtLeast("n", setting)

    assert judge(rule, facts(n=2), date(2023, 12, 31)).outcome is MET
    assert judge(rule, facts(n=2), date(2024, 1, 1)).outcome is NOT_MET
    assert judge(rule, facts(n=2), date(2022, 12, 31)).outcome is UNKNOWN


def test_a_month_and_day_take_the_year_of_their_date() -> None:
    own = AtMost("d", MonthDay(2, 29))
    other = AtMost("d", MonthDay(3, 31, "year"))

    assert outcome(own, d=date(2023, 2, 28)) is MET
    assert outcome(own, d=date(2023, 3, 1)) is NOT_MET
    assert outcome(other, d=date(2025, 1, 5), year=date(2024, 4, 30)) is NOT_MET
    assert outcome(other, d=date(2025, 1, 5)) is UNKNOWN


def test_facts_used_names_measures_too() -> None:
    rule = All(
        (AtMost("d", MonthDay(3, 31, "y")), Not(Equals("a", FactRef("b"))), Within("n", 1, 2))
    )

    assert facts_used(rule) == ("d", "y", "a", "b", "n")
