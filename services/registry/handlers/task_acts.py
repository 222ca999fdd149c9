"""What people do about a task: say they will, close it, take that back, note, name, date."""

from __future__ import annotations

from typing import Any

from services.registry.domain.task import MARK_TEXT, Mark, mark_of
from services.registry.domain.task_words import day_text
from services.registry.handlers.acts import need, need_text
from services.registry.handlers.task_book import Task
from services.registry.handlers.task_law import laws
from services.registry.handlers.task_views import task_detail, task_view
from services.registry.handlers.tasks import WRITERS, closed_by_hand, load_task, may_do
from services.registry.store import tasks
from shared.contracts.refusals import Refused
from shared.contracts.registry_calendar import (
    ArrangeDuty,
    AssignTask,
    BeginTask,
    CloseTask,
    NoteTask,
    ReopenTask,
)
from shared.contracts.registry_calendar_answers import DutyDateView, TaskDetail
from shared.messaging.tx import Tx
from shared.policy.programme import Duty
from shared.runtime import decisions, organisations


def begin_task(tx: Tx, command: BeginTask) -> TaskDetail:
    """Say that the place will do this year what the text leaves to it."""
    task = _load(tx, command.task_id)
    if not task.slot.duty.optional:
        says = "这项任务是规定要做的，不需要另行决定"
        raise Refused("not_optional", says, task.slot.duty.clause)
    if not task.is_begun:
        _keep(tx, task, "begun", says=command.says.strip())
    return _detail(tx, command.task_id)


def close_task(tx: Tx, command: CloseTask) -> TaskDetail:
    """Close a task by hand; late work is taken in and stays marked (A-05)."""
    task = _load(tx, command.task_id)
    duty = task.slot.duty
    if task.closing is not None:
        raise Refused("task_closed", "这项任务已经办结，不必再办", duty.clause)
    if command.done_on > tx.today:
        says = f"办结日期{day_text(command.done_on)}还没有到，请填写实际办结的日期"
        raise Refused("date_in_future", says, status=422, errors=[_at("/done_on", says)])
    if command.outcome == "not_applicable":
        return _drop(tx, task, command)
    if not closed_by_hand(task):
        view = task_view(task)
        says = f"这项任务不由人工办结：{view.closes_text}"
        raise Refused("not_closed_by_hand", says, duty.clause)
    mark = mark_of(task.slot.due, command.done_on, hard=duty.hard)
    if mark is Mark.AFTER_USUAL:
        _need_reason(duty, command.reason, "办结日期晚于文件规定的通常时间，可以办结，但须写明理由")
    decision_id = decisions.record(
        tx,
        kind="task.close",
        subject=command.task_id,
        outcome="done",
        says=f"办结“{duty.says}”" + (f"（{MARK_TEXT[mark]}）" if mark else ""),
        pack=task.pack,
        clauses=[duty.clause],
    )
    _keep(
        tx, task, "closed", says=command.says.strip(), reason=command.reason.strip(),
        happened_on=command.done_on, mark=str(mark), decision_id=decision_id,
        files=[file.model_dump() for file in command.files],
    )  # fmt: skip
    return _detail(tx, command.task_id)


def reopen_task(tx: Tx, command: ReopenTask) -> TaskDetail:
    """Take back a closing by hand, with the reason."""
    task = _load(tx, command.task_id)
    if task.closing is None or not task.closing.by:
        says = "这项任务没有人工办结的记录，无从撤回"
        raise Refused("task_not_closed", says, task.slot.duty.clause)
    reason = need_text(command.reason, "请写明撤回办结的理由", "/reason")
    _keep(tx, task, "reopened", reason=reason)
    return _detail(tx, command.task_id)


def note_task(tx: Tx, command: NoteTask) -> TaskDetail:
    """Write down progress."""
    task = _load(tx, command.task_id)
    says = need_text(command.says, "请写明进展", "/says")
    files = [file.model_dump() for file in command.files]
    _keep(tx, task, "noted", says=says, happened_on=command.happened_on or tx.today, files=files)
    return _detail(tx, command.task_id)


def assign_task(tx: Tx, command: AssignTask) -> TaskDetail:
    """Name who sees to it; nobody, to take the naming back."""
    task = _load(tx, command.task_id)
    persons = list(dict.fromkeys(name.strip() for name in command.persons if name.strip()))
    _keep(tx, task, "assigned", persons=persons)
    return _detail(tx, command.task_id)


def arrange_duty(tx: Tx, command: ArrangeDuty) -> DutyDateView:
    """Enter the day of a duty whose text leaves it to others, for the node and those beneath."""
    need(tx, *WRITERS)
    node = tx.actor.node
    duty = _arranged(tx, node, command)
    source = need_text(command.source, "请写明日期依据的文件或通知", "/source")
    row = {
        "node": node, "duty_id": duty.id, "year": command.year, "due_on": command.due_on,
        "source": source, "learned_at": tx.now, "by_id": tx.actor.id, "by_name": tx.actor.name,
    }  # fmt: skip
    tasks.add_duty_date(tx, row)
    return DutyDateView(
        node=node, node_text=organisations.name_of(node), duty_id=duty.id, year=command.year,
        due_on=command.due_on, source=source, entered_at=tx.now, entered_by_name=tx.actor.name,
    )  # fmt: skip


def _arranged(tx: Tx, node: str, command: ArrangeDuty) -> Duty:
    pack = laws(tx, [node], command.year).get(node)
    duty = next((d for d in pack.duties if d.id == command.duty_id), None) if pack else None
    if duty is None:
        raise Refused("duty_not_found", f"规则中没有“{command.duty_id}”这项职责", status=404)
    if duty.recurs != "arranged":
        says = f"“{duty.says}”的日期由文件规定，不能另行录入"
        raise Refused("day_is_fixed", says, duty.clause)
    if command.due_on is not None and command.due_on.year != command.year:
        says = f"日期{day_text(command.due_on)}不在{command.year}年"
        raise Refused("wrong_year", says, status=422, errors=[_at("/due_on", says)])
    return duty


def _drop(tx: Tx, task: Task, command: CloseTask) -> TaskDetail:
    duty = task.slot.duty
    if duty.hard:
        says = "这是文件规定必须完成的任务，不能按“本年不开展”办结"
        raise Refused("duty_is_hard", says, duty.clause)
    reason = _need_reason(duty, command.reason, "按“本年不开展”办结须写明理由")
    _keep(tx, task, "dropped", reason=reason, happened_on=command.done_on)
    return _detail(tx, command.task_id)


def _need_reason(duty: Duty, reason: str, says: str) -> str:
    if not reason.strip():
        raise Refused("reason_required", says, duty.clause, errors=[_at("/reason", says)])
    return reason.strip()


def _load(tx: Tx, task_id: str) -> Task:
    need(tx, *WRITERS)
    tasks.lock_task(tx, task_id)
    return load_task(tx, task_id)


def _detail(tx: Tx, task_id: str) -> TaskDetail:
    task = load_task(tx, task_id)
    return task_detail(tx, task, may_do(tx, task))


def _keep(tx: Tx, task: Task, act: str, **given: Any) -> None:
    slot = task.slot
    tasks.add_act(
        tx,
        {
            "task_id": slot.task_id, "node": slot.node, "duty_id": slot.duty.id,
            "period": slot.period, "act": act, "happened_on": tx.today, "learned_at": tx.now,
            "by_id": tx.actor.id, "by_name": tx.actor.name, **given,
        },
    )  # fmt: skip


def _at(pointer: str, says: str) -> dict[str, str]:
    return {"pointer": pointer, "says": says}
