"""Records one by one: scope, writing with history, the people and units they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Select, and_, delete, exists, false, func, or_, select
from sqlalchemy import update as sql_update
from sqlalchemy.dialects.postgresql import insert

from services.registry.domain.record_contents import Named
from services.registry.store.tables import unit
from services.registry.store.tables_records import (
    record,
    record_history,
    record_person,
    record_unit,
)
from services.registry.store.units import Row, Values, in_scope
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of, prefix_of, suite_of, system_of
from shared.messaging.tx import Tx


def of_suite(node: str) -> ColumnElement[bool]:
    """Rows of the programme an office belongs to; a system's office has its own only (A-02)."""
    same = record.c.suite == suite_of(node)
    return and_(same, record.c.system == system_of(node)) if system_of(node) else same


def within_node(node: str) -> ColumnElement[bool]:
    """Rows a node answers for: kept by it or beneath it, or about a unit of its area."""
    prefix = prefix_of(area_of(node))
    if prefix and not prefix.isdigit():
        return false()
    mine = record.c.node.startswith(prefix, autoescape=True)  # as its area does
    near = record.c.place.startswith(prefix, autoescape=True)
    return and_(of_suite(node), or_(mine, near))


def visible(actor: Actor) -> ColumnElement[bool]:
    """The rows an actor may see: a unit's own; else those of its node. Nobody: none."""
    return names_unit(actor.unit_id) if actor.unit_id else within_node(actor.node)


def same_record(record_id: str) -> ColumnElement[bool]:
    """The row of this record."""
    return record.c.record_id == record_id


def ids_of(unit_id: str) -> Select[tuple[str]]:
    """A unit and those that were entered twice and merged into it."""
    same = unit.alias("same")
    return select(same.c.unit_id).where(
        or_(same.c.unit_id == unit_id, same.c.merged_into == unit_id)
    )


def names_unit(unit_id: str) -> ColumnElement[bool]:
    """Rows about a unit, and rows that name it."""
    named = record_unit.alias("named")
    return exists().where(
        named.c.record_id == record.c.record_id, named.c.unit_id.in_(ids_of(unit_id))
    )


def is_open(tx: Tx) -> ColumnElement[bool]:
    """Rows that stand today: not voided, not in a closing state, not ended before today."""
    return and_(
        record.c.voided_at.is_(None),
        record.c.closed.is_(False),
        or_(record.c.ends_on.is_(None), record.c.ends_on >= tx.today),
    )


def find_record(tx: Tx, record_id: str, *, lock: bool = False) -> Row | None:
    """A record wherever it is; who may see it is for the caller to decide."""
    query = select(record).where(record.c.record_id == record_id)
    if lock:
        query = query.with_for_update()
    return tx.session.execute(query).mappings().one_or_none()


def load_record(tx: Tx, record_id: str, *, lock: bool = False) -> Row:
    """A record the actor may see; 404 otherwise, also when it is another area's."""
    query = select(record).where(record.c.record_id == record_id, visible(tx.actor))
    if lock:
        query = query.with_for_update()
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("record_not_found", f"没有找到记录“{record_id}”：请核对", status=404)
    return row


def find_external(tx: Tx, *, kind: str, node: str, external_id: str) -> Row | None:
    """The record with this number of the writer's own, locked."""
    query = (
        select(record)
        .where(record.c.kind == kind, record.c.node == node, record.c.external_id == external_id)
        .with_for_update()
    )
    return tx.session.execute(query).mappings().one_or_none()


@contextmanager
def tried(tx: Tx, *, keep: bool) -> Iterator[None]:
    """Write inside, and keep it or take it all back at the end."""
    point = tx.session.begin_nested()
    yield
    if keep:
        point.commit()
    else:
        point.rollback()


def hold_others(tx: Tx, kind: str, about: str) -> None:
    """Let nobody else write of this kind about the same thing until commit, so counts hold."""
    key = func.hashtext(f"record:{kind}:{about}")
    tx.session.execute(select(func.pg_advisory_xact_lock(key)))


