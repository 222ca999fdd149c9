"""Relations between units: told from both ends, and the members of a body as a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables import unit
from services.registry.store.tables_units import unit_relation
from services.registry.store.units import Row, Values, in_scope, make_after, read_after
from shared.contracts.refusals import Refused
from shared.contracts.registry_units import ListMembers
from shared.messaging.tx import Tx

_R = unit_relation.c

_TIE_LEADERS = text(
    "INSERT INTO unit_relation (relation_id, relation, relation_text, from_unit_id, to_unit_id,"
    " single, one_per_other, begins_on, reason, clause, recorded_at, recorded_by)"
    " SELECT 'relation_' || gen_random_uuid(), :relation, :relation_text, s.unit_id,"
    " s.leader_unit_id, :single, :one_per_other, coalesce(s.starts_on, :today), :reason, :clause,"
    " :now, :who FROM unit s WHERE s.unit_id = ANY(:ids) AND s.leader_unit_id <> ''"
    " ON CONFLICT DO NOTHING"
)


def add_relation(tx: Tx, values: Values) -> bool:
    """Keep a relation; False when the database knows one that leaves no room for it."""
    done = tx.session.execute(
        insert(unit_relation).values(**values).on_conflict_do_nothing().returning(_R.relation_id)
    )
    return done.scalar() is not None


def load_relation(tx: Tx, relation_id: str) -> Row:
    """A relation of which the actor may see one end, locked; 404 otherwise."""
    seen = exists().where(
        or_(unit.c.unit_id == _R.from_unit_id, unit.c.unit_id == _R.to_unit_id),
        in_scope(tx.actor),
    )
    query = select(unit_relation).where(_R.relation_id == relation_id, seen).with_for_update()
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("relation_not_found", f"没有找到单位关系“{relation_id}”", status=404)
    return row


def end_relation(tx: Tx, relation_id: str, *, until_on: date, reason: str) -> None:
    """Give a relation its last day."""
    tx.session.execute(
        update(unit_relation)
        .where(_R.relation_id == relation_id)
        .values(**_end(tx, reason, until_on))
    )


def end_all(tx: Tx, unit_id: str, *, until_on: date, reason: str, relation: str = "") -> None:
    """End what ties a unit now, in both directions or only by its own relation of a kind."""
    mine: ColumnElement[bool] = _R.from_unit_id == unit_id
    mine = and_(mine, _R.relation == relation) if relation else or_(mine, _R.to_unit_id == unit_id)
    last = func.greatest(_R.begins_on, until_on)
    query = update(unit_relation).where(mine, _R.until_on.is_(None))
    tx.session.execute(query.values(**(_end(tx, reason, until_on) | {"until_on": last})))


def list_between(tx: Tx, relation: str, from_unit_id: str, to_unit_id: str) -> Sequence[Row]:
    """Every relation of a kind between two units, past ones too."""
    query = select(unit_relation).where(
        _R.relation == relation, _R.from_unit_id == from_unit_id, _R.to_unit_id == to_unit_id
    )
    return tx.session.execute(query).mappings().all()


def list_of_kind(
    tx: Tx, relation: str, *, from_unit_id: str = "", to_unit_id: str = ""
) -> Sequence[Row]:
    """Relations of a kind at one end, past ones too; for those a unit has one of at a time."""
    end = _R.from_unit_id == from_unit_id if from_unit_id else _R.to_unit_id == to_unit_id
    query = select(unit_relation).where(_R.relation == relation, end)
    return tx.session.execute(query).mappings().all()


def list_of(tx: Tx, unit_id: str, *, with_ended: bool) -> Sequence[Row]:
    """What ties a unit to others, newest first."""
    query = select(unit_relation).where(
        or_(_R.from_unit_id == unit_id, _R.to_unit_id == unit_id),
        *_standing(tx, with_ended=with_ended),
    )
    query = query.order_by(_R.begins_on.desc(), _R.relation_id.desc()).limit(500)
    return tx.session.execute(query).mappings().all()


def list_members(tx: Tx, command: ListMembers) -> tuple[Sequence[Row], str]:
    """One page of the units tied to a body, by name."""
    query = _members(tx, command.unit_id).where(*_narrowed(command))
    if command.after:
        key = tuple_(unit.c.sort_key, _R.relation_id)
        query = query.where(key > tuple_(*read_after(command.after)))
    query = query.order_by(unit.c.sort_key, _R.relation_id).limit(command.limit + 1)
    rows = tx.session.execute(query).mappings().all()
    page = rows[: command.limit]
    more = len(rows) > command.limit
    return page, make_after(page[-1]["sort_key"], page[-1]["relation_id"]) if more else ""


def count_members(tx: Tx, command: ListMembers) -> Sequence[Row]:
    """Members by relation, kind and standing."""
    found = _members(tx, command.unit_id).where(*_narrowed(command)).subquery()
    names = (found.c.relation, found.c.kind, found.c.standing)
    query = select(*names, func.count().label("units")).group_by(*names)
    return tx.session.execute(query).mappings().all()


def tie_leaders(tx: Tx, ids: Iterable[str], rule: Values) -> None:
    """Keep the contractor of each site's entry as a relation from its first day."""
    values = {"ids": list(ids), "today": tx.today, "now": tx.now, "who": tx.actor.id, **rule}
    tx.session.execute(_TIE_LEADERS, values)


