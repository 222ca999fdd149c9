"""Programme years as opened, each with the fingerprint of its law."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables_calendar import cycle
from services.registry.store.units import Row, Values
from shared.messaging.tx import Tx


def add_cycle(tx: Tx, values: Values) -> bool:
    """Open a year; False when the node has opened it before."""
    row = insert(cycle).values(**values).on_conflict_do_nothing().returning(cycle.c.cycle_id)
    return tx.session.execute(row).scalar() is not None


def list_cycles(tx: Tx, nodes: Sequence[str], year: int | None = None) -> Sequence[Row]:
    """The years these nodes have opened, newest first."""
    query = select(cycle).where(cycle.c.node == func.any(list(nodes)))
    if year is not None:
        query = query.where(cycle.c.year == year)
    query = query.order_by(cycle.c.year.desc(), cycle.c.node)
    return tx.session.execute(query).mappings().all()


def pins(tx: Tx, nodes: Sequence[str], year: int) -> dict[str, str]:
    """The fingerprint each of these nodes has opened a year with."""
    query = select(cycle.c.node, cycle.c.fingerprint).where(
        cycle.c.node == func.any(list(nodes)), cycle.c.year == year
    )
    return {row.node: row.fingerprint for row in tx.session.execute(query)}
