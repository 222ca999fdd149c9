"""Changes of seat, and the exit cases of oversight that stand in their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables import unit
from services.registry.store.tables_units import unit_exit, unit_move
from services.registry.store.units import Row, Values, in_scope
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx

_MOVED = select(unit_move, unit.c.name_text).join(unit, unit.c.unit_id == unit_move.c.unit_id)


def add_move(tx: Tx, values: Values) -> None:
    """Keep a change of seat."""
    tx.session.execute(unit_move.insert().values(**values))


def load_move(tx: Tx, move_id: str) -> Row:
    """A change of seat of a unit the actor may see, locked; 404 otherwise."""
    query = _MOVED.where(unit_move.c.move_id == move_id, in_scope(tx.actor))
    row = tx.session.execute(query.with_for_update(of=unit_move)).mappings().one_or_none()
    if row is None:
        raise Refused("move_not_found", f"没有找到迁移记录“{move_id}”", status=404)
    return row


def list_moves(tx: Tx, *, unit_id: str = "", office: str = "") -> Sequence[Row]:
    """A unit's changes of seat, newest first; or those an office has not noted, oldest first."""
    if unit_id:
        query = _MOVED.where(unit_move.c.unit_id == unit_id, in_scope(tx.actor))
        query = query.order_by(unit_move.c.moved_on.desc(), unit_move.c.move_id.desc())
    else:
        query = _MOVED.where(unit_move.c.to_office == office, unit_move.c.noted_at.is_(None))
        query = query.where(in_scope(tx.actor)).order_by(unit_move.c.recorded_at)
    return tx.session.execute(query.limit(200)).mappings().all()


def note_move(tx: Tx, move_id: str) -> None:
    """The new office has taken note."""
    tx.session.execute(
        update(unit_move)
        .where(unit_move.c.move_id == move_id)
        .values(noted_at=tx.now, noted_by=tx.actor.id)
    )


def open_exit(tx: Tx, case_id: str, unit_id: str, on: date) -> None:
    """An exit case is open, unless its decision was heard before."""
    _keep_exit(tx, case_id, unit_id, opened_on=on)


def decide_exit(tx: Tx, case_id: str, unit_id: str, on: date) -> None:
    """An exit case is decided."""
    _keep_exit(tx, case_id, unit_id, decided_on=on)


def _keep_exit(tx: Tx, case_id: str, unit_id: str, **days: date) -> None:
    row = insert(unit_exit).values(case_id=case_id, unit_id=unit_id, **days)
    tx.session.execute(row.on_conflict_do_update(index_elements=["case_id"], set_=days))
