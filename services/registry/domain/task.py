"""Tasks of the calendar: on which day a duty falls due, and where its task stands on a day.

A duty of the pack becomes one task per node and year (or one for good). Days are days of law
(Asia/Shanghai), last days included. Nothing here reads a store or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared.policy.programme import Duty

STANDING = "-"  # the period of a task that belongs to no year


class TaskState(StrEnum):
    """Where a task stands."""

    WAITING = "waiting"
    OPEN = "open"
    DUE_SOON = "due_soon"
    PAST_STRICT = "past_strict"
    PAST_USUAL = "past_usual"
    OVERDUE = "overdue"
    DONE = "done"
    DONE_LATE = "done_late"
    NOT_APPLICABLE = "not_applicable"


STATE_TEXT = {
    TaskState.WAITING: "未到开始时间",
    TaskState.OPEN: "办理中",
    TaskState.DUE_SOON: "即将到期",
    TaskState.PAST_STRICT: "已过严格期限",
    TaskState.PAST_USUAL: "晚于通常时间",
    TaskState.OVERDUE: "已逾期",
    TaskState.DONE: "已办结",
    TaskState.DONE_LATE: "逾期办结",
    TaskState.NOT_APPLICABLE: "本年不开展",
}
ENDED = (TaskState.DONE, TaskState.DONE_LATE, TaskState.NOT_APPLICABLE)
PAST = (TaskState.OVERDUE, TaskState.PAST_STRICT, TaskState.PAST_USUAL)
PRESSING = (*PAST, TaskState.DUE_SOON)


class Mark(StrEnum):
    """How an act stands to its last day; "" when it was in time."""

    IN_TIME = ""
    LATE = "late"
    AFTER_STRICT = "after_strict"
    AFTER_USUAL = "after_usual"


MARK_TEXT = {
    Mark.IN_TIME: "",
    Mark.LATE: "逾期",
    Mark.AFTER_STRICT: "过严格期限，未逾期",
    Mark.AFTER_USUAL: "晚于通常时间",
}


@dataclass(frozen=True, slots=True)
class Due:
    """The days of a task; all None when it has no date.

    due_on      the last day: of a bare month the day before it begins (A-12)
    late_after  the last day before it is late: of a bare month its end, else the same day
    """

    opens_on: date | None = None
    due_on: date | None = None
    late_after: date | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """How a task came to its end: on which day, by what, and what was said of it."""

    on: date
    by: str
    says: str = ""
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in the calendar: a duty of a node in a period, for one thing where it has many."""

    node: str
    duty: Duty
    period: str
    due: Due
    about: str = ""
    about_text: str = ""

    @property
    def task_id(self) -> str:
        """The name of the task, for ever the same: node, duty, period, and what it is about."""
        parts = (self.node, self.duty.id, self.period, self.about)
        return ":".join(part for part in parts if part)

    @property
    def year(self) -> int | None:
        """The year it belongs to, None for one that belongs to none."""
        return None if self.period == STANDING else int(self.period)

    @property
    def awaits_day(self) -> bool:
        """Whether it begins some months ahead of a day that nobody has entered (A-46)."""
        return self.duty.ahead_months is not None and self.due.due_on is None


def months_before(day: date, months: int) -> date:
    """The same day of the month that many months earlier, or that month's last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(1))


def period_of(duty: Duty, year: int, given: date | None = None) -> str | None:
    """The period of a duty's task that a year shows; None when the year has no such task."""
    if duty.from_year is not None and year < duty.from_year:
        return None
    if duty.to_year is not None and year > duty.to_year:
        return None
    if duty.recurs == "once" and duty.due_on is not None:
        return str(duty.due_on.year)
    if duty.ahead_months is not None:
        return STANDING if given is None else str(given.year)
    return str(year) if duty.recurs in ("yearly", "arranged") else STANDING


def due_in(duty: Duty, period: str, given: date | None = None, *, grace: bool = True) -> Due:
    """The days of a duty's task in a period.

    given   the day an officer or a plan fixes for it; it goes before the pack's
    grace   without it a bare month is late from its first day (A-12 is a setting)
    """
    begins = None if period == STANDING else _opening(duty, int(period))
    if given is not None:
        if duty.ahead_months is not None:
            begins = months_before(given, duty.ahead_months)
        return Due(begins, given, given)
    if duty.recurs == "yearly":
        last = date(int(period), duty.month or 12, duty.day or 31)
        return _ending(duty, last, begins, grace=grace)
    if duty.recurs == "once" and duty.due_on is not None:
        return _ending(duty, duty.due_on, None, grace=grace)
    return Due(opens_on=begins)


def mark_of(due: Due, on: date, *, hard: bool) -> Mark:
    """How something done on a day stands to its last day; late work is taken in all the same."""
    if due.due_on is None or on <= due.due_on:
        return Mark.IN_TIME
    if due.late_after is not None and on <= due.late_after:
        return Mark.AFTER_STRICT
    return Mark.LATE if hard else Mark.AFTER_USUAL


def state_on(slot: Slot, closing: Closing | None, today: date, soon_days: int) -> TaskState:
    """Where a task stands on a day; one that waits for a day nobody has entered has not begun."""
    due, hard = slot.due, slot.duty.hard
    if closing is not None:
        return _ended(due, closing, hard=hard)
    if slot.awaits_day or (due.opens_on is not None and today < due.opens_on):
        return TaskState.WAITING
    passed = _PASSED[mark_of(due, today, hard=hard)]
    near = due.due_on is not None and (due.due_on - today).days <= soon_days
    return TaskState.DUE_SOON if passed is TaskState.OPEN and near else passed


def belongs_to(slot: Slot, closing: Closing | None, year: int) -> bool:
    """Whether a year's list shows a task.

    Its own year, and the years it has begun in before; one for good until the year it is done.
    """
    if slot.year is None or slot.year == year:
        return True
    if slot.duty.recurs == "once":
        return closing is None or closing.on.year >= year
    return slot.due.opens_on is not None and slot.due.opens_on.year <= year <= slot.year


_PASSED = {
    Mark.IN_TIME: TaskState.OPEN,
    Mark.AFTER_STRICT: TaskState.PAST_STRICT,
    Mark.AFTER_USUAL: TaskState.PAST_USUAL,
    Mark.LATE: TaskState.OVERDUE,
}


def _opening(duty: Duty, year: int) -> date | None:
    if duty.recurs == "once":
        return None
    return date.fromisoformat(f"{year}-{duty.opens}") if duty.opens else date(year, 1, 1)


def _ended(due: Due, closing: Closing, *, hard: bool) -> TaskState:
    if closing.dropped:
        return TaskState.NOT_APPLICABLE
    is_late = mark_of(due, closing.on, hard=hard) is Mark.LATE
    return TaskState.DONE_LATE if is_late else TaskState.DONE


def _ending(duty: Duty, last: date, opens: date | None, *, grace: bool) -> Due:
    if not duty.bare_month:
        return Due(opens, last, last)
    strict = last.replace(day=1) - timedelta(days=1)
    month_end = (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return Due(opens, strict, month_end if grace else strict)