def hand_over(tx: Tx, unit_id: str, to: str, *, reason: str) -> None:
    """What tied one unit ties another; what would tie it twice, or to itself, ends."""
    for mine, other in ((_R.from_unit_id, _R.to_unit_id), (_R.to_unit_id, _R.from_unit_id)):
        there = unit_relation.alias()
        same = [there.c.relation == _R.relation, there.c.until_on.is_(None)]
        twice = and_(there.c[mine.name] == to, there.c[other.name] == other, *same)
        full = and_(
            there.c[mine.name] == to,
            there.c.single if mine is _R.from_unit_id else there.c.one_per_other,
            *same,
        )
        in_the_way = exists().where(or_(twice, full))
        query = update(unit_relation).where(mine == unit_id, _R.until_on.is_(None))
        ended = _end(tx, reason, tx.today) | {"until_on": func.greatest(_R.begins_on, tx.today)}
        tx.session.execute(query.where(or_(in_the_way, other == to)).values(**ended))
        tx.session.execute(
            update(unit_relation).where(mine == unit_id, other != to).values({mine.name: to})
        )


def _members(tx: Tx, unit_id: str):  # type: ignore[no-untyped-def]
    return (
        select(unit, _R.relation_id, _R.relation, _R.relation_text, _R.begins_on)
        .join(unit_relation, _R.from_unit_id == unit.c.unit_id)
        .where(_R.to_unit_id == unit_id, *_standing(tx, with_ended=False), _seen(tx))
    )


def _seen(tx: Tx) -> ColumnElement[bool]:
    """An office sees members in its area; a body's own user all that belong to it."""
    return true() if tx.actor.unit_id else in_scope(tx.actor)


def _narrowed(command: ListMembers) -> list[ColumnElement[bool]]:
    wanted = {
        _R.relation: command.relation,
        unit.c.kind: command.kind,
        unit.c.standing: command.standing,
    }
    return [column == value for column, value in wanted.items() if value]


def _standing(tx: Tx, *, with_ended: bool) -> list[ColumnElement[bool]]:
    if with_ended:
        return []
    return [_R.begins_on <= tx.today, or_(_R.until_on.is_(None), _R.until_on >= tx.today)]


def _end(tx: Tx, reason: str, until_on: date) -> dict[str, object]:
    return {
        "until_on": until_on,
        "end_reason": reason,
        "ended_at": tx.now,
        "ended_by": tx.actor.id,
    }
