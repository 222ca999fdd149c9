"""Who may read and write which records, and by which law a record is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.registry.domain.search import name_key
from services.registry.handlers.acts import office_of, pack_for
from services.registry.store import records, units
from services.registry.store.records_reading import NOTHING_SHARED, Shared
from services.registry.store.units import Row
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry_records import RecordEntry
from shared.contracts.scalars import area_of, covers, in_suite, kind_text, suite_of
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import FieldSpec, ListItem, RecordKind
from shared.runtime import organisations, packs

READERS = ("clerk", "reviewer", "seat", "auditor", "system")
_BY_ROLE = ("clerk", "reviewer", "expert", "coordinator", "unit", "system")


@dataclass(frozen=True, slots=True)
class Home:
    """Where a record belongs: its office, the unit or record it is about, and the law there."""

    node: str
    place: str
    pack: Pack
    kind: RecordKind
    unit: Row | None = None
    parent: Row | None = None

    @property
    def unit_kind(self) -> str:
        """The kind of the unit it is about, "" for none."""
        return str(self.unit["kind"]) if self.unit else ""


def side_of(actor: Actor) -> str:
    """The side a person writes for: its own, a unit's account "unit", an officer government."""
    if actor.unit_id:
        return "unit"
    return actor.side or ("government" if actor.has("clerk") or actor.has("reviewer") else "")


def may_write(actor: Actor, kind: RecordKind) -> bool:
    """Whether the pack lets this person write records of the kind."""
    if actor.has("system"):
        return True
    if actor.has("auditor"):
        return False
    by_role = any(actor.has(role) for role in kind.writers if role in _BY_ROLE)
    return by_role or (side_of(actor) in kind.writers)


def may_change(actor: Actor, row: Row, kind: RecordKind) -> bool:
    """Whether this person may change a record: the office's writers, else those who wrote it."""
    if not may_write(actor, kind) or row["voided_at"] is not None:
        return False
    if actor.unit_id:
        return bool(row["side"] == "unit" and row["unit_id"] == actor.unit_id)
    if not covers(actor.node, row["node"]):
        return False
    office = any(actor.has(r) for r in ("clerk", "reviewer", "system") if r in kind.writers)
    same_body = side_of(actor) == row["side"] and actor.body == row["body"]
    return actor.has("system") or office or same_body or row["written_by"] == actor.id


def concerns(actor: Actor, row: Row) -> bool:
    """Whether a record is the reader's own affair, not only one that names a unit of theirs."""
    if actor.unit_id:
        return bool(row["unit_id"] == actor.unit_id)
    near = covers(actor.node, in_suite(row["place"], suite_of(row["node"])))
    return near or covers(actor.node, row["node"])


def need_reader(tx: Tx) -> None:
    """Refuse whoever is neither of the offices, nor a unit, nor somebody who keeps records."""
    actor = tx.actor
    if actor.unit_id or any(actor.has(role) for role in (*READERS, "expert", "coordinator")):
        return
    raise Refused("not_allowed", "您没有查看工作台账的权限", status=403)


def readable_kinds(tx: Tx, pack: Pack) -> list[str] | None:
    """The kinds a person may read (None: every one): others than officers what they write."""
    if tx.actor.unit_id or any(tx.actor.has(role) for role in READERS):
        return None
    return [kind.id for kind in pack.records.values() if may_write(tx.actor, kind)]


def shared_of(tx: Tx, pack: Pack) -> Shared:
    """What every office under a pack may read (「供各地学习借鉴」)."""
    if tx.actor.unit_id or not any(tx.actor.has(role) for role in READERS):
        return NOTHING_SHARED
    states = {kind.id: kind.shared for kind in pack.records.values() if kind.shared}
    return Shared(pack.jurisdiction, states)


def need_node(tx: Tx, node: str) -> str:
    """The node asked about, the actor's own when none is named; 404 for another area's."""
    found = node or tx.actor.node
    if found != tx.actor.node and not covers(tx.actor.node, found):
        raise Refused("node_not_found", f"没有找到机构节点“{found}”：请核对", status=404)
    return found


def load_kind(pack: Pack, kind_id: str, *, status: int = 422) -> RecordKind:
    """The pack's kind of record, or a refusal; `status` 404 where the kind is the address."""
    kind = pack.records.get(kind_id)
    if kind is None:
        raise Refused(
            "record_kind_unknown",
            f"《{pack.title}》没有“{kind_id}”这种记录：请从记录种类中选择",
            status=status,
            errors=[{"pointer": "/kind", "says": "不是本办法的记录种类"}],
        )
    return kind


