"""Working days by the State Council's yearly arrangement, kept as data.

A year nobody has entered is counted Monday to Friday and marked as estimated, with a sentence to
show beside the date; it is never passed off as known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from shared.policy.findings import Finding, PackInvalid
from shared.policy.tree import Located, read_tree

CN = Path(__file__).parent / "calendars" / "cn.yaml"
LONGEST_STEP = 3660


@dataclass(frozen=True, slots=True)
class Year:
    """One year's arrangement and the notice it was printed in."""

    notice: str
    holidays: Mapping[date, str]
    workdays: frozenset[date]


@dataclass(frozen=True, slots=True)
class Workday:
    """A day counted to. `estimated` with a sentence when a year on the way has no arrangement."""

    day: date
    estimated: bool
    says: str


@dataclass(frozen=True, slots=True)
class WorkdayCount:
    """How many working days lie between two days, and whether the count is estimated."""

    days: int
    estimated: bool
    says: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The arrangements on file by year."""

    years: Mapping[int, Year]

    def is_workday(self, day: date) -> bool:
        """Whether people work that day; Monday to Friday where the year is not on file."""
        year = self.years.get(day.year)
        if year is not None and day in year.workdays:
            return True
        if year is not None and day in year.holidays:
            return False
        return day.weekday() < 5

    def add(self, start: date, count: int) -> Workday:
        """The last of `count` working days after `start`; the first day counted is the next one.

        0 gives the start itself. ValueError for a negative count.
        """
        if not 0 <= count <= LONGEST_STEP:
            raise ValueError(f"count {count}")
        day = start
        for _ in range(count):
            day = self._after(day)
        return Workday(day, *self._estimate(start, day))

    def on_or_after(self, day: date) -> Workday:
        """The day itself if people work then, else the next working day (民法典 第二百零三条)."""
        found = day if self.is_workday(day) else self._after(day)
        return Workday(found, *self._estimate(day, found))

    def between(self, start: date, end: date) -> WorkdayCount:
        """Working days after `start` up to and including `end`; 0 when `end` is not later."""
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        count = sum(self.is_workday(day) for day in days)
        return WorkdayCount(count, *self._estimate(start, end))

    def _after(self, day: date) -> date:
        day += timedelta(days=1)
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def _estimate(self, start: date, end: date) -> tuple[bool, str]:
        missing = [y for y in range(start.year, end.year + 1) if y not in self.years]
        if not missing:
            return False, ""
        years = "、".join(f"{year}年" for year in missing)
        return True, f"{years}的放假调休安排尚未录入，按周一至周五推算，录入后日期可能变动。"


@lru_cache(maxsize=4)
def calendar_from(path: Path = CN) -> Calendar:
    """The calendar of a file, read once a process. PackInvalid when it is not fit."""
    tree = read_tree(path.read_text(encoding="utf-8"), path.name)
    years = _mapping(_mapping(tree, "years")["years"])
    return Calendar({int(key): _year(int(key), at) for key, at in years.items()})


def add_workdays(start: date, count: int) -> Workday:
    """`Calendar.add` on the national calendar."""
    return calendar_from().add(start, count)


def workdays_between(start: date, end: date) -> WorkdayCount:
    """`Calendar.between` on the national calendar."""
    return calendar_from().between(start, end)


def is_workday(day: date) -> bool:
    """`Calendar.is_workday` on the national calendar."""
    return calendar_from().is_workday(day)


def _year(year: int, at: Located) -> Year:
    entries = _mapping(at, "notice", "holidays", "workdays")
    holidays = {day: name for item in _list(entries["holidays"]) for day, name in _span(item)}
    workdays = frozenset(_day(item) for item in _list(entries["workdays"]))
    for day in (*holidays, *workdays):
        if day.year != year:
            _refuse(at, str(day), f"不在{year}年", "移到所属的年份")
    for day in workdays:
        if day.weekday() < 5 or day in holidays:
            _refuse(at, str(day), "不是周末，或同时列为放假", "核对通知")
    return Year(str(entries["notice"].value), holidays, workdays)


def _span(item: Located) -> Iterator[tuple[date, str]]:
    entries = _mapping(item, "name", "from", "to")
    start, end = _day(entries["from"]), _day(entries["to"])
    if end < start:
        _refuse(item, str(end), f"早于 {start}", "核对起止日期")
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset), str(entries["name"].value)


def _mapping(at: Located, *needed: str) -> dict[str, Located]:
    if not isinstance(at.value, dict):
        _refuse(at, "列表或单个值", "应为一组「键: 值」", "按年历的写法书写")
        return {}
    for key in needed:
        if key not in at.value:
            _refuse(at, key, "没有写", f"补上「{key}」")
    return at.value


def _list(at: Located) -> list[Located]:
    if not isinstance(at.value, list):
        _refuse(at, "单个值", "应为列表", "每项一行，前面加「- 」")
        return []
    return at.value


def _day(at: Located) -> date:
    if type(at.value) is date:
        return at.value
    raise PackInvalid([at.finding("应为日期", "写成 2026-10-01")])


def _refuse(at: Located, value: str, why: str, remedy: str) -> None:
    raise PackInvalid([Finding(at.file, at.line, value, why, remedy)])
