"""Kinds of record as a person may see them: the pack's, with their fields and lists in words."""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.handlers.acts import pack_for
from services.registry.handlers.records_access import (
    may_write,
    need_node,
    need_reader,
    node_text,
    options_of,
    readable_kinds,
)
from services.registry.store import records_reading, units
from services.registry.store.records_reading import NOTHING_SHARED
from shared.contracts.registry_records import ListRecordKinds, RecordFilter
from shared.contracts.registry_records_answers import (
    Choice,
    RecordField,
    RecordKinds,
    RecordKindView,
)
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import FieldSpec, ListItem, RecordKind
from shared.policy.words import RECORD_GROUPS


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
        pack_status=pack.status,
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


def field_views(pack: Pack, fields: tuple[FieldSpec, ...]) -> tuple[RecordField, ...]:
    """Fields with their lists resolved to words."""
    options = options_of(pack, fields)
    return tuple(
        RecordField(
            name=spec.name,
            says=spec.says,
            form=spec.form,
            required=spec.required,
            options=choices(options.get(spec.name, ())),
            needed_for=spec.needed_for,
        )
        for spec in fields
    )


def choices(items: Sequence[ListItem]) -> tuple[Choice, ...]:
    """List items as an answer."""
    return tuple(Choice(id=item.id, says=item.says) for item in items)


def kind_view(pack: Pack, kind: RecordKind, *, may_write: bool) -> RecordKindView:
    """A kind of record as a form is made of it."""
    return RecordKindView(
        id=kind.id,
        name=kind.name,
        group=kind.group,
        group_text=RECORD_GROUPS[kind.group],
        about=kind.about,
        of=kind.of,
        of_text=pack.records[kind.of].name if kind.of else "",
        says=kind.says,
        clause=kind.clause,
        lasts=kind.lasts,
        kinds=kind.kinds,
        fields=field_views(pack, kind.fields),
        states=choices(kind.states),
        ended=kind.ended,
        counts=kind.counts,
        public=kind.public,
        may_write=may_write,
    )
