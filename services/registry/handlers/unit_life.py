"""A unit moves to another office's area, or takes part again after it was closed."""

from __future__ import annotations

from typing import Any

from services.registry.domain.standing import Standing, reopen
from services.registry.handlers.acts import (
    Note,
    need,
    need_area,
    need_text,
    note,
    office_of,
    pack_for,
)
from services.registry.handlers.doubles import look_for_doubles
from services.registry.handlers.merging import bonds_of
from services.registry.handlers.unit_entries import admitted, columns_of, division_fault, keyed
from services.registry.handlers.unit_views import whole_unit
from services.registry.handlers.views import entered
from services.registry.store import doubles, moves, relations, units
from services.registry.store.reference import division_text
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry import UnitEntry, UnitReopened
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_units import ListMoves, MoveUnit, NoteMove, ReopenUnit
from shared.contracts.registry_units_answers import MoveView
from shared.contracts.scalars import area_of
from shared.messaging.tx import Tx
from shared.policy.pack import Pack


def move_unit(tx: Tx, command: MoveUnit) -> UnitView:
    """Hand a unit over to the office of its new seat, which is told.

    Its titles, holds and decisions stay: each keeps the pack it was made under. Whatever is under
    way has to end first, for it lies with the old office.
    """
    need(tx, "clerk")
    reason = need_text(command.reason, "请写明迁移的依据", "/reason")
    row = units.load_unit(tx, unit_id=command.unit_id, lock=True)
    need_area(tx, row["division"])
    _refuse_move(tx, row, command)
    before, after = pack_for(tx, row["division"]), pack_for(tx, command.division)
    entry, rules = admitted(tx, after, _entry(row, command), held=row)
    values = keyed(columns_of(tx, entry, rules.kind, held_code=row["code"]))
    changed = units.amend_unit(
        tx, command.unit_id, {**values, "amended_at": tx.now, "amended_by": tx.actor.id}
    )
    if before.id != after.id:
        relations.end_all(tx, command.unit_id, until_on=command.moved_on, reason="单位迁出本地")
    doubles.drop_doubles(tx, command.unit_id, "单位迁出")
    _keep_move(tx, row, command, reason=reason, packs=(before, after))
    tx.emit(entered(changed))
    text = f"由{division_text(row['division'])}迁入{division_text(command.division)}：{reason}"
    said = Note("unit.moved", text, command.moved_on)
    note(tx, command.unit_id, said, {"from": row["division"], "to": command.division})
    alike = look_for_doubles(tx, [changed], found_by="move")
    return whole_unit(tx, changed, warnings=alike)


def list_moves(tx: Tx, command: ListMoves) -> dict[str, Any]:
    """A unit's changes of seat, or those that wait for the actor's office to note."""
    if command.unit_id:
        units.load_unit(tx, unit_id=command.unit_id)
        rows = moves.list_moves(tx, unit_id=command.unit_id)
    else:
        need(tx, "clerk", "reviewer")
        rows = moves.list_moves(tx, office=area_of(tx.actor.node))
    return {"moves": [_view(row) for row in rows]}


def note_move(tx: Tx, command: NoteMove) -> MoveView:
    """The new office has seen that a unit came to it."""
    need(tx, "clerk", "reviewer")
    row = moves.load_move(tx, command.move_id)
    need_area(tx, row["to_division"])
    if row["noted_at"] is None:
        moves.note_move(tx, command.move_id)
    return _view(moves.load_move(tx, command.move_id))


