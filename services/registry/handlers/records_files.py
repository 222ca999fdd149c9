"""A unit's file, and what a place publishes of its work."""

from __future__ import annotations

from collections import Counter

from services.registry.handlers.acts import pack_for
from services.registry.handlers.records_access import (
    load_kind,
    need_reader,
    node_text,
    options_of,
    readable_kinds,
)
from services.registry.handlers.records_kinds import choices
from services.registry.handlers.records_reading import law_or_none
from services.registry.handlers.records_views import (
    field_texts,
    names_for,
    record_views,
    state_text,
)
from services.registry.store import records_reading, units
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_records import PublicRecords, ReadUnitFile
from shared.contracts.registry_records_answers import (
    FileGroup,
    PublicRecord,
    PublicRecordPage,
    RecordView,
    UnitFile,
    Written,
)
from shared.contracts.scalars import Side
from shared.messaging.tx import Tx
from shared.policy.programme import ListItem
from shared.policy.words import RECORD_GROUPS
from shared.runtime import packs

SIDE_TEXT = {
    "unit": "本单位",
    Side.GOVERNMENT: "政府方",
    Side.WORKERS: "职工方",
    Side.EMPLOYERS: "企业方",
}
_MOST_IN_FILE = 1000


def read_unit_file(tx: Tx, command: ReadUnitFile) -> UnitFile:
    """Every record about a unit and every one that names it, by group and by who wrote it."""
    need_reader(tx)
    unit = units.load_unit(tx, unit_id=command.unit_id)
    pack = law_or_none(tx, unit["division"])
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
