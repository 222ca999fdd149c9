"""Reading records: one with its history, lists, exports, kinds, a unit's file, the public list."""

from __future__ import annotations

from services.registry.handlers.acts import pack_for
from services.registry.handlers.records_access import (
    READERS,
    need_node,
    need_reader,
    options_of,
    readable_kinds,
    shared_of,
)
from services.registry.handlers.records_views import (
    past_views,
    record_views,
)
from services.registry.store import records, records_reading, units
from services.registry.store.records_reading import NOTHING_SHARED
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_records import (
    ExportRecords,
    FindRecords,
    GetRecord,
    RecordFilter,
)
from shared.contracts.registry_records_answers import (
    RecordPage,
    RecordView,
)
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import ListItem, RecordKind


def get_record(tx: Tx, command: GetRecord) -> RecordView:
    """A record with its history and what belongs to it; another area's is 404."""
    need_reader(tx)
    row = records.find_record(tx, command.record_id)
    if row is None or not _may_read(tx, row):
        says = f"没有找到记录“{command.record_id}”：请核对"
        raise Refused("record_not_found", says, status=404)
    parts = records_reading.list_parts(tx, [row["record_id"]])
    view, *belonging = record_views(tx, [row, *parts])
    history = records.list_history(tx, row["record_id"])
    shown = past_views(tx, row, history) if view.values == row["content"] else ()
    return view.model_copy(update={"history": shown, "parts": tuple(belonging)})


def _may_read(tx: Tx, row: Row) -> bool:
    pack = law_or_none(tx)
    kinds = readable_kinds(tx, pack) if pack is not None else None
    shared = shared_of(tx, pack) if pack is not None else NOTHING_SHARED
    found, _after = records_reading.list_records(
        tx,
        [records.same_record(row["record_id"]), records_reading.readable(tx, kinds, shared)],
        limit=1,
    )
    return bool(found)


def law_or_none(tx: Tx, node: str = "") -> Pack | None:
    """The pack in force at a node (the actor's own); None where none is at work."""
    try:
        return pack_for(tx, node or tx.actor.node)
    except Refused:
        return None


def find_records(tx: Tx, command: FindRecords) -> RecordPage:
    """A page of records."""
    return _page(tx, command.where, command.sort, command.after, command.limit)


def export_records(tx: Tx, command: ExportRecords) -> RecordPage:
    """A large page of exactly what is filtered, newest first."""
    return _page(tx, command.where, "-on", command.after, command.limit)


def _page(tx: Tx, where: RecordFilter, sort: str, after: str, limit: int) -> RecordPage:
    conditions = conditions_of(tx, where)
    rows, following = records_reading.list_records(
        tx, conditions, sort=sort, after=after, limit=limit
    )
    return RecordPage(items=record_views(tx, rows), next_after=following)


def conditions_of(tx: Tx, where: RecordFilter) -> list[records_reading.Condition]:
    """A filter, within what the actor may read; values may be written in words."""
    need_reader(tx)
    if where.unit_id:
        units.load_unit(tx, unit_id=where.unit_id)
    pack = law_or_none(tx, need_node(tx, where.node) if where.node else "")
    if pack is None:
        scope = records_reading.readable(tx, readable_without_law(tx), NOTHING_SHARED)
        return [scope, *records_reading.filtered(tx, where)]
    kind = pack.records.get(where.kind)
    if kind is not None:
        where = where.model_copy(update={"values": _meant(pack, kind, where.values)})
    scope = records_reading.readable(tx, readable_kinds(tx, pack), shared_of(tx, pack))
    return [scope, *records_reading.filtered(tx, where)]


def readable_without_law(tx: Tx) -> list[str] | None:
    """Where no pack is at work: everything for offices and the unit, nothing for other writers."""
    return None if tx.actor.unit_id or any(tx.actor.has(role) for role in READERS) else []


def _meant(pack: Pack, kind: RecordKind, pairs: tuple[str, ...]) -> tuple[str, ...]:
    options = options_of(pack, kind.fields)
    return tuple(_one_meant(options.get(pair.partition("=")[0], ()), pair) for pair in pairs)


def _one_meant(items: tuple[ListItem, ...], pair: str) -> str:
    name, _, value = pair.partition("=")
    item = next((item for item in items if value == item.says), None)
    return f"{name}={item.id}" if item is not None else pair
