"""Goals a node has set for its year, as its plan says them; the last one counts."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from services.registry.store.tables_figures import measure_goal
from services.registry.store.units import Values
from shared.messaging.tx import Tx


def add_goal(tx: Tx, values: Values) -> None:
    """Set a goal; earlier ones stay on record."""
    tx.session.execute(measure_goal.insert().values(**values))


def goals_of(tx: Tx, node: str, year: int) -> dict[str, Decimal]:
    """The goals of a node and year by measure."""
    query = (
        select(measure_goal.c.measure, measure_goal.c.goal)
        .ext(distinct_on(measure_goal.c.measure))
        .where(measure_goal.c.node == node, measure_goal.c.year == year)
        .order_by(measure_goal.c.measure, measure_goal.c.entry.desc())
    )
    return {row.measure: row.goal for row in tx.session.execute(query)}
