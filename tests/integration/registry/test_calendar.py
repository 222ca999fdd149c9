"""Tasks, reminders and the working-day table on a real database: what the whole system cannot show."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.registry.handlers import cycles, plan_acts, reminders, task_acts, tasks, workdays
from shared.contracts.refusals import Refused
from shared.contracts.registry_acts import FilePlan
from shared.contracts.registry_calendar import (
    CloseTask,
    CountWorkdays,
    GetTask,
    Holiday,
    ListTasks,
    OpenCycle,
    RunReminders,
    SetWorkdays,
)
from tests.integration.registry.conftest import ADMIN, CITY, HAISHU, SECOND, Acting, said

SECTIONS = dict.fromkeys(("工作安排", "培育目标", "创建标准", "评估要求", "选树计划"), "按市里部署")
APRIL = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)


def states(acting: Acting, now: datetime) -> dict[str, str]:
    """The states of the district's own tasks by duty."""
    page = tasks.list_tasks(acting(HAISHU, now=now), ListTasks(own=True))
    return {task.duty_id: task.state for task in page.items}


def test_a_plan_closes_its_task_on_the_day_it_was_filed(acting: Acting) -> None:
    before = states(acting, APRIL)
    plan = FilePlan(year=2026, sections=SECTIONS, window_from=date(2026, 3, 1))
    plan_acts.file_plan(acting(HAISHU, now=APRIL), plan)

    assert before["plan"] == "overdue"
    assert states(acting, APRIL)["plan"] == "done_late"
    assert states(acting, datetime(2026, 3, 30, tzinfo=UTC))["plan"] == "due_soon"


def test_the_plans_last_day_is_the_day_of_self_assessment(acting: Acting) -> None:
    plan = FilePlan(
        year=2026, sections=SECTIONS, window_from=date(2026, 3, 1), deadline_on=date(2026, 5, 15),
        deadline_reason="春节复工较晚",
    )  # fmt: skip
    plan_acts.file_plan(acting(HAISHU, now=APRIL), plan)

    found = tasks.get_task(acting(HAISHU), GetTask(task_id="330203:self_assessment:2026"))

    assert found.task.due_on == date(2026, 5, 15)
    assert found.day_note == ""


def test_a_last_day_on_a_day_off_is_said_and_a_year_without_data_is_not_guessed(
    acting: Acting,
) -> None:
    weekend = tasks.get_task(acting(HAISHU), GetTask(task_id="330203:year_report:2026"))
    unknown = tasks.get_task(acting(HAISHU), GetTask(task_id="330203:plan:2031"))

    assert "周日" in weekend.day_note
    assert "2031年的放假调休安排尚未录入" in unknown.day_note


@pytest.mark.parametrize("task_id", ["330205:plan:2026", "330203:none:2026", "330203", "x:y:z"])
def test_another_areas_task_and_no_task_are_both_404(acting: Acting, task_id: str) -> None:
    with pytest.raises(Refused) as refused:
        tasks.get_task(acting(HAISHU), GetTask(task_id=task_id))

    assert refused.value.status == 404


def test_pages_follow_one_another_without_holes(acting: Acting) -> None:
    whole = tasks.list_tasks(acting(CITY), ListTasks(limit=2000))
    found: list[str] = []
    after = ""
    while True:
        page = tasks.list_tasks(acting(CITY), ListTasks(after=after, limit=7))
        found += [task.task_id for task in page.items]
        after = page.next_after
        if not after:
            break

    assert found == [task.task_id for task in whole.items]
    assert sum(whole.counts.values()) == len(found) == len(set(found))


def test_a_hard_duty_is_not_dropped_and_nothing_is_closed_ahead_of_its_day(acting: Acting) -> None:
    drop = CloseTask(
        task_id="330203:call:2026", done_on=date(2026, 3, 10), outcome="not_applicable", reason="x"
    )
    ahead = CloseTask(task_id="330203:self_assessment:2026", done_on=date(2026, 3, 11))

    with pytest.raises(Refused, match="duty_is_hard"):
        task_acts.close_task(acting(HAISHU), drop)
    with pytest.raises(Refused, match="date_in_future"):
        task_acts.close_task(acting(HAISHU), ahead)


def test_a_year_keeps_the_law_it_was_opened_under(acting: Acting) -> None:
    opened = cycles.open_cycle(acting(HAISHU), OpenCycle(year=2026))
    tx = acting(HAISHU)
    tx.session.execute(text("DELETE FROM active_pack"))

    page = tasks.list_tasks(tx, ListTasks())

    assert opened.fingerprint
    assert {task.pack_id for task in page.items} == {"ningbo-2023"}


def test_the_days_run_is_taken_once_and_a_second_run_writes_nothing(acting: Acting) -> None:
    first = reminders.remind_all(acting(CITY, now=APRIL))
    second = reminders.remind_all(acting(CITY, now=APRIL))
    again = reminders.run_reminders(acting(CITY, now=APRIL), RunReminders())

    assert first > 0
    assert (second, again["written"]) == (0, 0)


def test_an_entered_year_is_said_whole_and_a_second_entry_goes_before_the_first(
    acting: Acting,
) -> None:
    new_year = (Holiday(name_text="元旦", from_on=date(2031, 1, 1), to_on=date(2031, 1, 1)),)
    entry = SetWorkdays(year=2031, revision=0, notice="国办发明电〔2030〕0号", holidays=new_year)
    tx = acting(ADMIN)
    workdays.set_workdays(tx, entry)
    longer = (Holiday(name_text="元旦", from_on=date(2031, 1, 1), to_on=date(2031, 1, 3)),)
    second = entry.model_copy(update={"revision": 1, "holidays": longer})
    workdays.set_workdays(acting(ADMIN), second)

    counted = workdays.count_workdays(acting(), CountWorkdays(start=date(2031, 1, 1), days=1))

    assert [event.model_dump()["revision"] for event in said(tx, "registry.workdays_arranged")] == [
        1
    ]
    assert (counted.end, counted.estimated) == (date(2031, 1, 6), False)


@pytest.mark.parametrize("table", ["cycle", "task_act", "duty_date", "workday_history"])
def test_what_was_done_is_never_rewritten(acting: Acting, table: str) -> None:
    tx = acting(HAISHU)
    cycles.open_cycle(tx, OpenCycle(year=2026))

    with pytest.raises(DBAPIError, match="append-only"):
        tx.session.execute(text(f"TRUNCATE {table} CASCADE"))


def test_a_reviewer_opens_a_year_and_a_unit_does_not_read_the_board(acting: Acting) -> None:
    assert cycles.open_cycle(acting(SECOND), OpenCycle(year=2027)).year == 2027
    unit = HAISHU.model_copy(update={"roles": ("unit",), "unit_id": "unit_1"})

    with pytest.raises(Refused) as refused:
        tasks.list_tasks(acting(unit), ListTasks())

    assert refused.value.status == 403
