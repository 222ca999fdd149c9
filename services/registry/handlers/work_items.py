"""创建重点内容: what a creating unit works on, item by item, as the pack of its place has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.registry.domain.record_contents import shares
from services.registry.domain.work_items import DONE, OPEN, TEXT, faults_of, parts_of
from services.registry.handlers.acts import Note, note, pack_for
from services.registry.handlers.figures import unit_figure
from services.registry.handlers.records_access import need_reader, options_of
from services.registry.handlers.records_judging import checked_values, refuse_faults
from services.registry.handlers.records_kinds import field_views
from services.registry.handlers.records_views import (
    field_texts,
    names_for,
    record_views,
    share_views,
)
from services.registry.store import units
from services.registry.store import work_items as store
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_records import GetWorkPlan, SetWorkItem
from shared.contracts.registry_records_answers import (
    Choice,
    RecordView,
    WorkItemView,
    WorkPart,
    WorkPlan,
)
from shared.contracts.scalars import suite_of
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import WorkItem

_SETTERS = ("clerk", "reviewer", "system")
_EACH = 20


def get_work_plan(tx: Tx, command: GetWorkPlan) -> WorkPlan:
    """Every item of the pack for this kind of unit; one nobody has spoken of is open."""
    need_reader(tx)
    unit = units.load_unit(tx, unit_id=command.unit_id)
    return _plan(tx, unit)


def set_work_item(tx: Tx, command: SetWorkItem) -> WorkPlan:
    """Say how far an item is; what "done" cannot do without must be filled in."""
    unit = units.load_unit(tx, unit_id=command.unit_id)
    pack, suite = pack_for(tx, unit["division"]), suite_of(tx.actor.node)
    item = _item(pack, unit, command.item)
    if not _may_set(tx):
        says = "创建重点内容由单位自己或其办公室的经办填写"
        raise Refused("not_allowed", says, item.clause, 403)
    store.lock_items(tx, command.unit_id, suite)
    held = store.list_states(tx, command.unit_id, suite).get(item.id)
    revision = held["revision"] if held is not None else 0
    if revision != command.revision:
        says = f"这一项已被修改到第 {revision} 版，您看到的是第 {command.revision} 版：请刷新后再填"
        raise Refused("revision_changed", says, item.clause)
    values = _checked(tx, pack, item, command, held)
    kept = store.save_state(
        tx,
        values
        | {
            "unit_id": command.unit_id,
            "suite": suite,
            "item": item.id,
            "fingerprint": pack.fingerprint,
            "revision": revision + 1,
            "changed_on": tx.today,
            "changed_at": tx.now,
            "changed_by": tx.actor.id,
        },
    )
    _remember(tx, kept, item, command.reason.strip())
    return _plan(tx, unit)


def _checked(
    tx: Tx, pack: Pack, item: WorkItem, command: SetWorkItem, held: Row | None
) -> dict[str, Any]:
    """The item as it would stand; 422 with a row for each thing that cannot."""
    before: Any = held if held is not None else _UNTOUCHED
    state = command.state or before["state"]
    parts = parts_of(item, before["parts"]) | command.parts
    given = {**before["content"], **command.values}
    reading = checked_values(tx, pack, item.fields, given)
    errors = [(f"/values/{fault.name}", fault.says) for fault in reading.faults]
    wrong = {pointer for pointer, _says in errors}
    errors += [
        error for error in faults_of(item, state, parts, reading.values) if error[0] not in wrong
    ]
    refuse_faults(f"“{item.name}”", item.clause, errors)
    return {"state": state, "parts": parts, "content": reading.values}


_UNTOUCHED: Mapping[str, Any] = {"state": OPEN, "parts": {}, "content": {}}


def _item(pack: Pack, unit: Row, item_id: str) -> WorkItem:
    item = pack.work_items.get(item_id)
    if item is None or unit["kind"] not in item.kinds:
        says = f"《{pack.title}》对该类单位没有“{item_id}”这项创建内容"
        raise Refused("work_item_unknown", says, status=404)
    return item


def _may_set(tx: Tx) -> bool:
    return bool(tx.actor.unit_id) or any(tx.actor.has(role) for role in _SETTERS)


def _remember(tx: Tx, kept: Row, item: WorkItem, reason: str) -> None:
    names = ("unit_id", "suite", "item", "revision", "state", "parts", "content")
    store.add_history(
        tx,
        {
            **{name: kept[name] for name in names},
            "reason": reason,
            "learned_at": tx.now,
            "by_id": tx.actor.id,
            "by_name": tx.actor.name,
        },
    )
    says = f"创建重点内容“{item.name}”：{TEXT[kept['state']]}"
    note(tx, kept["unit_id"], Note("work_item.set", says, tx.today, clause=item.clause))


def _plan(tx: Tx, unit: Row) -> WorkPlan:
    pack, suite = pack_for(tx, unit["division"]), suite_of(tx.actor.node)
    items = [item for item in pack.work_items.values() if unit["kind"] in item.kinds]
    states = store.list_states(tx, unit["unit_id"], suite)
    linked = _linked(tx, unit["unit_id"], items)
    views = tuple(_view(tx, pack, item, unit, states.get(item.id), linked) for item in items)
    return WorkPlan(
        unit_id=unit["unit_id"],
        unit_text=unit["name_text"],
        pack_title=pack.title,
        pack_status=pack.status,
        done=sum(view.state == DONE for view in views),
        items=views,
        may_set=_may_set(tx),
    )


def _linked(tx: Tx, unit_id: str, items: Sequence[WorkItem]) -> tuple[RecordView, ...]:
    kinds = list(dict.fromkeys(kind for item in items for kind in item.records))
    if not kinds:
        return ()
    node = "" if tx.actor.unit_id else tx.actor.node
    rows = store.newest_records(tx, unit_id, kinds, node=node, each=_EACH)
    return record_views(tx, rows, about=unit_id)


def _view(
    tx: Tx,
    pack: Pack,
    item: WorkItem,
    unit: Row,
    held: Row | None,
    linked: Sequence[RecordView],
) -> WorkItemView:
    said: Any = held if held is not None else _UNTOUCHED
    names = names_for(tx, [(item.fields, said["content"])])
    parts = parts_of(item, said["parts"])
    return WorkItemView(
        id=item.id,
        name=item.name,
        says=item.says,
        clause=item.clause,
        state=said["state"],
        state_text=TEXT[said["state"]],
        changed_on=held["changed_on"] if held is not None else None,
        parts=tuple(
            WorkPart(
                id=part.id, says=part.says, state=parts[part.id], state_text=TEXT[parts[part.id]]
            )
            for part in item.parts
        ),
        fields=field_views(pack, item.fields),
        values=said["content"],
        texts=field_texts(item.fields, options_of(pack, item.fields), said["content"], names),
        ratios=share_views(shares(item.ratios, said["content"])),
        records=tuple(record for record in linked if record.kind in item.records),
        record_kinds=tuple(Choice(id=kind, says=pack.records[kind].name) for kind in item.records),
        figure=unit_figure(tx, pack, item.measure, unit) if item.measure else None,
        revision=held["revision"] if held is not None else 0,
    )
