"""Reading records: one with its history, lists, exports, kinds, a unit's file, the public list."""

from __future__ import annotations

from collections import Counter

from services.registry.handlers.acts import pack_for
from services.registry.handlers.records_access import (
    READERS,
    load_kind,
    may_write,
    need_node,
    need_reader,
    node_text,
    options_of,
    readable_kinds,
    shared_of,
)
from services.registry.handlers.records_views import (
    choices,
    field_texts,
    kind_view,
    names_for,
    not_found,
    past_views,
    record_views,
    state_text,
)
from services.registry.store import records, records_reading, units
from services.registry.store.records_reading import NOTHING_SHARED
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_records import (
    ExportRecords,
    FindRecords,
    GetRecord,
    ListRecordKinds,
    PublicRecords,
    ReadUnitFile,
    RecordFilter,
)
from shared.contracts.registry_records_answers import (
    FileGroup,
    PublicRecord,
    PublicRecordPage,
    RecordKinds,
    RecordKindView,
    RecordPage,
    RecordView,
    UnitFile,
    Written,
)
from shared.contracts.scalars import Side
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import ListItem, RecordKind
from shared.policy.words import RECORD_GROUPS
from shared.runtime import packs

SIDE_TEXT = {
    "unit": "本单位",
    Side.GOVERNMENT: "政府方",
    Side.WORKERS: "职工方",
    Side.EMPLOYERS: "企业方",
}
_MOST_IN_FILE = 1000


def get_record(tx: Tx, command: GetRecord) -> RecordView:
    """A record with its history and what belongs to it; another area's is 404."""
    need_reader(tx)
    row = records.find_record(tx, command.record_id)
    if row is None or not _may_read(tx, row):
        raise not_found(command.record_id)
    parts = records_reading.list_parts(tx, [row["record_id"]])
    view, *belonging = record_views(tx, [row, *parts])
    history = records.list_history(tx, row["record_id"])
    shown = past_views(tx, row, history) if view.values == row["content"] else ()
    return view.model_copy(update={"history": shown, "parts": tuple(belonging)})


def _may_read(tx: Tx, row: Row) -> bool:
    pack = _law(tx)
    kinds = readable_kinds(tx, pack) if pack is not None else None
    shared = shared_of(tx, pack) if pack is not None else NOTHING_SHARED
    found, _after = records_reading.list_records(
        tx,
        [records.same_record(row["record_id"]), records_reading.readable(tx, kinds, shared)],
        limit=1,
    )
    return bool(found)


def _law(tx: Tx, node: str = "") -> Pack | None:
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
    pack = _law(tx, need_node(tx, where.node) if where.node else "")
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


def list_record_kinds(tx: Tx, command: ListRecordKinds) -> RecordKinds:
    """The kinds a person may see under a pack, their fields and lists in words."""
    need_reader(tx)
    unit_id = command.unit_id or tx.actor.unit_id
    unit = units.load_unit(tx, unit_id=unit_id) if unit_id else None
    node = command.node or tx.actor.node
    if unit is None:
        need_node(tx, node)
    pack = pack_for(tx, unit["division"] if unit is not None else node)
    allowed = readable_kinds(tx, pack)
    shown = [
        kind
        for kind in pack.records.values()
        if (allowed is None or kind.id in allowed)
        and (unit is None or _may_be_about(pack, kind, unit["kind"]))
        and (not tx.actor.unit_id or kind.about != "node")
    ]
    numbers = _numbers(tx, command, pack) if command.counted else None
    return RecordKinds(
        node=node,
        node_text=node_text(node),
        pack_id=pack.id,
        pack_title=pack.title,
        items=tuple(_kind(tx, pack, kind, numbers) for kind in shown),
    )


def _may_be_about(pack: Pack, kind: RecordKind, unit_kind: str) -> bool:
    while kind.about == "record":
        kind = pack.records[kind.of]
    return kind.about == "unit" and (not kind.kinds or unit_kind in kind.kinds)


