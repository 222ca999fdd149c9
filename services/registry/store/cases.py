"""What evaluation said of its cases: where each stands, and every step, never changed again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, func, select, true
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables_figures import case_file, case_move
from services.registry.store.units import Values
from shared.messaging.tx import Tx

_MOVING = ("stage", "stage_text", "reason", "moved_on", "sequence")


def add_move(tx: Tx, values: Values) -> None:
    """Write down a step, once for each event."""
    tx.session.execute(insert(case_move).values(**values).on_conflict_do_nothing())


def keep_case(tx: Tx, values: Values) -> None:
    """Where a case stands; older news that comes later only says when it was opened."""
    new = insert(case_file).values(**values)
    late = case_file.c.sequence > new.excluded.sequence
    kept = {name: case((late, case_file.c[name]), else_=new.excluded[name]) for name in _MOVING}
    opened = func.least(case_file.c.opened_on, new.excluded.opened_on)
    tx.session.execute(
        new.on_conflict_do_update(index_elements=["case_id"], set_=kept | {"opened_on": opened})
    )


def learned_at(tx: Tx, at: datetime) -> None:
    """What this transaction now changes of a unit was learned at this instant (see 0006)."""
    tx.session.execute(select(func.set_config("registry.learned_at", at.isoformat(), true())))
