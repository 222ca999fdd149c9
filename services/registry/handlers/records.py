"""Writing records: new ones, amendments, states, ends and voids. Nothing is ever erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.registry.domain.record_contents import Times
from services.registry.handlers.acts import need_text
from services.registry.handlers.records_access import (
    Home,
    home_of,
    law_of,
    may_change,
)
from services.registry.handlers.records_judging import judged
from services.registry.handlers.records_keeping import (
    content_of,
    decision_of,
    draft_of,
    keep_new,
    remember,
    times_of,
)
from services.registry.handlers.records_views import record_view
from services.registry.store import records, units
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_records import (
    AmendRecord,
    EndRecord,
    MoveRecord,
    RecordEntry,
    SaveRecord,
    SaveRecords,
    VoidRecord,
)
from shared.contracts.registry_records_answers import RecordBatch, RecordView, RowError
from shared.messaging.tx import Tx
from shared.runtime import decisions


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to a record that is there."""

    what: str
    times: Times
    values: Mapping[str, Any]
    reason: str = ""


def save_record(tx: Tx, command: SaveRecord) -> RecordView:
    """Write a record; the writer's own number a second time amends it, or changes nothing."""
    return record_view(tx, _save(tx, command.record)[0])


def save_records(tx: Tx, command: SaveRecords) -> RecordBatch:
    """Write many: a row with errors stays out, whatever becomes of the others."""
    kept: list[str] = []
    unchanged = 0
    warned: list[RowError] = []
    errors: list[RowError] = []
    with records.tried(tx, keep=not command.dry_run):
        for number, entry in enumerate(command.rows, start=1):
            try:
                row, is_changed = _save(tx, entry)
            except Refused as refused:
                errors.append(_error(number, refused))
                continue
            kept += [row["record_id"]] if is_changed else []
            unchanged += not is_changed
            warned += [RowError(row=number, **said) for said in row["warnings"]]
    return RecordBatch(
        kept=len(kept),
        unchanged=unchanged,
        dry_run=command.dry_run,
        record_ids=() if command.dry_run else tuple(kept),
        warnings=tuple(warned),
        errors=tuple(errors),
    )


def amend_record(tx: Tx, command: AmendRecord) -> RecordView:
    """Replace what a record says; one changed meanwhile is refused."""
    row, home = _load(tx, command.record_id, command.revision)
    times = Times(
        command.on or row["happened_on"],
        command.ends_on if command.ends_on is not None else row["ends_on"],
        row["state"],
    )
    change = Change("amended", times, command.values, command.reason)
    return record_view(tx, _change(tx, row, home, change))


def move_record(tx: Tx, command: MoveRecord) -> RecordView:
    """Bring a record into another state; what that state needs must be filled in."""
    row, home = _load(tx, command.record_id, command.revision)
    if command.state == row["state"]:
        raise Refused("state_unchanged", "该记录已经是这个状态：请刷新后再办", home.kind.clause)
    if row["closed"]:
        need_text(command.reason, "已了结的记录重新打开须写明理由", "/reason")
    times = Times(row["happened_on"], row["ends_on"], command.state)
    values = {**row["content"], **command.values}
    change = Change("moved", times, values, command.reason)
    return record_view(tx, _change(tx, row, home, change))


def end_record(tx: Tx, command: EndRecord) -> RecordView:
    """Say when what lasted came to its end."""
    row, home = _load(tx, command.record_id, command.revision)
    times = Times(row["happened_on"], command.ends_on, row["state"])
    change = Change("ended", times, row["content"], command.reason)
    return record_view(tx, _change(tx, row, home, change))


def void_record(tx: Tx, command: VoidRecord) -> RecordView:
    """Void a record: it stays readable with the reason, and counts no more."""
    reason = need_text(command.reason, "请写明作废理由", "/reason")
    row, home = _load(tx, command.record_id, command.revision)
    if records.has_parts(tx, row["record_id"]):
        says = "还有属于它的记录没有作废：请先作废那些记录"
        raise Refused("record_has_parts", says, home.kind.clause)
    values = {"voided_at": tx.now, "voided_by": tx.actor.id, "void_reason": reason}
    changed = records.change_record(tx, row["record_id"], values)
    remember(tx, changed, home, "voided", reason=reason)
    return record_view(tx, changed)


