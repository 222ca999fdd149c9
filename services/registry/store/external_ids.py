"""The numbers other systems have for units; the systems themselves are named by the pack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from services.registry.store.tables import unit
from services.registry.store.tables_imports import external_id
from services.registry.store.units import Row, in_scope
from shared.messaging.tx import Tx


def find_units(tx: Tx, system: str, numbers: Iterable[str]) -> dict[str, Row]:
    """Units of any area by the other system's number."""
    query = (
        select(unit, external_id.c.external_id)
        .join(external_id, external_id.c.unit_id == unit.c.unit_id)
        .where(external_id.c.system == system, external_id.c.external_id == func.any(list(numbers)))
    )
    return {row["external_id"]: row for row in tx.session.execute(query).mappings()}


def numbers_of(tx: Tx, system: str, unit_ids: Iterable[str]) -> dict[str, str]:
    """The other system's numbers by unit."""
    query = select(external_id.c.unit_id, external_id.c.external_id).where(
        external_id.c.system == system, external_id.c.unit_id == func.any(list(unit_ids))
    )
    return {row.unit_id: row.external_id for row in tx.session.execute(query)}


def list_linked(tx: Tx, system: str, *, after: str, limit: int) -> tuple[Sequence[Row], str]:
    """One page of the units of the actor's area that have a number there, in its order."""
    query = (
        select(unit, external_id.c.external_id)
        .join(external_id, external_id.c.unit_id == unit.c.unit_id)
        .where(external_id.c.system == system, external_id.c.external_id > after)
        .where(in_scope(tx.actor))
        .order_by(external_id.c.external_id)
        .limit(limit + 1)
    )
    rows = tx.session.execute(query).mappings().all()
    page = rows[:limit]
    return page, page[-1]["external_id"] if len(rows) > limit else ""
