"""Tasks as iCalendar: lines a calendar can read, the same UID for the same task."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.gateway.icalendar import calendar_text
from shared.contracts.registry_calendar_answers import TaskPage, TaskView


def a_task(**changes: Any) -> TaskView:
    given: dict[str, Any] = {
        "task_id": "330203:plan:2024", "node": "330203", "node_text": "海曙区", "level": "district",
        "duty_id": "plan", "pack_id": "p", "says": "报备；年度安排, 第一版", "clause": "NB23:二(一).2",
        "number": 0, "year": 2024, "hard": True, "recurs": "yearly", "opens_on": date(2024, 1, 1),
        "due_on": date(2024, 3, 31), "late_after": date(2024, 3, 31), "due_text": "3月31日前",
        "period": "", "note": "", "reading": "", "owners": (), "lead": None, "state": "open",
        "state_text": "办理中", "done": False, "closes": "plan", "closes_text": "报备后自动办结",
    }  # fmt: skip
    return TaskView.model_validate(given | changes)


def a_page(*tasks: TaskView) -> TaskPage:
    return TaskPage(
        items=tasks, node="330203", node_text="海曙区协调劳动关系三方会议办公室", year=2024,
        as_of=date(2024, 1, 15), counts={}, by_node=(), optional=(),
    )  # fmt: skip


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_a_dated_task_is_a_whole_day_on_its_last_day() -> None:
    lines = unfolded(calendar_text(a_page(a_task()), "https://h.example"))

    assert lines[0] == "BEGIN:VCALENDAR"
    assert "UID:330203:plan:2024@hexie" in lines
    assert "DTSTART;VALUE=DATE:20240331" in lines
    assert "DTEND;VALUE=DATE:20240401" in lines
    assert "SUMMARY:海曙区：报备；年度安排\\, 第一版" in lines
    assert "URL:https://h.example/tasks/330203:plan:2024" in lines
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_a_task_without_a_day_is_left_out() -> None:
    assert "VEVENT" not in calendar_text(a_page(a_task(due_on=None)), "")


def test_a_to_do_that_is_done_says_so() -> None:
    done = a_task(state="done", done=True, done_on=date(2024, 3, 20))
    lines = unfolded(calendar_text(a_page(done), "", as_todo=True))

    assert {"DUE;VALUE=DATE:20240331", "STATUS:COMPLETED", "PERCENT-COMPLETE:100"} <= set(lines)


def test_no_line_is_longer_than_75_bytes_and_none_cuts_a_character() -> None:
    text = calendar_text(a_page(a_task(says="和谐劳动关系创建活动" * 20)), "")

    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "和谐劳动关系创建活动" * 20 in text.replace("\r\n ", "")
