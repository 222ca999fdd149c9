"""How long a unit has been cultivated (NB23 二(三): 一般不少于一年; A-26)."""

from __future__ import annotations

from datetime import date


def full_months(start: date, end: date) -> int:
    """Whole months between two days: a month is full on the same day, or the month's last.

    2024-01-10 to 2025-01-10 is twelve; to 2025-01-09 is eleven. Zero when the end is earlier.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    if end.day < start.day and not _is_last_day(end):
        months -= 1
    return max(0, months)


def _is_last_day(day: date) -> bool:
    return (date.fromordinal(day.toordinal() + 1)).month != day.month
