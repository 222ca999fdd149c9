"""Tasks as iCalendar (RFC 5545), for the calendar an officer already uses.

The same task always has the same UID, so that importing again replaces and never doubles.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from services.gateway.pages.words import clause_text, short_node
from shared.contracts.registry_calendar_answers import TaskPage, TaskView

_PRODUCT = "-//Hexie//Calendar//ZH"
_DONE = ("done", "done_late")
_STATUS = {"not_applicable": "CANCELLED", "done": "COMPLETED", "done_late": "COMPLETED"}
_FOLD = 75


def calendar_text(page: TaskPage, address: str, *, as_todo: bool = False) -> str:
    """Every dated task of a page as a whole-day event on its last day, or as a to-do."""
    stamp = f"{_day(page.as_of)}T000000Z"
    name = f"{short_node(page.node_text)}创建任务 {page.year}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN",
             "METHOD:PUBLISH", f"X-WR-CALNAME:{_text(name)}"]  # fmt: skip
    for task in page.items:
        if task.due_on is not None:
            made = _todo(task) if as_todo else _event(task)
            lines += [f"BEGIN:{'VTODO' if as_todo else 'VEVENT'}", f"DTSTAMP:{stamp}"]
            lines += [*_shared(task, address), *made]
            lines += [f"END:{'VTODO' if as_todo else 'VEVENT'}"]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _shared(task: TaskView, address: str) -> Iterator[str]:
    yield f"UID:{task.task_id}@hexie"
    place = short_node(task.node_text)
    about = f"（{task.about_text}）" if task.about_text else ""
    yield f"SUMMARY:{_text(f'{place}：{task.says}{about}')}"
    told = (
        f"期限：{task.due_text}",
        f"状态：{task.state_text}",
        f"依据：{clause_text(task.clause)}",
        f"责任单位：{'、'.join(task.owners)}" if task.owners else "",
        f"牵头处室：{'、'.join(task.lead)}" if task.lead else "",
        task.warning,
    )
    yield f"DESCRIPTION:{_text(chr(10).join(line for line in told if line))}"
    yield f"CATEGORIES:{_text(task.state_text)}"
    if address:
        yield f"URL:{address.rstrip('/')}/tasks/{task.task_id}"


def _event(task: TaskView) -> Iterator[str]:
    due = task.due_on or date.min
    yield f"DTSTART;VALUE=DATE:{_day(due)}"
    yield f"DTEND;VALUE=DATE:{_day(due + timedelta(days=1))}"
    yield "TRANSP:TRANSPARENT"
    yield f"STATUS:{'CANCELLED' if task.state == 'not_applicable' else 'CONFIRMED'}"
    if task.state not in (*_DONE, "not_applicable"):
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P7D")
        yield from (f"DESCRIPTION:{_text(task.says)}", "END:VALARM")


def _todo(task: TaskView) -> Iterator[str]:
    due = task.due_on or date.min
    if task.opens_on is not None and task.opens_on < due:
        yield f"DTSTART;VALUE=DATE:{_day(task.opens_on)}"
    yield f"DUE;VALUE=DATE:{_day(due)}"
    yield f"STATUS:{_STATUS.get(task.state, 'NEEDS-ACTION')}"
    if task.done and task.done_on is not None:
        yield f"COMPLETED:{_day(task.done_on)}T000000Z"
        yield "PERCENT-COMPLETE:100"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _text(value: str) -> str:
    for sign in ("\\", ";", ","):
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 bytes, none of which cuts a character in two."""
    piece, size = "", 0
    for sign in line:
        weight = len(sign.encode())
        if size + weight > _FOLD:
            yield piece
            piece, size = " ", 1
        piece, size = piece + sign, size + weight
    yield piece
