"""Tasks as the answers people read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from services.registry.domain.task import (
    ENDED,
    MARK_TEXT,
    PAST,
    STATE_TEXT,
    Mark,
    TaskState,
    mark_of,
)
from services.registry.domain.task_words import (
    ACT_TEXT,
    closes_of,
    closes_text,
    day_text,
    done_text,
    due_text,
    warning,
)
from services.registry.handlers.task_book import Task
from services.registry.store.units import Row
from shared.contracts.registry_calendar_answers import (
    NodeTasks,
    OptionalDuty,
    Target,
    TaskAct,
    TaskDetail,
    TaskView,
)
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import Duty
from shared.runtime import organisations
from shared.runtime.workdays import calendar_of

_WEEKDAYS = "一二三四五六日"
_LATE = (TaskState.OVERDUE, TaskState.DONE_LATE)


def task_view(task: Task) -> TaskView:
    """A task with its days, its words and how it stands."""
    slot, duty, closing = task.slot, task.slot.duty, task.closing
    closes, key = closes_of(duty)
    mark = Mark.IN_TIME
    if closing is not None and not closing.dropped:
        mark = mark_of(slot.due, closing.on, hard=duty.hard)
    return TaskView(
        **_printed(task.pack, duty),
        task_id=slot.task_id,
        node=slot.node,
        node_text=organisations.name_of(slot.node),
        level=task.level,
        year=slot.year,
        opens_on=slot.due.opens_on,
        due_on=slot.due.due_on,
        late_after=slot.due.late_after,
        due_text=due_text(duty, slot.due, awaits_day=slot.awaits_day),
        about=slot.about,
        about_text=slot.about_text,
        state=task.state,
        state_text=STATE_TEXT[task.state],
        done=task.state in (TaskState.DONE, TaskState.DONE_LATE),
        done_on=closing.on if closing is not None else None,
        done_says=done_text(closing),
        late=task.state in _LATE,
        mark=mark,
        mark_text=MARK_TEXT[mark],
        warning=warning(slot, task.state),
        closes=closes,
        closes_key=key,
        closes_text=closes_text(duty, _name_of(task.pack, closes, key)),
        persons=tuple(_persons(task.acts)),
        notes=sum(act["act"] == "noted" for act in task.acts),
    )


def task_detail(tx: Tx, task: Task, may: Sequence[str]) -> TaskDetail:
    """A task with its clause's own words and everything done about it, newest first."""
    clause = task.pack.clause(task.slot.duty.clause)
    return TaskDetail(
        task=task_view(task),
        wording=clause.wording,
        citation=clause.citation,
        acts=tuple(_act(row) for row in reversed(task.acts)),
        may=tuple(may),
        day_source=task.day_source,
        day_note=_day_note(tx, task.slot.due.due_on),
    )


def optional_view(task: Task) -> OptionalDuty:
    """A duty the node has not yet said it will do."""
    duty = task.slot.duty
    return OptionalDuty(
        task_id=task.slot.task_id, node=task.slot.node, says=duty.says, clause=duty.clause
    )


def by_node(tasks: Iterable[Task], nodes: Iterable[str]) -> tuple[NodeTasks, ...]:
    """How the tasks of each node stand, in the order of the nodes; those without any left out."""
    found: dict[str, list[Task]] = {node: [] for node in nodes}
    for task in tasks:
        found[task.slot.node].append(task)
    return tuple(_node_tasks(node, those) for node, those in found.items() if those)


def _day_note(tx: Tx, day: date | None) -> str:
    """Whether people work on the last day; a year without data is said, never guessed."""
    if day is None:
        return ""
    calendar = calendar_of(tx)
    year = calendar.years.get(day.year)
    if year is None:
        return f"{day.year}年的放假调休安排尚未录入，{day_text(day)}是否上班无法确定"
    if calendar.is_workday(day):
        return ""
    why = year.holidays.get(day) or f"周{_WEEKDAYS[day.weekday()]}"
    return f"{day_text(day)}是休息日（{why}），期限不因此顺延，请提前办理"


def _node_tasks(node: str, those: Sequence[Task]) -> NodeTasks:
    done = sum(task.state in ENDED for task in those)
    return NodeTasks(
        node=node,
        node_text=organisations.name_of(node),
        level=those[0].level,
        total=len(those),
        late=sum(task.state is TaskState.OVERDUE for task in those),
        past=sum(task.state in PAST for task in those),
        open=len(those) - done,
        done=done,
    )


def _printed(pack: Pack, duty: Duty) -> dict[str, Any]:
    """What the pack prints of a duty."""
    return {
        "duty_id": duty.id,
        "pack_id": pack.id,
        "says": duty.says,
        "clause": duty.clause,
        "number": duty.number,
        "hard": duty.hard,
        "recurs": duty.recurs,
        "period": duty.period,
        "note": duty.note,
        "reading": duty.reading,
        "owners": duty.owners,
        "lead": duty.lead or None,
        "target": _target(pack, duty),
    }


def _target(pack: Pack, duty: Duty) -> Target | None:
    measure = pack.measures.get(duty.measure)
    if measure is None or measure.target is None:
        return None
    return Target(measure=measure.id, says=measure.says, value=measure.target, about=measure.approx)


def _name_of(pack: Pack, closes: str, key: str) -> str:
    if closes == "report":
        return pack.reports[key].name
    return pack.records[key].name if closes == "record" else ""


def _persons(acts: Sequence[Row]) -> list[str]:
    last = next((act for act in reversed(acts) if act["act"] == "assigned"), None)
    return list(last["persons"]) if last is not None else []


def _act(row: Row) -> TaskAct:
    fields = ("act", "happened_on", "says", "reason", "persons", "files", "learned_at", "by_name")
    return TaskAct.model_validate(
        {
            **{name: row[name] for name in fields},
            "act_text": ACT_TEXT[row["act"]],
            "mark_text": MARK_TEXT[Mark(row["mark"])],
        }
    )
