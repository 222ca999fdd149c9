"""A year's days off as an officer enters them: what cannot be right is named."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.domain.workyear import faults

NEW_YEAR = (date(2027, 1, 1), date(2027, 1, 3))


def test_a_year_as_the_notice_prints_it_has_no_fault() -> None:
    assert list(faults(2027, [NEW_YEAR], [date(2027, 1, 9)])) == []


@pytest.mark.parametrize(
    ("spans", "days", "pointer"),
    [
        ([(date(2027, 1, 3), date(2027, 1, 1))], [], "/holidays/0"),
        ([(date(2026, 12, 31), date(2027, 1, 2))], [], "/holidays/0"),
        ([NEW_YEAR, (date(2027, 1, 3), date(2027, 1, 4))], [], "/holidays/1"),
        ([NEW_YEAR], [date(2027, 1, 4)], "/workdays/0"),
        ([NEW_YEAR], [date(2027, 1, 2)], "/workdays/0"),
        ([NEW_YEAR], [date(2026, 12, 27)], "/workdays/0"),
        ([NEW_YEAR], [date(2027, 1, 9), date(2027, 1, 9)], "/workdays/1"),
    ],
)
def test_what_cannot_be_right_is_named_with_its_place(
    spans: list[tuple[date, date]], days: list[date], pointer: str
) -> None:
    assert [place for place, _says in faults(2027, spans, days)] == [pointer]
