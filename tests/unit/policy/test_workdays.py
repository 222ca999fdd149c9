"""Working days: vectors, and years that nobody has entered."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.findings import PackInvalid
from shared.policy.workdays import (
    add_workdays,
    calendar_from,
    is_workday,
    workdays_between,
)

KNOWN = st.dates(date(2023, 1, 1), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("posted", "count", "ends"),
    [
        (date(2025, 9, 26), 5, date(2025, 10, 10)),
        (date(2026, 2, 12), 5, date(2026, 2, 26)),
        (date(2026, 4, 29), 7, date(2026, 5, 12)),
        (date(2026, 9, 28), 5, date(2026, 10, 10)),
    ],
)
def test_vectors(posted: date, count: int, ends: date) -> None:
    found = add_workdays(posted, count)

    assert (found.day, found.estimated, found.says) == (ends, False, "")


def test_a_saturday_of_make_up_work_counts() -> None:
    assert is_workday(date(2026, 10, 10))
    assert not is_workday(date(2026, 10, 7))
    assert not is_workday(date(2026, 10, 11))


def test_a_year_without_data_is_flagged_and_not_guessed_in_silence() -> None:
    found = add_workdays(date(2026, 12, 30), 5)

    assert found.estimated
    assert "2027年" in found.says
    assert workdays_between(date(2022, 12, 1), date(2023, 1, 10)).estimated
    assert not workdays_between(date(2023, 1, 1), date(2023, 1, 10)).estimated


def test_an_end_on_a_day_off_moves_to_the_next_working_day() -> None:
    calendar = calendar_from()

    assert calendar.on_or_after(date(2024, 5, 1)).day == date(2024, 5, 6)
    assert calendar.on_or_after(date(2024, 5, 11)).day == date(2024, 5, 11)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        add_workdays(date(2024, 5, 1), -1)


@given(KNOWN, st.integers(0, 30))
def test_adding_and_counting_agree(start: date, count: int) -> None:
    found = add_workdays(start, count)

    assert workdays_between(start, found.day).days == count
    assert count == 0 or is_workday(found.day)


@given(KNOWN, st.integers(1, 20))
def test_one_more_day_is_never_earlier(start: date, count: int) -> None:
    assert add_workdays(start, count + 1).day > add_workdays(start, count).day
    assert add_workdays(start + timedelta(days=1), count).day >= add_workdays(start, count).day


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (
            'years:\n  "2027":\n    notice: 号\n    holidays: []\n    workdays: [2027-01-04]',
            2,
            "周末",
        ),
        (
            'years:\n  "2027":\n    notice: 号\n    holidays: []\n    workdays: [2026-01-04]',
            2,
            "2027",
        ),
        ('years:\n  "2027":\n    notice: 号\n    holidays: []', 2, "没有写"),
    ],
)
def test_a_calendar_with_a_fault_says_where(tmp_path: Path, text: str, line: int, why: str) -> None:
    path = tmp_path / "cn.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackInvalid) as caught:
        calendar_from(path)

    fault = caught.value.findings[0]
    assert (fault.file, fault.line) == ("cn.yaml", line)
    assert why in str(fault)
