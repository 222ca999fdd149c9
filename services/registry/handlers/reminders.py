"""Reminders: once a day, one line per task or gap and period, in the inbox of who must act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from services.registry.domain.task import PRESSING, STATE_TEXT, TaskState
from services.registry.handlers.acts import need
from services.registry.handlers.gap_reminders import gaps_of
from services.registry.handlers.task_book import Task, tasks_of
from services.registry.handlers.task_law import nodes_in
from services.registry.handlers.task_views import task_view
from services.registry.handlers.tasks import READERS, WRITERS, running
from services.registry.store import reminders
from services.registry.store.units import Row, Values
from shared.contracts.registry_calendar import ListReminders, RunReminders, TickReminder
from shared.contracts.registry_calendar_answers import ReminderView
from shared.messaging.tx import Tx
from shared.runtime import organisations
from shared.runtime.organisations import Node

_LATE = (TaskState.OVERDUE,)


def run_reminders(tx: Tx, _command: RunReminders) -> dict[str, Any]:
    """Write today's reminders of the actor's area; what was written stays as it is."""
    need(tx, *WRITERS, "admin")
    written = _write(tx, nodes_in(tx))
    return {"written": len(written), "reminders": [_view(row) for row in written]}


def remind_all(tx: Tx) -> int:
    """The day's run for every node, once a day; how many lines it wrote."""
    if not reminders.take_day(tx, tx.today):
        return 0
    known = organisations.all_nodes().values()
    return len(_write(tx, [node for node in known if node.valid_from <= tx.today]))


def list_reminders(tx: Tx, command: ListReminders) -> dict[str, Any]:
    """The inbox of the actor's own node: what still stands; what was done meanwhile is left out."""
    need(tx, *READERS)
    rows = reminders.list_reminders(tx, tx.actor.node)
    standing = _standing(tx, rows) if rows else {}
    shown = [row for row in rows if (row["kind"], row["subject"], row["period"]) in standing]
    return {"reminders": [_view(row) for row in shown[: command.limit]]}


def tick_reminder(tx: Tx, command: TickReminder) -> ReminderView:
    """A person has taken note."""
    need(tx, *WRITERS)
    return _view(reminders.tick(tx, command.reminder_id, tx.actor.node))


def _write(tx: Tx, nodes: Sequence[Node]) -> Sequence[Row]:
    inside = [node for node in nodes if not node.external]
    lines = [*_of_tasks(tx, inside), *gaps_of(tx, inside)]
    rows = [{**line, "reminder_id": tx.new_id("reminder"), "written_at": tx.now} for line in lines]
    return reminders.add_reminders(tx, rows)


def _of_tasks(tx: Tx, nodes: Sequence[Node]) -> Iterator[Values]:
    for task in running(tasks_of(tx, nodes, tx.today.year)):
        if task.state in PRESSING:
            yield _line(task)


def _line(task: Task) -> Values:
    view = task_view(task)
    about = f"（{view.about_text}）" if view.about_text else ""
    return {
        "node": view.node,
        "kind": "task",
        "subject": view.task_id,
        "period": str(task.state),
        "says": f"{STATE_TEXT[task.state]}：{view.says}{about}，{view.due_text}",
        "clause": view.clause,
        "due_on": view.due_on,
    }


def _standing(tx: Tx, rows: Sequence[Row]) -> set[tuple[str, str, str]]:
    """What a reminder may still say today: a task done, or a gap filled, needs none."""
    own = nodes_in(tx, own=True)
    lines: list[Values] = list(_of_tasks(tx, own))
    if any(row["kind"] == "gap" for row in rows):
        lines += gaps_of(tx, own)
    return {(line["kind"], line["subject"], line["period"]) for line in lines}


def _view(row: Row) -> ReminderView:
    fields = ("reminder_id", "node", "kind", "subject", "period", "says", "clause", "due_on")
    return ReminderView(
        **{name: row[name] for name in fields},
        node_text=organisations.name_of(row["node"]),
        is_late=row["kind"] == "task" and row["period"] in _LATE,
        written_at=row["written_at"],
    )
