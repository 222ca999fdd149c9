"""待办: what waits for the actor, with age, deadline and clause, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from services.evaluation.domain.standing import scope_of
from services.evaluation.handlers import law
from services.evaluation.store import copies
from services.evaluation.store import tasks as store
from services.evaluation.store.applications import find_open_application, find_recognition
from services.evaluation.store.tasks import Waiting
from shared.contracts import evaluation_round as say
from shared.contracts.evaluation_round_answers import TaskItem
from shared.contracts.scalars import level_of
from shared.messaging.tx import Tx
from shared.runtime import organisations


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of task: what it is called, the act that settles it, the step it belongs to."""

    task: str
    says: str
    act: str
    case: str
    procedure: str
    step: str


ACCEPT = _Kind(
    "accept", "受理认定申请", "accept_application", "application", "recognition", "apply"
)
MEND = _Kind(
    "mend", "补正后重新提交申请", "submit_application", "application", "recognition", "apply"
)
GIVE = _Kind(
    "opinion", "对认定申请发表意见", "record_opinion", "application", "recognition", "decide"
)
DECIDE = _Kind(
    "decide", "作出认定决定", "decide_recognition", "application", "recognition", "decide"
)
DRAFT = _Kind(
    "assess", "完成自我评价", "complete_assessment", "assessment", "recognition", "assess"
)
APPLY = _Kind("apply", "提交认定申请", "submit_application", "unit", "recognition", "apply")
DISTRICT = _Kind(
    "district", "区（县、市）审核申报", "district_review", "nomination", "naming", "district_review"
)
CITY = _Kind("city", "市级审核申报", "city_review", "nomination", "naming", "city_review")
NOTICE = _Kind("notice", "安排公示", "post_notice", "nomination", "naming", "notice")
OBJECTION = _Kind("objection", "调查公示异议", "resolve_objection", "objection", "naming", "notice")
SAY = _Kind("say", "对示范命名发表意见", "record_opinion", "nomination", "naming", "approve")
APPROVE = _Kind("approve", "审定命名", "approve_naming", "nomination", "naming", "approve")


def tasks(tx: Tx, command: say.ReadTasks) -> list[TaskItem]:
    """Everything that waits for the actor in evaluation: overdue, then by deadline, then by age."""
    scope_of(tx.actor)
    parts: list[tuple[str, Callable[[Tx, int], list[TaskItem]]]] = [
        ("unit", _of_unit),
        ("clerk", _of_clerk),
        ("reviewer", _of_reviewer),
        ("seat", _of_seat),
    ]
    found = [item for role, part in parts if tx.actor.has(role) for item in part(tx, command.limit)]
    found.sort(key=lambda i: (not i.overdue, i.due_on or date.max, i.since, i.case_id))
    return found[: command.limit]


def _of_unit(tx: Tx, limit: int) -> list[TaskItem]:
    scope = scope_of(tx.actor)
    return [
        *_items(tx, DRAFT, store.drafts(tx, scope, limit=limit)),
        *_items(tx, MEND, store.applications(tx, scope, "returned", limit=limit)),
        *_items(tx, APPLY, _to_apply(tx)),
    ]


def _of_clerk(tx: Tx, limit: int) -> list[TaskItem]:
    scope, node = scope_of(tx.actor), tx.actor.node
    received = store.applications(tx, scope, "received", office=node, limit=limit)
    open_ones = store.objections(tx, scope, node=node, limit=limit)
    items = _items(tx, ACCEPT, received) + _items(tx, OBJECTION, open_ones)
    if level_of(node) == "district":
        return items + _items(
            tx, DISTRICT, store.nominations(tx, scope, ("declared",), limit=limit)
        )
    reviewed = store.nominations(tx, scope, ("district_reviewed",), node=node, limit=limit)
    passed = store.nominations(tx, scope, ("city_reviewed",), node=node, limit=limit)
    return [
        *items,
        *_items(tx, CITY, reviewed),
        *_items(tx, NOTICE, passed),
    ]


def _of_reviewer(tx: Tx, limit: int) -> list[TaskItem]:
    scope, node = scope_of(tx.actor), tx.actor.node
    waiting = store.applications(tx, scope, "under_review", office=node, limit=limit)
    items = _items(tx, DECIDE, waiting)
    if level_of(node) == "city":
        items += _items(tx, APPROVE, store.to_approve(tx, scope, node=node, limit=limit))
    return items


def _of_seat(tx: Tx, limit: int) -> list[TaskItem]:
    """Cases of the actor's own node, and of nodes for which its body sits in delegation."""
    actor, scope = tx.actor, scope_of(tx.actor)
    items: list[TaskItem] = []
    for node in (actor.node, *(n.code for n in organisations.children_of(actor.node))):
        if not any(b.name == actor.body for b in organisations.bodies_of(node, tx.today)):
            continue
        mine = store.applications(
            tx, scope, "under_review", office=node, body=actor.body, limit=limit
        )
        stages = ("city_reviewed", "on_notice")
        named = store.nominations(tx, scope, stages, node=node, body=actor.body, limit=limit)
        items += _items(tx, GIVE, mine) + _items(tx, SAY, named)
    return items


def _to_apply(tx: Tx) -> list[Waiting]:
    """A committed unit that has not yet applied, while its district's window is open."""
    unit = copies.load_unit(tx, tx.actor.unit_id, scope_of(tx.actor))
    office = organisations.office_for(unit.division)
    plan = copies.find_plan(tx, office.code, tx.today.year) if office else None
    commitment = copies.find_commitment(tx, unit.unit_id)
    if plan is None or commitment is None or tx.today < plan.window_from:
        return []
    if find_open_application(tx, unit.unit_id) or find_recognition(tx, unit.unit_id):
        return []
    since = max(commitment.learned_at, plan.heard_at)
    return [Waiting(unit.unit_id, unit.unit_id, unit.name, since, plan.deadline_on)]


def _items(tx: Tx, kind: _Kind, waiting: Iterable[Waiting]) -> list[TaskItem]:
    found = list(waiting)
    if not found:
        return []
    pack = law.pack_for(tx, tx.actor.node or organisations_node(tx))
    clause = pack.step_clause(kind.procedure, kind.step)
    return [
        TaskItem(
            task=kind.task,
            says=f"{kind.says}：{case.unit_name}",
            act=kind.act,
            case=kind.case,
            case_id=case.case_id,
            unit_id=case.unit_id,
            unit_name=case.unit_name,
            since=case.since,
            age_days=max(0, (tx.now - case.since).days),
            due_on=case.due_on,
            overdue=case.due_on is not None and tx.today > case.due_on,
            clause=clause,
        )
        for case in found
    ]


def organisations_node(tx: Tx) -> str:
    """The division of the actor's own unit, for unit accounts that carry no node."""
    return copies.load_unit(tx, tx.actor.unit_id, scope_of(tx.actor)).division
