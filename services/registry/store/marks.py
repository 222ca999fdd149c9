"""Marks of units: of one suite of offices each, one open value at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables import unit
from services.registry.store.tables_units import unit_mark
from services.registry.store.units import Row, Values, in_scope
from shared.contracts.refusals import Refused
from shared.contracts.scalars import suite_of
from shared.messaging.tx import Tx

_M = unit_mark.c


def add_mark(tx: Tx, values: Values) -> bool:
    """Put a mark on; False when the unit bears it already."""
    done = tx.session.execute(
        insert(unit_mark).values(**values).on_conflict_do_nothing().returning(_M.mark_id)
    )
    return done.scalar() is not None


def find_open(tx: Tx, unit_id: str, mark: str) -> Row | None:
    """The unit's open mark of this kind in the actor's programme."""
    query = select(unit_mark).where(
        _M.unit_id == unit_id,
        _M.suite == suite_of(tx.actor.node),
        _M.mark == mark,
        _M.until_on.is_(None),
    )
    return tx.session.execute(query).mappings().one_or_none()


def load_mark(tx: Tx, mark_id: str) -> Row:
    """A mark of the actor's programme on a unit of its area, locked; 404 otherwise."""
    seen = exists().where(unit.c.unit_id == _M.unit_id, in_scope(tx.actor))
    query = select(unit_mark).where(
        _M.mark_id == mark_id, _M.suite == suite_of(tx.actor.node), seen
    )
    row = tx.session.execute(query.with_for_update()).mappings().one_or_none()
    if row is None:
        raise Refused("mark_not_found", f"没有找到标记“{mark_id}”", status=404)
    return row


def end_mark(tx: Tx, mark_id: str, *, until_on: date, reason: str) -> None:
    """Take a mark off."""
    ended = {
        "until_on": until_on,
        "end_reason": reason,
        "ended_at": tx.now,
        "ended_by": tx.actor.id,
    }
    tx.session.execute(update(unit_mark).where(_M.mark_id == mark_id).values(**ended))


def list_of(tx: Tx, unit_id: str, *, with_ended: bool) -> Sequence[Row]:
    """A unit's marks, newest first: of the actor's programme; its own user sees every one."""
    query = select(unit_mark).where(_M.unit_id == unit_id)
    if not tx.actor.unit_id:
        query = query.where(_M.suite == suite_of(tx.actor.node))
    if not with_ended:
        query = query.where(_M.until_on.is_(None))
    query = query.order_by(_M.since.desc(), _M.mark_id.desc())
    return tx.session.execute(query).mappings().all()


def open_marks(
    tx: Tx, unit_ids: Iterable[str], *, suite: str | None = None, public: bool = False
) -> dict[str, list[Row]]:
    """Open marks of many units at once: of a programme (default: the actor's), or public ones."""
    query = select(unit_mark).where(_M.unit_id == func.any(list(unit_ids)), _M.until_on.is_(None))
    if suite is not None or not tx.actor.unit_id:
        query = query.where(_M.suite == (suite_of(tx.actor.node) if suite is None else suite))
    if public:
        query = query.where(_M.public)
    found: dict[str, list[Row]] = {}
    for row in tx.session.execute(query.order_by(_M.mark, _M.since)).mappings():
        found.setdefault(row["unit_id"], []).append(row)
    return found


def hand_over(tx: Tx, unit_id: str, to: str, *, reason: str) -> None:
    """The marks of one unit are another's; a mark both bear stays the other's, this one ends."""
    there = unit_mark.alias()
    both = exists().where(
        there.c.unit_id == to,
        there.c.suite == _M.suite,
        there.c.mark == _M.mark,
        there.c.until_on.is_(None),
    )
    ended = {
        "until_on": func.greatest(_M.since, tx.today),
        "end_reason": reason,
        "ended_at": tx.now,
        "ended_by": tx.actor.id,
    }
    mine = update(unit_mark).where(_M.unit_id == unit_id)
    tx.session.execute(mine.where(_M.until_on.is_(None), both).values(**ended))
    tx.session.execute(mine.values(unit_id=to))
