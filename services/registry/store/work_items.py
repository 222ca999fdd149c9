"""How far each item of a unit's work is, and every step on the way."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.records import ids_of, is_open, of_suite
from services.registry.store.tables_records import (
    record,
    record_unit,
    work_item_history,
    work_item_state,
)
from services.registry.store.units import Row, Values
from shared.messaging.tx import Tx


def list_states(tx: Tx, unit_id: str, suite: str) -> dict[str, Row]:
    """What has been said of each item, by item; the unit's own word goes before a merged one's."""
    query = (
        select(work_item_state)
        .where(work_item_state.c.unit_id.in_(ids_of(unit_id)), work_item_state.c.suite == suite)
        .order_by(work_item_state.c.unit_id == unit_id)
    )
    return {row["item"]: row for row in tx.session.execute(query).mappings()}


def lock_items(tx: Tx, unit_id: str, suite: str) -> None:
    """Let one person at a time change a unit's items."""
    key = func.hashtext(f"work_items:{unit_id}:{suite}")
    tx.session.execute(select(func.pg_advisory_xact_lock(key)))


def save_state(tx: Tx, values: Values) -> Row:
    """Say how far an item is; its revision goes up by one."""
    statement = insert(work_item_state).values(**values)
    kept = tx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["unit_id", "suite", "item"],
            set_={name: statement.excluded[name] for name in values},
        ).returning(work_item_state)
    )
    return kept.mappings().one()


def add_history(tx: Tx, values: Values) -> None:
    """Remember a step; it is never changed."""
    tx.session.execute(work_item_history.insert().values(**values))


def newest_records(
    tx: Tx, unit_id: str, kinds: Sequence[str], *, node: str, each: int
) -> Sequence[Row]:
    """The newest records of these kinds about a unit, so many of each kind."""
    place = func.row_number().over(
        partition_by=record.c.kind,
        order_by=(is_open(tx).desc(), record.c.happened_on.desc(), record.c.record_id.desc()),
    )
    parts: list[ColumnElement[bool]] = [
        record_unit.c.unit_id.in_(ids_of(unit_id)),
        record.c.kind.in_(kinds),
        record.c.voided_at.is_(None),
    ]
    if node:
        parts.append(of_suite(node))
    ranked = (
        select(record.c.record_id, place.label("place"))
        .join(record_unit, record_unit.c.record_id == record.c.record_id)
        .where(*parts)
        .subquery()
    )
    query = (
        select(record)
        .join(ranked, ranked.c.record_id == record.c.record_id)
        .where(ranked.c.place <= each)
        .order_by(record.c.happened_on.desc(), record.c.record_id.desc())
    )
    return tx.session.execute(query).mappings().all()
