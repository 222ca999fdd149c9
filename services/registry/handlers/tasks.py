"""The calendar as people read it: a year's tasks, each duty's missing nodes, one task whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.registry.domain.task import ENDED, PAST, STANDING, TaskState
from services.registry.domain.task_words import due_text
from services.registry.handlers.acts import need
from services.registry.handlers.task_book import Task, tasks_of
from services.registry.handlers.task_law import nodes_in, texts
from services.registry.handlers.task_views import by_node, optional_view, task_detail, task_view
from shared.contracts.refusals import Refused
from shared.contracts.registry_calendar import GetTask, ListDuties, ListTasks
from shared.contracts.registry_calendar_answers import DutyView, TaskDetail, TaskPage
from shared.messaging.tx import Tx
from shared.runtime import organisations

READERS = ("clerk", "reviewer", "seat", "admin", "auditor", "liaison")
WRITERS = ("clerk", "reviewer")
_STATES = {"late": (TaskState.OVERDUE,), "past": PAST, "ended": ENDED}
_ORDER = {state: place for place, state in enumerate((
    TaskState.OVERDUE, TaskState.PAST_STRICT, TaskState.PAST_USUAL, TaskState.DUE_SOON,
    TaskState.OPEN, TaskState.WAITING, TaskState.NOT_APPLICABLE, TaskState.DONE_LATE,
    TaskState.DONE,
))}  # fmt: skip


def list_tasks(tx: Tx, command: ListTasks) -> TaskPage:
    """A year's tasks of a node and those beneath it, late ones first."""
    need(tx, *READERS)
    nodes = nodes_in(tx, command.node, own=command.own)
    year = command.year or tx.today.year
    every = tasks_of(tx, nodes, year)
    found = sorted((t for t in running(every) if _wanted(t, command)), key=_rank)
    start = _after(found, command.after)
    shown = found[start : start + command.limit]
    more = start + command.limit < len(found)
    return TaskPage(
        items=tuple(task_view(task) for task in shown),
        next_after=shown[-1].slot.task_id if more else "",
        node=nodes[0].code,
        node_text=nodes[0].name,
        year=year,
        as_of=tx.today,
        counts=dict(Counter(str(task.state) for task in found)),
        by_node=by_node(found, [node.code for node in nodes]),
        optional=tuple(optional_view(t) for t in every if t.slot.duty.optional and not t.is_begun),
    )


def list_duties(tx: Tx, command: ListDuties) -> dict[str, Any]:
    """Each duty of a year and the nodes that have not done it, by name."""
    need(tx, *READERS)
    year = command.year or tx.today.year
    groups: dict[tuple[str, str], list[Task]] = {}
    for task in running(tasks_of(tx, nodes_in(tx, command.node), year)):
        if command.duty_id in ("", task.slot.duty.id) and task.slot.duty.recurs != "continuous":
            groups.setdefault((task.pack.id, task.slot.duty.id), []).append(task)
    views = sorted((_duty(those) for those in groups.values()), key=lambda d: d.due_on or date.max)
    return {"duties": views, "year": year}


def get_task(tx: Tx, command: GetTask) -> TaskDetail:
    """One task with its clause, what was done and which acts its reader may do."""
    need(tx, *READERS)
    task = load_task(tx, command.task_id)
    return task_detail(tx, task, may_do(tx, task))


def running(tasks: Sequence[Task]) -> list[Task]:
    """Without what a place may do and has not said it will."""
    return [task for task in tasks if task.is_begun or not task.slot.duty.optional]


def load_task(tx: Tx, task_id: str) -> Task:
    """A task of the actor's area by its name; 404 for any other."""
    node, _, rest = task_id.partition(":")
    period = rest.split(":")[1] if rest.count(":") else ""
    known = organisations.find_node(node)
    year = tx.today.year if period == STANDING else int(period) if period.isdigit() else 0
    if (
        known is not None
        and 1990 <= year <= 2200
        and organisations.answers_for(tx.actor.node, node)
    ):
        for task in tasks_of(tx, [known], year):
            if task.slot.task_id == task_id:
                return task
    raise Refused("task_not_found", f"没有找到任务“{task_id}”：请从日历中重新打开", status=404)


def may_do(tx: Tx, task: Task) -> list[str]:
    """The acts the actor may do on a task now."""
    if not any(tx.actor.has(role) for role in WRITERS):
        return []
    duty = task.slot.duty
    if duty.optional and not task.is_begun:
        return ["begin_task"]
    acts = ["note_task", "assign_task"]
    if task.closing is None and (closed_by_hand(task) or not duty.hard):
        acts.insert(0, "close_task")
    if task.closing is not None and task.closing.by:
        acts.append("reopen_task")
    return [*acts, "arrange_duty"] if duty.recurs == "arranged" else acts


def closed_by_hand(task: Task) -> bool:
    """Whether a person closes it: not a plan, report or record, and not one that goes on."""
    return not task.slot.duty.done_by and task.slot.duty.recurs != "continuous"


def _duty(those: Sequence[Task]) -> DutyView:
    slot, duty = those[0].slot, those[0].slot.duty
    missing = list(dict.fromkeys(t.slot.node for t in those if t.state not in ENDED))
    nodes = {task.slot.node for task in those}
    return DutyView(
        duty_id=duty.id,
        says=duty.says,
        clause=duty.clause,
        pack_id=those[0].pack.id,
        due_on=slot.due.due_on,
        due_text=due_text(duty, slot.due, awaits_day=slot.awaits_day),
        nodes=len(nodes),
        done=len(nodes) - len(missing),
        late=sum(task.state in (TaskState.OVERDUE, TaskState.DONE_LATE) for task in those),
        missing=texts(missing),
        missing_nodes=tuple(missing),
        awaits_day=slot.awaits_day,
    )


def _wanted(task: Task, command: ListTasks) -> bool:
    duty = task.slot.duty
    return (
        (not command.state or task.state in _asked(command.state))
        and (not command.lead or any(command.lead in lead for lead in duty.lead))
        and (not command.owner or any(command.owner in owner for owner in duty.owners))
        and command.duty_id in ("", duty.id)
    )


def _asked(states: str) -> set[str]:
    found: set[str] = set()
    for word in states.split(","):
        found |= set(_STATES.get(word.strip(), (word.strip(),)))
    return found


def _rank(task: Task) -> tuple[int, date, int, str]:
    slot = task.slot
    return _ORDER[task.state], slot.due.due_on or date.max, slot.duty.number, slot.task_id


def _after(found: Sequence[Task], task_id: str) -> int:
    names = [task.slot.task_id for task in found]
    return names.index(task_id) + 1 if task_id in names else 0
