"""Relations between units: an enterprise and its park, a chain and its leader; members of a body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.registry.domain import relations as rules
from services.registry.domain.relations import Term
from services.registry.domain.stage import TEXT as STAGE_TEXT
from services.registry.domain.stage import Stage
from services.registry.domain.standing import Standing
from services.registry.handlers.acts import Note, need, need_area, need_text, note, pack_for
from services.registry.handlers.unit_views import other_unit, unit_meant
from services.registry.handlers.views import entered
from services.registry.store import relations, titles, units
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_units import EndRelation, ListMembers, ListRelations, Relate
from shared.contracts.registry_units_answers import Member, MemberPage, RelationView
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import Relation


def relate(tx: Tx, command: Relate) -> RelationView:
    """Tie a unit to another, where the pack has room for it."""
    need(tx, "clerk")
    reason = need_text(command.reason, "请写明登记这项关系的依据", "/reason")
    to_unit_id = unit_meant(tx, command.to_unit_id, "/to_unit_id")
    found = units.lock_units(tx, [command.unit_id, to_unit_id])
    one, other = found[command.unit_id], found[to_unit_id]
    for row in (one, other):
        need_area(tx, row["division"])
        if row["standing"] == Standing.CLOSED:
            raise Refused("unit_closed", f"“{row['name_text']}”已注销，不能登记关系")
    rule = _rule(pack_for(tx, one["division"]), command.relation)
    term = Term(command.begins_on, command.until_on)
    rules.check_term(term, tx.today)
    rules.check_kinds(rule, one, other)
    rules.check_room(
        rule,
        term,
        between=relations.list_between(tx, rule.id, command.unit_id, to_unit_id),
        mine=_limited(tx, rule.id, rule.single, from_unit_id=command.unit_id),
        theirs=_limited(tx, rule.id, rule.one_per_other, to_unit_id=to_unit_id),
    )
    relation_id = tx.new_id("relation")
    is_new = relations.add_relation(
        tx,
        {
            "relation_id": relation_id,
            "relation": rule.id,
            "relation_text": rule.says,
            "from_unit_id": command.unit_id,
            "to_unit_id": to_unit_id,
            "single": rule.single,
            "one_per_other": rule.one_per_other,
            "begins_on": command.begins_on,
            "until_on": command.until_on,
            "reason": reason,
            "clause": rule.clause,
            "recorded_at": tx.now,
            "recorded_by": tx.actor.id,
        },
    )
    if not is_new:
        raise rules.taken(rule)
    _tell(tx, one, other, f"“{rule.says}”登记为", command.begins_on, rule.clause)
    if rule.id == rules.LEADER and command.until_on is None:
        _lead(tx, one, other)
    return _view(relations.load_relation(tx, relation_id), command.unit_id, other)


def end_relation(tx: Tx, command: EndRelation) -> RelationView:
    """End a relation; both units keep it in their history."""
    need(tx, "clerk")
    reason = need_text(command.reason, "请写明终止的理由", "/reason")
    row = relations.load_relation(tx, command.relation_id)
    if row["ended_at"] is not None:
        raise Refused("relation_ended", f"这项关系已于 {row['until_on']} 终止，不必再次终止")
    rules.check_end(command.until_on, row["begins_on"], tx.today)
    relations.end_relation(tx, command.relation_id, until_on=command.until_on, reason=reason)
    ids = [row["from_unit_id"], row["to_unit_id"]]
    known = {found["unit_id"]: found for found in units.list_by_ids(tx, ids)}
    one, other = (known[unit_id] for unit_id in ids)
    says = f"“{row['relation_text']}”终止（{reason}）："
    _tell(tx, one, other, says, command.until_on, row["clause"])
    if row["relation"] == rules.LEADER and one["leader_unit_id"] == other["unit_id"]:
        _lead(tx, one, None)
    return _view(relations.load_relation(tx, command.relation_id), ids[0], other)


def list_relations(tx: Tx, command: ListRelations) -> dict[str, Any]:
    """What ties a unit to others, as seen from it."""
    units.load_unit(tx, unit_id=command.unit_id)
    rows = relations.list_of(tx, command.unit_id, with_ended=command.with_ended)
    others = {_other_id(row, command.unit_id) for row in rows}
    known = {row["unit_id"]: row for row in units.list_by_ids(tx, others)}
    return {
        "relations": [
            _view(row, command.unit_id, known[_other_id(row, command.unit_id)]) for row in rows
        ]
    }


def list_members(tx: Tx, command: ListMembers) -> MemberPage:
    """The units that belong to a body, each with how far it is (NB23 二(三))."""
    units.load_unit(tx, unit_id=command.unit_id)
    rows, after = relations.list_members(tx, command)
    names = titles.active_names(tx, [row["unit_id"] for row in rows]) if rows else {}
    sums: dict[str, Counter[str]] = {n: Counter() for n in ("relation", "kind", "standing")}
    counted = relations.count_members(tx, command)
    for row in counted:
        for name, found in sums.items():
            found[row[name]] += int(row["units"])
    return MemberPage(
        total=sum(int(row["units"]) for row in counted),
        by_standing=dict(sums["standing"]),
        by_kind=dict(sums["kind"]),
        by_relation=dict(sums["relation"]),
        items=tuple(_member(row, names.get(row["unit_id"], ())) for row in rows),
        next_after=after,
    )


def _rule(pack: Pack, relation: str) -> Relation:
    rule = pack.relations.get(relation)
    if rule is None:
        known = "、".join(r.says for r in pack.relations.values()) or "无"
        says = f"本办法没有“{relation}”这种单位关系：可登记{known}"
        errors = [{"pointer": "/relation", "says": says}]
        raise Refused("relation_unknown", says, status=422, errors=errors)
    return rule


def _limited(tx: Tx, relation: str, is_limited: object, **end: str) -> Sequence[Row]:
    """What is on record at one end, where only one may be at a time."""
    return relations.list_of_kind(tx, relation, **end) if is_limited else ()


def _tell(tx: Tx, one: Row, other: Row, says: str, on: Any, clause: str) -> None:
    for mine, theirs in ((one, other), (other, one)):
        text = (
            f"{says}“{theirs['name_text']}”"
            if mine is one
            else f"{theirs['name_text']}：{says}本单位"
        )
        note(tx, mine["unit_id"], Note("relation.changed", text, on, clause=clause))


def _lead(tx: Tx, site: Row, leader: Row | None) -> None:
    """The entry's contractor follows the relation; other services copy it from the entry."""
    values = {
        "leader_unit_id": leader["unit_id"] if leader else "",
        "leader_code": leader["code"] if leader else "",
        "amended_at": tx.now,
        "amended_by": tx.actor.id,
    }
    tx.emit(entered(units.amend_unit(tx, site["unit_id"], values)))


def _other_id(row: Row, unit_id: str) -> str:
    return str(row["to_unit_id"] if row["from_unit_id"] == unit_id else row["from_unit_id"])


def _view(row: Row, unit_id: str, other: Row) -> RelationView:
    names = ("relation_id", "relation", "relation_text", "clause", "begins_on", "until_on",
             "reason", "end_reason")  # fmt: skip
    return RelationView(
        **{name: row[name] for name in names},
        forward=row["from_unit_id"] == unit_id,
        unit_id=unit_id,
        other=other_unit(other),
    )


def _member(row: Row, names: tuple[str, ...]) -> Member:
    return Member(
        relation_id=row["relation_id"],
        relation=row["relation"],
        relation_text=row["relation_text"],
        begins_on=row["begins_on"],
        unit=other_unit(row),
        stage=row["stage"],
        stage_text=STAGE_TEXT[Stage(row["stage"])],
        headcount=row["headcount"],
        titles=names,
    )
