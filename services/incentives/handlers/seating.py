"""Calls with seats: opened, applied to, allocated with eligible units first, exported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.incentives.domain import terms
from services.incentives.domain.seats import Application, Claim, Place, allocate
from services.incentives.handlers.rights import (
    NO_LAW,
    OFFICERS,
    Right,
    not_a_units_user,
    officer_or_own,
    require,
    rights_to,
)
from services.incentives.store import calls
from shared.contracts.incentives import (
    AllocateCall,
    ApplyToCall,
    ExportCall,
    ListCalls,
    OpenCall,
)
from shared.contracts.incentives_answers import CallRow, CallSeat, CallSheet, Given
from shared.contracts.incentives_words import CallKind
from shared.contracts.refusals import Refused
from shared.contracts.scalars import covers
from shared.messaging.tx import Tx


def open_call(tx: Tx, command: OpenCall) -> Given:
    """A call of the officer's own node."""
    require(tx, *OFFICERS)
    if command.on < tx.today:
        raise Refused("call_in_the_past", f"举办日 {command.on} 已过，请核对日期。", status=422)
    call_id = tx.new_id("call")
    row = {
        "call_id": call_id,
        "kind": command.kind.value,
        "title": command.title,
        "node": tx.actor.node,
        "seats": command.seats,
        "held_on": command.on,
        "stage": "open",
        "opened_at": tx.now,
        "opened_by": tx.actor.id,
    }
    calls.add_call(tx.session, row)
    return Given(id=call_id, says=f"已发布：{command.title}，{command.seats} 个名额。")


def list_calls(tx: Tx, command: ListCalls) -> list[CallRow]:
    """Calls the actor's node may see, newest first."""
    rows = calls.list_calls(tx.session, node=tx.actor.node, kind=command.kind or "")
    return [_row(row) for row in rows]


def apply_to_call(tx: Tx, command: ApplyToCall) -> Given:
    """Put a unit down; a course needs the coordinator's name."""
    unit = officer_or_own(tx, command.unit_id)
    call = _a_call(tx, command.call_id, node=unit.entry.division[:6])
    if call.stage != "open":
        raise Refused("call_allocated", "名额已分配，不能再报名。", status=409)
    if call.kind == CallKind.COORDINATOR_COURSE and not command.person.strip():
        raise Refused("person_missing", "培训班报名须写明劳动关系协调员姓名。", status=422)
    application_id = tx.new_id("seat")
    row = {
        "application_id": application_id,
        "call_id": call.call_id,
        "unit_id": unit.unit_id,
        "person": command.person.strip(),
        "content": command.content,
        "applied_at": tx.now,
        "applied_by": tx.actor.id,
        "place": Place.APPLIED.value,
    }
    if not calls.add_application(tx.session, row):
        raise Refused("already_applied", "该单位（人员）已报名，不必重复。", status=409)
    return Given(id=application_id, says="已报名，等候分配名额。")


def allocate_call(tx: Tx, command: AllocateCall) -> CallSheet:
    """Give the seats once: eligible units first; eligible without the need, not offered."""
    require(tx, *OFFICERS)
    calls.lock_call(tx.session, command.call_id)
    call = _own_call(tx, command.call_id)
    if call.stage != "open":
        raise Refused("call_allocated", "名额已分配过，结果见名单。", status=409)
    rows = calls.list_applications(tx.session, call.call_id)
    applications = [calls.as_application(row) for row in rows]
    rights = _rights(tx, call.kind, applications)
    claims = {unit_id: _claim(right) for unit_id, right in rights.items()}
    placed = allocate(applications, call.seats, claims)
    calls.save_places(tx.session, call.call_id, placed, (tx.now, tx.actor.id))
    return _sheet(tx, command.call_id, placed)


def export_call(tx: Tx, command: ExportCall) -> CallSheet:
    """The call as it stands; before allocation `priority` says what would count today."""
    not_a_units_user(tx)
    call = _own_call(tx, command.call_id)
    rows = calls.list_applications(tx.session, call.call_id)
    applications = [calls.as_application(row) for row in rows]
    if call.stage == "allocated":
        order = [Place.SEATED, Place.WAITING, Place.NOT_OFFERED, Place.APPLIED]
        applications.sort(key=lambda a: (order.index(a.place), not a.has_priority, a.applied_at))
        return _sheet(tx, call.call_id, applications)
    rights = _rights(tx, call.kind, applications)
    claims = {unit_id: _claim(right) for unit_id, right in rights.items()}
    seen = allocate(applications, 0, claims)
    return _sheet(tx, call.call_id, [replace(a, place=Place.APPLIED) for a in seen])


def _rights(tx: Tx, kind: str, applications: list[Application]) -> dict[str, Right]:
    purpose = terms.CALL_PURPOSES[CallKind(kind)]
    unit_ids = {a.unit_id for a in applications}
    return dict.fromkeys(unit_ids, NO_LAW) | rights_to(tx, unit_ids, purpose)


def _claim(right: Right) -> Claim:
    return Claim(has_priority=right.is_active, is_offered=not right.lacks_need, why=right.why)


def _own_call(tx: Tx, call_id: str) -> Any:
    """A call of the actor's node or one beneath it; a call from above is not theirs to handle."""
    found = _a_call(tx, call_id, node=tx.actor.node)
    if not covers(tx.actor.node, found.node):
        raise Refused("not_allowed", "这项活动由上级发布，由发布机构分配和导出。", status=403)
    return found


def _a_call(tx: Tx, call_id: str, *, node: str) -> Any:
    found = calls.find_call(tx.session, call_id, node=node)
    if found is None:
        raise Refused("call_not_found", f"查无编号为 {call_id} 的活动。", status=404)
    return found


def _sheet(tx: Tx, call_id: str, ordered: list[Application]) -> CallSheet:
    call = calls.find_call(tx.session, call_id, node="000000")
    units = {row.application_id: row for row in calls.list_applications(tx.session, call_id)}
    seats = [
        CallSeat(
            application_id=a.application_id,
            unit_id=a.unit_id,
            code=units[a.application_id].code or "",
            unit_name=units[a.application_id].name or "",
            person=a.person,
            content=a.content,
            applied_at=a.applied_at,
            priority=int(a.has_priority),
            place=a.place.value,
            why=a.why,
        )
        for a in ordered
    ]
    return CallSheet(call=_row(call), seats=seats)


def _row(row: Any) -> CallRow:
    return CallRow(
        call_id=row.call_id,
        kind=CallKind(row.kind),
        title=row.title,
        node=row.node,
        seats=row.seats,
        on=row.held_on,
        stage=row.stage,
        applicants=row.applicants,
        seated=row.seated,
    )