def options_of(pack: Pack, fields: tuple[FieldSpec, ...]) -> Mapping[str, tuple[ListItem, ...]]:
    """What may be chosen in each field: its own options, or the items of its list."""
    return {
        spec.name: spec.options or pack.lists[spec.list].items
        for spec in fields
        if spec.options or spec.list
    }


def home_of(tx: Tx, entry: RecordEntry) -> Home:
    """Where a new record belongs; refused when it may not be written there by this person."""
    if entry.parent_id:
        return _with_parent(tx, entry)
    unit = unit_called(tx, entry.unit_id or tx.actor.unit_id)
    node = need_node(tx, entry.node) if entry.node or not tx.actor.unit_id else ""
    if unit is not None:
        own = office_of(unit["division"], suite_of(tx.actor.node))
        node = own if tx.actor.unit_id else node
    pack = pack_for(tx, unit["division"] if unit is not None else node)
    kind = load_kind(pack, entry.kind)
    _need_about(kind, unit)
    home = Home(
        node=node,
        place=unit["division"] if unit is not None else area_of(node),
        pack=pack,
        kind=kind,
        unit=unit if kind.about == "unit" else None,
    )
    _need_writer(tx, home)
    return home


def _with_parent(tx: Tx, entry: RecordEntry) -> Home:
    parent = records.find_record(tx, entry.parent_id, lock=True)
    seen = parent is not None and _sees(tx, entry.parent_id)
    node = str(parent["node"]) if parent is not None and seen else tx.actor.node
    unit_id = parent["unit_id"] if parent is not None and seen else None
    unit = units.find_unit(tx, unit_id) if unit_id else None
    pack = pack_for(tx, unit["division"] if unit is not None else node)
    kind = load_kind(pack, entry.kind)
    if parent is None or not seen or parent["kind"] != kind.of or parent["voided_at"]:
        of = pack.records[kind.of].name if kind.of else ""
        says = (
            f"没有登记这项{of}，不能记{kind.name}：请先登记" if of else f"{kind.name}不属于其他记录"
        )
        pointer = {"pointer": "/parent_id", "says": says}
        raise Refused("parent_unknown", says, kind.clause, 422, [pointer])
    home = Home(node, str(parent["place"]), pack, kind, unit, parent)
    _need_writer(tx, home)
    return home


def _sees(tx: Tx, record_id: str) -> bool:
    try:
        records.load_record(tx, record_id)
    except Refused:
        return False
    return True


def _need_about(kind: RecordKind, unit: Row | None) -> None:
    if kind.about == "record":
        says = f"{kind.name}须写明属于哪一条记录"
        raise Refused(
            "parent_unknown", says, kind.clause, 422, [{"pointer": "/parent_id", "says": says}]
        )
    if kind.about == "unit" and unit is None:
        says = f"{kind.name}须写明是哪个单位"
        raise Refused(
            "unit_needed", says, kind.clause, 422, [{"pointer": "/unit_id", "says": says}]
        )
    if unit is not None and kind.about == "unit" and kind.kinds and unit["kind"] not in kind.kinds:
        known = "、".join(kind_text(k) for k in kind.kinds)
        says = f"{kind.name}只记{known}，该单位是{kind_text(unit['kind'])}"
        raise Refused(
            "unit_kind_wrong", says, kind.clause, 422, [{"pointer": "/unit_id", "says": says}]
        )


def _need_writer(tx: Tx, home: Home) -> None:
    kind, actor = home.kind, tx.actor
    own = not actor.unit_id or (home.unit is not None and home.unit["unit_id"] == actor.unit_id)
    if not may_write(actor, kind) or not own:
        says = f"按规定，“{kind.name}”不由您记录"
        raise Refused("not_allowed", says, kind.clause, 403)


def unit_called(tx: Tx, written: str) -> Row | None:
    """The unit by id, code or exact name, of the actor's area; None when nothing is written."""
    text = written.strip()
    if not text:
        return None
    found = records.find_units_called(tx, [text], [name_key(text)])
    if len({row["unit_id"] for row in found}) != 1:
        many = "有几个同名单位，请改填统一社会信用代码" if found else "请核对名称或代码"
        raise Refused("unit_not_found", f"没有找到单位“{text}”：{many}", status=404)
    return units.load_unit(tx, unit_id=found[0]["unit_id"])


def law_of(tx: Tx, row: Row) -> tuple[Pack, RecordKind]:
    """The law a record is kept by now: the pack in force at its place, else the one it was made by."""
    try:
        pack = pack_for(tx, in_suite(row["place"], suite_of(row["node"])))
    except Refused:
        pack = packs.pinned(tx, row["fingerprint"])
    if row["kind"] not in pack.records:
        pack = packs.pinned(tx, row["fingerprint"])
    return pack, pack.records[row["kind"]]


def node_text(node: str) -> str:
    """An office by its name."""
    return organisations.name_of(node)