def reopen_unit(tx: Tx, command: ReopenUnit) -> UnitView:
    """Put a closed unit back where it stood; one that was merged stays where it went."""
    need(tx, "clerk")
    reason = need_text(command.reason, "请写明恢复的依据", "/reason")
    row = units.load_unit(tx, unit_id=command.unit_id, lock=True)
    need_area(tx, row["division"])
    standing = reopen(row["standing"], row["closed_from"])
    if row["merged_into"]:
        says = "该单位是重复登记，已并入另一单位：请在保留的单位上办理，不能恢复"
        raise Refused("unit_merged", says)
    if not row["closed_on"] <= command.reopened_on <= tx.today:
        says = f"恢复日期 {command.reopened_on} 应在注销日期 {row['closed_on']} 与今天之间：请核对"
        errors = [{"pointer": "/reopened_on", "says": says}]
        raise Refused("day_invalid", says, status=422, errors=errors)
    if says := division_fault(tx, row["division"]):
        raise Refused("division_ended", f"{says}，再恢复登记")
    changed = units.amend_unit(
        tx,
        command.unit_id,
        {
            "standing": standing,
            "standing_on": command.reopened_on,
            "closed_on": None,
            "closed_from": "",
            "amended_at": tx.now,
            "amended_by": tx.actor.id,
        },
    )
    tx.emit(
        UnitReopened(
            unit_id=command.unit_id,
            reopened_on=command.reopened_on,
            reason=reason,
            revision=changed["revision"],
        )
    )
    note(tx, command.unit_id, Note("unit.reopened", f"恢复登记：{reason}", command.reopened_on))
    alike = look_for_doubles(tx, [changed], found_by="reopen")
    return whole_unit(tx, changed, warnings=alike)


def _refuse_move(tx: Tx, row: Row, command: MoveUnit) -> None:
    name = row["name_text"]
    if row["standing"] == Standing.CLOSED:
        raise Refused("unit_closed", f"“{name}”已注销，不能迁移")
    under_way = bonds_of(tx, [command.unit_id])[command.unit_id]
    waiting = [*under_way.under_way, *(["在办的退出案件"] if under_way.exit_case else [])]
    if waiting:
        says = (
            f"“{name}”有{'、'.join(waiting)}，由{division_text(row['district'])}办理，"
            "办结之前不能迁移：请先办结或由单位撤回，再办理迁移"
        )
        raise Refused("case_under_way", says)
    if command.moved_on > tx.today:
        raise Refused("day_ahead", "迁移日期不能晚于今天", status=422)
    if says := division_fault(tx, command.division):
        errors = [{"pointer": "/division", "says": says}]
        raise Refused("division_invalid", says, status=422, errors=errors)
    if command.division[:6] == row["district"]:
        says = f"新址仍在{division_text(row['district'])}：请在“变更登记”中修改地址，不需要迁移"
        raise Refused("not_a_move", says, status=422)


def _entry(row: Row, command: MoveUnit) -> UnitEntry:
    """The entry as it stands, at its new place."""
    own = {name: row[name] for name in UnitEntry.model_fields}
    there = {
        "division": command.division,
        "address": command.address,
        "details": {**row["details"], **command.details},
    }
    return UnitEntry.model_validate(own | there)


def _keep_move(
    tx: Tx, row: Row, command: MoveUnit, *, reason: str, packs: tuple[Pack, Pack]
) -> None:
    moves.add_move(
        tx,
        {
            "move_id": tx.new_id("move"),
            "unit_id": command.unit_id,
            "from_division": row["division"],
            "to_division": command.division,
            "from_office": office_of(row["division"]),
            "to_office": office_of(command.division),
            "from_pack": packs[0].id,
            "to_pack": packs[1].id,
            "moved_on": command.moved_on,
            "reason": reason,
            "recorded_at": tx.now,
            "recorded_by": tx.actor.id,
        },
    )


def _view(row: Row) -> MoveView:
    return MoveView(
        move_id=row["move_id"],
        unit_id=row["unit_id"],
        unit_text=row["name_text"],
        from_division=row["from_division"],
        from_text=division_text(row["from_division"]),
        to_division=row["to_division"],
        to_text=division_text(row["to_division"]),
        moved_on=row["moved_on"],
        reason=row["reason"],
        recorded_at=row["recorded_at"],
        law_changed=row["from_pack"] != row["to_pack"],
        noted_at=row["noted_at"],
    )
