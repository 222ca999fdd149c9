"""Tasks: when a duty falls due, how late work is marked, which years show a task."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.task import (
    Closing,
    Due,
    Mark,
    Slot,
    TaskState,
    belongs_to,
    due_in,
    mark_of,
    months_before,
    period_of,
    state_on,
)
from services.registry.domain.task_words import due_text, warning
from shared.policy.programme import Duty

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def a_duty(**changes: Any) -> Duty:
    given: dict[str, Any] = {"id": "report", "says": "报送报告", "levels": ("district",), "recurs": "yearly",
             "clause": "X:1", "month": 12, "day": 20}  # fmt: skip
    return Duty(**(given | changes))


def a_slot(duty: Duty, year: int = 2024, given: date | None = None) -> Slot:
    period = period_of(duty, year, given)
    assert period is not None
    return Slot("330203", duty, period, due_in(duty, period, given))


MONTH = a_duty(recurs="once", month=None, day=None, due_on=date(2025, 11, 30), bare_month=True)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2024, 11, 1), TaskState.OPEN),
        (date(2024, 11, 20), TaskState.DUE_SOON),
        (date(2024, 12, 20), TaskState.DUE_SOON),
        (date(2024, 12, 21), TaskState.OVERDUE),
    ],
)
def test_the_last_day_itself_is_in_time(day: date, state: TaskState) -> None:
    assert state_on(a_slot(a_duty()), None, day, 30) is state


@pytest.mark.parametrize(
    ("day", "mark", "state"),
    [
        (date(2025, 10, 31), Mark.IN_TIME, TaskState.DUE_SOON),
        (date(2025, 11, 1), Mark.AFTER_STRICT, TaskState.PAST_STRICT),
        (date(2025, 11, 30), Mark.AFTER_STRICT, TaskState.PAST_STRICT),
        (date(2025, 12, 1), Mark.LATE, TaskState.OVERDUE),
    ],
)
def test_a_bare_month_is_strict_before_it_and_late_after_it(
    day: date, mark: Mark, state: TaskState
) -> None:
    slot = a_slot(MONTH, 2025)

    assert mark_of(slot.due, day, hard=True) is mark
    assert state_on(slot, None, day, 30) is state


def test_without_grace_a_bare_month_is_late_from_its_first_day() -> None:
    due = due_in(MONTH, "2025", grace=False)

    assert mark_of(due, date(2025, 11, 1), hard=True) is Mark.LATE


def test_a_usual_day_that_passed_warns_and_is_no_error() -> None:
    slot = a_slot(a_duty(hard=False, month=6, day=30))
    state = state_on(slot, None, date(2024, 7, 1), 30)

    assert state is TaskState.PAST_USUAL
    assert "仍可办理" in warning(slot, state)
    assert state_on(slot, Closing(date(2024, 7, 9), "张三"), date(2024, 8, 1), 30) is TaskState.DONE


def test_late_work_is_taken_in_and_stays_late() -> None:
    closing = Closing(date(2024, 12, 21), "张三")

    assert state_on(a_slot(a_duty()), closing, date(2025, 3, 1), 30) is TaskState.DONE_LATE


def test_a_duty_without_a_date_is_open_and_says_its_period() -> None:
    duty = a_duty(recurs="continuous", month=None, day=None, period="创建活动全程")
    slot = a_slot(duty)

    assert (slot.due.due_on, slot.year) == (None, None)
    assert state_on(slot, None, date(2030, 1, 1), 30) is TaskState.OPEN
    assert due_text(duty, slot.due) == "创建活动全程"


def test_a_task_ahead_of_a_day_waits_for_it_and_opens_twelve_months_before() -> None:
    duty = a_duty(recurs="arranged", month=None, day=None, ahead_months=12)
    waiting, dated = a_slot(duty, 2025), a_slot(duty, 2025, date(2026, 6, 1))

    assert state_on(waiting, None, date(2025, 6, 1), 30) is TaskState.WAITING
    assert dated.due == Due(date(2025, 6, 1), date(2026, 6, 1), date(2026, 6, 1))
    assert state_on(dated, None, date(2025, 5, 31), 30) is TaskState.WAITING
    assert state_on(dated, None, date(2025, 6, 1), 30) is TaskState.OPEN
    assert [y for y in range(2023, 2029) if belongs_to(dated, None, y)] == [2025, 2026]


def test_a_task_for_good_is_shown_until_the_year_it_is_done() -> None:
    slot = a_slot(MONTH, 2023)
    closing = Closing(date(2026, 1, 5), "张三")

    assert belongs_to(slot, None, 2030)
    assert [y for y in range(2023, 2029) if belongs_to(slot, closing, y)] == [
        2023, 2024, 2025, 2026,
    ]  # fmt: skip


@pytest.mark.parametrize(("year", "period"), [(2024, None), (2025, "2025"), (2028, None)])
def test_a_yearly_duty_has_its_first_and_last_year(year: int, period: str | None) -> None:
    assert period_of(a_duty(from_year=2025, to_year=2027), year) == period


@given(DAYS, st.integers(0, 600))
def test_months_before_is_never_later_and_keeps_the_day_where_it_can(day: date, count: int) -> None:
    found = months_before(day, count)

    assert (day.year * 12 + day.month) - (found.year * 12 + found.month) == count
    assert found.day <= day.day


@given(DAYS, DAYS, st.booleans())
def test_a_later_day_is_never_marked_less_late(first: date, second: date, hard: bool) -> None:
    order = [Mark.IN_TIME, Mark.AFTER_STRICT, Mark.AFTER_USUAL, Mark.LATE]
    due = a_slot(MONTH, 2025).due
    early, late = sorted((first, second))

    assert order.index(mark_of(due, early, hard=hard)) <= order.index(mark_of(due, late, hard=hard))