def _save(tx: Tx, entry: RecordEntry) -> tuple[Row, bool]:
    """The record as it stands afterwards, and whether anything was written."""
    home = home_of(tx, entry)
    if entry.external_id:
        held = records.find_external(
            tx, kind=home.kind.id, node=home.node, external_id=entry.external_id
        )
        if held is not None:
            return _save_again(tx, held, home, entry)
    on = entry.on or tx.today
    times = Times(on, entry.ends_on, entry.state or home.kind.opening)
    draft = draft_of(tx, home, times, entry.values, year=entry.year or 0)
    return keep_new(tx, draft, external_id=entry.external_id), True


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry of a file, where it belongs, and the record it means if there is one already.

    key: equal for rows that mean the same record.
    """

    entry: RecordEntry
    home: Home
    held: Row | None
    key: str


def save_standing(tx: Tx, standing: Standing) -> tuple[Row, bool]:
    """The record as it stands afterwards, and whether anything was written.

    A blank cell of a file changes nothing.
    """
    entry, held = standing.entry, standing.held
    if held is None:
        on = entry.on or tx.today
        times = Times(on, entry.ends_on, entry.state or standing.home.kind.opening)
        draft = draft_of(tx, standing.home, times, entry.values, year=entry.year or 0)
        return keep_new(tx, draft, external_id=entry.external_id), True
    known = {spec.name for spec in standing.home.kind.fields}
    kept = {name: value for name, value in held["content"].items() if name in known}
    merged = entry.model_copy(update={"values": {**kept, **entry.values}})
    return _save_again(tx, held, standing.home, merged)


def _save_again(tx: Tx, row: Row, home: Home, entry: RecordEntry) -> tuple[Row, bool]:
    """The same number of the writer's own: the same content changes nothing."""
    _need_change(tx, row, home)
    times = Times(
        entry.on or row["happened_on"],
        entry.ends_on or row["ends_on"],
        entry.state or row["state"],
    )
    draft = draft_of(tx, home, times, entry.values, row=row)
    if draft.values == row["content"] and times == times_of(row):
        return row, False
    change = Change("amended", times, entry.values, "按同一编号更新")
    return _change(tx, row, home, change), True


def _load(tx: Tx, record_id: str, revision: int) -> tuple[Row, Home]:
    """A record that is about to be changed, locked, with the law it is kept by."""
    row = records.load_record(tx, record_id, lock=True)
    pack, kind = law_of(tx, row)
    home = Home(
        node=row["node"],
        place=row["place"],
        pack=pack,
        kind=kind,
        unit=units.find_unit(tx, row["unit_id"]) if row["unit_id"] else None,
        parent=records.find_record(tx, row["parent_id"]) if row["parent_id"] else None,
    )
    _need_change(tx, row, home)
    if row["revision"] != revision:
        raise Refused(
            "revision_changed",
            f"该记录已被修改到第 {row['revision']} 版，您看到的是第 {revision} 版：请刷新后重新填写",
        )
    return row, home


def _need_change(tx: Tx, row: Row, home: Home) -> None:
    if row["voided_at"] is not None:
        raise Refused("record_voided", "该记录已作废，不能再改", home.kind.clause)
    if not may_change(tx.actor, row, home.kind):
        says = f"这条{home.kind.name}不是您记录的，不能更改：请由记录人或其办公室办理"
        raise Refused("not_allowed", says, home.kind.clause, 403)


def _change(tx: Tx, row: Row, home: Home, change: Change) -> Row:
    draft = draft_of(tx, home, change.times, change.values, row=row)
    found = judged(tx, draft)
    decision = decision_of(tx, draft, found)
    values = content_of(tx, draft, found, decision)
    acted = {"amended_at": tx.now, "amended_by": tx.actor.id}
    changed = records.change_record(tx, row["record_id"], values | acted)
    decisions.record_all(tx, [decision] if decision else [])
    remember(tx, changed, home, change.what, found, reason=change.reason.strip())
    return changed


def _error(number: int, refused: Refused) -> RowError:
    return RowError(
        row=number,
        code=refused.code,
        says=refused.says,
        clause=refused.clause,
        errors=tuple(refused.errors),
    )
