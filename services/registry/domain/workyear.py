"""A year's days off and make-up days as an officer enters them: what cannot be right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

Span = tuple[date, date]
LONGEST = 20


def faults(year: int, spans: Sequence[Span], workdays: Sequence[date]) -> Iterator[tuple[str, str]]:
    """Every fault as (pointer, sentence): days of another year, doubled, or on the wrong side."""
    off: set[date] = set()
    for place, (start, end) in enumerate(spans):
        pointer = f"/holidays/{place}"
        if end < start or (end - start).days >= LONGEST:
            yield pointer, f"{start}至{end}不是一段放假：请核对起止日期"
            continue
        days = {start + timedelta(days=n) for n in range((end - start).days + 1)}
        if {day.year for day in days} != {year}:
            yield pointer, f"{start}至{end}不全在{year}年：跨年的放假请分列到各自年份"
        if days & off:
            yield pointer, f"{min(days & off)}重复列为放假：请核对"
        off |= days
    yield from _workday_faults(year, off, workdays)


def _workday_faults(year: int, off: set[date], days: Sequence[date]) -> Iterator[tuple[str, str]]:
    for place, day in enumerate(days):
        pointer = f"/workdays/{place}"
        if day.year != year:
            yield pointer, f"调休上班日{day}不在{year}年"
        elif day.weekday() < 5:
            yield pointer, f"{day}本来就是工作日，不必列为调休上班"
        elif day in off:
            yield pointer, f"{day}同时列为放假和上班：请核对通知"
        elif day in days[:place]:
            yield pointer, f"{day}重复列为调休上班"