def count_others(tx: Tx, values: Values) -> int:
    """Other open records of the kind about the same unit, node or record."""
    parts = [record.c.kind == values["kind"], record.c.record_id != values["record_id"]]
    if values["parent_id"]:
        parts.append(record.c.parent_id == values["parent_id"])
    elif values["unit_id"]:
        parts += [record.c.unit_id.in_(ids_of(values["unit_id"])), of_suite(values["node"])]
    else:
        parts.append(record.c.node == values["node"])
    query = select(func.count()).where(*parts, is_open(tx))
    return int(tx.session.execute(query).scalar_one())


def add_record(tx: Tx, values: Values) -> Row | None:
    """Write a record; None when its external number was taken at the same moment."""
    done = tx.session.execute(
        insert(record).values(**values).on_conflict_do_nothing().returning(record)
    )
    return done.mappings().one_or_none()


def change_record(tx: Tx, record_id: str, values: Values) -> Row:
    """Change a locked record; its revision goes up by one."""
    changed = tx.session.execute(
        sql_update(record)
        .where(record.c.record_id == record_id)
        .values(**values, revision=record.c.revision + 1)
        .returning(record)
    )
    return changed.mappings().one()


def add_history(tx: Tx, values: Values) -> None:
    """Remember a revision; it is never changed."""
    tx.session.execute(record_history.insert().values(**values))


def list_history(tx: Tx, record_id: str) -> Sequence[Row]:
    """The revisions of a record, newest first."""
    query = (
        select(record_history)
        .where(record_history.c.record_id == record_id)
        .order_by(record_history.c.revision.desc())
    )
    return tx.session.execute(query).mappings().all()


def replace_people(tx: Tx, record_id: str, people: Iterable[Named]) -> None:
    """The people a record names now."""
    tx.session.execute(delete(record_person).where(record_person.c.record_id == record_id))
    rows = [
        {
            "record_id": record_id,
            "field": person.field,
            "position": person.position,
            "person_key": person.key,
            "name": person.name,
        }
        for person in people
    ]
    if rows:
        tx.session.execute(record_person.insert(), rows)


def replace_units(tx: Tx, record_id: str, units: Iterable[tuple[str, str]]) -> None:
    """The units a record is about (field "") or names now."""
    tx.session.execute(delete(record_unit).where(record_unit.c.record_id == record_id))
    rows = [
        {"record_id": record_id, "field": field, "unit_id": unit_id}
        for field, unit_id in dict.fromkeys(units)
    ]
    if rows:
        tx.session.execute(record_unit.insert(), rows)


def find_units_called(tx: Tx, written: Sequence[str], keys: Sequence[str]) -> Sequence[Row]:
    """Units of the actor's area by id, by code, or by the key of their name."""
    query = select(unit.c.unit_id, unit.c.code, unit.c.name_text, unit.c.name_key).where(
        or_(
            unit.c.unit_id == func.any(list(written)),
            unit.c.code == func.any([text.upper() for text in written]),
            unit.c.name_key == func.any(list(keys)),
        ),
        in_scope(tx.actor),
    )
    return tx.session.execute(query).mappings().all()


def unit_names(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Names of units by id."""
    wanted = [unit_id for unit_id in dict.fromkeys(ids) if unit_id]
    if not wanted:
        return {}
    query = select(unit.c.unit_id, unit.c.name_text).where(unit.c.unit_id == func.any(wanted))
    return {row.unit_id: row.name_text for row in tx.session.execute(query)}


def titles_of(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Titles of records by id."""
    wanted = [record_id for record_id in dict.fromkeys(ids) if record_id]
    if not wanted:
        return {}
    query = select(record.c.record_id, record.c.title).where(record.c.record_id == func.any(wanted))
    return {row.record_id: row.title for row in tx.session.execute(query)}


def has_parts(tx: Tx, record_id: str) -> bool:
    """Whether records that are not voided belong to this one."""
    query = select(exists().where(record.c.parent_id == record_id, record.c.voided_at.is_(None)))
    return bool(tx.session.execute(query).scalar())
