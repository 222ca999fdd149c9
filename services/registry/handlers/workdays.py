"""The working-day table: edited by an administrator, said to every service that counts days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from services.registry.domain.workyear import faults
from services.registry.handlers.acts import need, need_text
from services.registry.store import workdays as store
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_calendar import (
    CountWorkdays,
    Holiday,
    ListWorkdays,
    SetWorkdays,
    WorkdaysArranged,
)
from shared.contracts.registry_calendar_answers import DayCount, WorkdayTable, WorkdayYearView
from shared.messaging.tx import Tx
from shared.policy.workdays import Calendar, Year, calendar_from
from shared.runtime import workdays

YEARS = range(1990, 2201)


def list_workdays(tx: Tx, _command: ListWorkdays) -> WorkdayTable:
    """Every year on file, and a sentence for this and the next year when they are not."""
    calendar = workdays.calendar_of(tx)
    wanted = (tx.today.year, tx.today.year + 1)
    missing = tuple(year for year in wanted if year not in calendar.years)
    listed = "、".join(f"{year}年" for year in missing)
    says = f"{listed}的放假调休安排尚未录入：请在国务院办公厅通知发布后录入" if missing else ""
    kept = workdays.entered(tx)
    years = tuple(_year(tx, year, kept) for year in sorted(calendar.years, reverse=True))
    return WorkdayTable(years=years, missing=missing, says=says)


def set_workdays(tx: Tx, command: SetWorkdays) -> WorkdayYearView:
    """Enter or replace a year, with the number of the notice; it rules from now on."""
    need(tx, "admin")
    notice = need_text(command.notice, "请填写放假安排通知的文号", "/notice")
    if command.year not in YEARS:
        raise Refused("year_unknown", f"{command.year}不是可以录入的年份", status=422)
    spans = [(holiday.from_on, holiday.to_on) for holiday in command.holidays]
    wrong = list(faults(command.year, spans, command.workdays))
    if wrong or not spans:
        rows = [{"pointer": pointer, "says": says} for pointer, says in wrong]
        says = wrong[0][1] if wrong else f"{command.year}年没有填写放假日期"
        raise Refused("workdays_wrong", says, status=422, errors=rows)
    last = workdays.entered(tx).get(command.year)
    seen = last["revision"] if last else 0
    if command.revision != seen:
        says = f"{command.year}年的安排在您打开之后已被修改：请刷新后再保存"
        raise Refused("revision_changed", says)
    said = WorkdaysArranged(
        year=command.year,
        notice=notice,
        holidays=tuple(sorted(command.holidays, key=lambda h: h.from_on)),
        workdays=tuple(sorted(command.workdays)),
        revision=seen + 1,
        entered_at=tx.now,
        entered_by=tx.actor.id,
    )
    workdays.keep(tx, said)
    store.add_entry(tx, said, reason=command.reason.strip())
    tx.emit(said)
    return _year(tx, command.year, workdays.entered(tx))


def count_workdays(tx: Tx, command: CountWorkdays) -> DayCount:
    """The day so many working days on, or how many lie between two days."""
    calendar, start = workdays.calendar_of(tx), command.start
    if (command.days is None) == (command.end is None):
        raise Refused("count_what", "请填写天数或截止日，二者只填一个", status=422)
    if command.days is not None:
        reached = calendar.add(start, command.days)
        return _counted(calendar, start, command.days, reached.day, reached.says)
    end = command.end or start
    if abs((end - start).days) > 3660:
        raise Refused("span_too_long", "起止日期相距超过十年，请缩短", status=422)
    between = calendar.between(start, end)
    return _counted(calendar, start, between.days, end, between.says)


def _counted(calendar: Calendar, start: date, days: int, end: date, says: str) -> DayCount:
    known = start.year in calendar.years
    return DayCount(
        start=start,
        start_is_workday=calendar.is_workday(start) if known else None,
        days=days,
        end=end,
        estimated=bool(says),
        says=says,
    )


def _year(tx: Tx, year: int, kept: Mapping[int, Row]) -> WorkdayYearView:
    row = kept.get(year)
    if row is None:
        shipped = calendar_from().years[year]
        return WorkdayYearView(
            year=year, notice=shipped.notice, holidays=_spans(shipped),
            workdays=tuple(sorted(shipped.workdays)), origin="shipped", revision=0,
        )  # fmt: skip
    return WorkdayYearView(
        year=year,
        notice=row["notice"],
        holidays=tuple(Holiday.model_validate(span) for span in row["holidays"]),
        workdays=tuple(date.fromisoformat(day) for day in row["workdays"]),
        origin="entered",
        revision=row["revision"],
        entered_at=row["entered_at"],
        entered_by_name=store.entered_by_name(tx, year, row["revision"]),
    )


def _spans(year: Year) -> tuple[Holiday, ...]:
    """Days off in a row under one name, as one line of the notice."""
    days = sorted(year.holidays)
    starts = [days[0]] if days else []
    for before, day in pairwise(days):
        if (day - before).days > 1 or year.holidays[day] != year.holidays[before]:
            starts.append(day)
    ends = [max(d for d in days if d < later) for later in starts[1:]] + days[-1:]
    return tuple(
        Holiday(name_text=year.holidays[start], from_on=start, to_on=end)
        for start, end in zip(starts, ends, strict=True)
    )
