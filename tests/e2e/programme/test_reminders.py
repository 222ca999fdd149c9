"""Reminders and working days through the public door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.sample import people
from shared.contracts import registry_calendar as calendar
from shared.contracts.refusals import Refused
from shared.contracts.registry_calendar import Holiday
from tests.support.calendar import Desk
from tests.support.regions import Regions

HUNAN = "430000"


def told(regions: Regions, node: str, on: date, subject: str) -> list[dict[str, Any]]:
    inbox = regions.ask(calendar.ListReminders(), people.clerk(node), on)["reminders"]
    return [line for line in inbox if line["subject"] == subject]


@pytest.mark.obligation("HN-070")
def test_seven_months_without_a_meeting_bring_the_province_one_reminder(regions: Regions) -> None:
    desk, run = Desk(regions, HUNAN), calendar.RunReminders()
    desk.clear("meeting")
    desk.write("meeting", date(2024, 1, 8), kind="leading_group", topics="部署创建活动")

    regions.ask(run, people.clerk(HUNAN), date(2024, 6, 28))
    within = told(regions, HUNAN, date(2024, 6, 28), "no_meeting")
    regions.ask(run, people.clerk(HUNAN), date(2024, 8, 8))
    again = regions.ask(run, people.clerk(HUNAN), date(2024, 8, 9))
    after = told(regions, HUNAN, date(2024, 8, 9), "no_meeting")
    desk.write("meeting", date(2024, 8, 12), kind="work", topics="推进工作")
    met = told(regions, HUNAN, date(2024, 8, 13), "no_meeting")

    assert (within, met) == ([], [])
    assert len(after) == 1
    assert "2024年1月8日" in after[0]["says"]
    assert [r for r in again["reminders"] if r["node"] == HUNAN and r["kind"] == "gap"] == []


def test_a_reminder_is_ticked_off_and_goes_away_once_the_task_is_done(regions: Regions) -> None:
    clerk, day = people.clerk("430800"), date(2023, 3, 20)
    regions.ask(calendar.RunReminders(), clerk, day)
    (line,) = told(regions, "430800", day, "430800:annex_01:2023")

    ticked = calendar.TickReminder(reminder_id=line["reminder_id"])
    with pytest.raises(Refused):
        regions.ask(ticked, people.clerk("430900"), day)
    regions.ask(ticked, clerk, day)

    assert line["says"].startswith("即将到期：成立领导小组")
    assert told(regions, "430800", day, "430800:annex_01:2023") == []


def test_one_edit_of_the_table_rules_every_count(regions: Regions) -> None:
    admin, day = people.activator(), date(2026, 12, 1)
    count = {"start": "2031-09-30", "days": 3}
    unknown = regions.read("/workday-count", people.clerk("330203"), day, **count)
    holidays = (Holiday(name_text="国庆节", from_on=date(2031, 10, 1), to_on=date(2031, 10, 7)),)
    entry = calendar.SetWorkdays(
        year=2031, revision=0, notice="国办发明电〔2030〕0号", holidays=holidays,
        workdays=(date(2031, 10, 11),),
    )  # fmt: skip

    denied = regions.refused(entry, people.clerk("330203"), day)
    wrong = entry.model_copy(update={"workdays": (date(2031, 10, 13),)})
    refused = regions.refused(wrong, admin, day)
    regions.ask(entry, admin, day)
    stale = regions.refused(entry, admin, day)
    known = regions.read("/workday-count", people.clerk("430100"), day, **count)
    table = regions.read("/workdays", people.clerk("330203"), day)

    assert (unknown["estimated"], unknown["start_is_workday"]) == (True, None)
    assert "2031年" in unknown["says"]
    assert denied.status == 403
    assert (refused.status, refused.code) == (422, "workdays_wrong")
    assert "本来就是工作日" in refused.says
    assert (stale.status, stale.code) == (409, "revision_changed")
    assert (known["estimated"], known["end"]) == (False, "2031-10-10")
    assert next(y for y in table["years"] if y["year"] == 2031)["origin"] == "entered"
    assert table["missing"] == [2027]