def _numbers(tx: Tx, command: ListRecordKinds, pack: Pack) -> dict[str, tuple[int, int]]:
    where = RecordFilter(unit_id=command.unit_id, node=command.node, year=command.year)
    scope = records_reading.readable(tx, readable_kinds(tx, pack), NOTHING_SHARED)
    return records_reading.numbers_by_kind(tx, [scope, *records_reading.filtered(tx, where)])


def _kind(
    tx: Tx, pack: Pack, kind: RecordKind, numbers: dict[str, tuple[int, int]] | None
) -> RecordKindView:
    view = kind_view(pack, kind, may_write=may_write(tx.actor, kind))
    if numbers is None:
        return view
    total, still_open = numbers.get(kind.id, (0, 0))
    return view.model_copy(update={"total": total, "open": still_open})


def read_unit_file(tx: Tx, command: ReadUnitFile) -> UnitFile:
    """Every record about a unit and every one that names it, by group and by who wrote it."""
    need_reader(tx)
    unit = units.load_unit(tx, unit_id=command.unit_id)
    pack = _law(tx, unit["division"])
    allowed = readable_kinds(tx, pack) if pack is not None else None
    rows = [
        row
        for row in records_reading.list_of_unit(
            tx,
            command.unit_id,
            node="" if tx.actor.unit_id else tx.actor.node,
            indicator=command.indicator,
            year=command.year,
            limit=_MOST_IN_FILE,
        )
        if allowed is None or row["kind"] in allowed
    ]
    views = record_views(tx, rows, about=command.unit_id)
    return UnitFile(
        unit_id=command.unit_id,
        unit_text=unit["name_text"],
        groups=tuple(
            FileGroup(group=group, group_text=text, records=held)
            for group, text in RECORD_GROUPS.items()
            if (held := tuple(view for view in views if view.group == group))
        ),
        by_writer=_writers(views),
        total=len(views),
    )


def _writers(views: tuple[RecordView, ...]) -> tuple[Written, ...]:
    counted = Counter((view.side, view.body) for view in views)
    return tuple(
        Written(side=side, side_text=SIDE_TEXT.get(side, ""), body=body, records=number)
        for (side, body), number in counted.most_common()
    )


def public_records(tx: Tx, command: PublicRecords) -> PublicRecordPage:
    """What a place publishes; anybody may read it, and nothing but the published fields."""
    pack = pack_for(tx, command.node)
    kinds = [kind for kind in pack.records.values() if kind.public]
    page = PublicRecordPage(
        node=command.node,
        node_text=node_text(command.node),
        kinds=choices([ListItem(kind.id, kind.name) for kind in kinds]),
    )
    if not command.kind:
        return page
    kind = load_kind(pack, command.kind)
    if not kind.public:
        raise Refused("not_published", f"{kind.name}不向社会公布", kind.clause, 404)
    conditions = records_reading.published(kind, command.node, command.year)
    rows, after = records_reading.list_records(
        tx, conditions, after=command.after, limit=command.limit
    )
    items = tuple(_public(tx, row) for row in rows)
    update = {"kind": kind.id, "kind_text": kind.name, "items": items, "next_after": after}
    return page.model_copy(update=update)


def _public(tx: Tx, row: Row) -> PublicRecord:
    pack = packs.pinned(tx, row["fingerprint"])
    kind = pack.records[row["kind"]]
    names = names_for(tx, [(kind.fields, row["content"])], units=[row["unit_id"]])
    texts = field_texts(kind.fields, options_of(pack, kind.fields), row["content"], names)
    return PublicRecord(
        record_id=row["record_id"],
        kind=row["kind"],
        node_text=node_text(row["node"]),
        unit_text=names.units.get(row["unit_id"] or "", ""),
        on=row["happened_on"],
        ends_on=row["ends_on"],
        state_text=state_text(kind, row["state"]),
        fields=tuple(text for text in texts if text.name in kind.public),
    )
