"""Annual plans, the upper documents they carry out, and the figures of the planning sheet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, exists, func, select, update

from services.registry.domain.plan import BANDS
from services.registry.store.tables import document, plan, unit, unit_hold, unit_warning
from services.registry.store.units import Row, Values, in_scope
from shared.contracts.scalars import area_of, prefix_of
from shared.messaging.tx import Tx


def find_plan(tx: Tx, node: str, year: int) -> Row | None:
    """The plan in force of a node and year."""
    query = select(plan).where(plan.c.node == node, plan.c.year == year, plan.c.in_force)
    return tx.session.execute(query).mappings().one_or_none()


def replace_plan(tx: Tx, values: Values) -> None:
    """File a plan; the one before stays on record, no longer in force."""
    tx.session.execute(
        update(plan)
        .where(plan.c.node == values["node"], plan.c.year == values["year"], plan.c.in_force)
        .values(in_force=False)
    )
    tx.session.execute(plan.insert().values(**values))


def lock_filing(tx: Tx, node: str, year: int) -> None:
    """One filing at a time of a node and year."""
    tx.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtext(f"registry.plan:{node}:{year}")))
    )


def list_plans(tx: Tx, year: int) -> Sequence[Row]:
    """Plans in force of a year."""
    query = select(plan).where(plan.c.year == year, plan.c.in_force).order_by(plan.c.node)
    return tx.session.execute(query).mappings().all()


def add_document(tx: Tx, values: Values) -> None:
    """Hold an upper-level arrangement."""
    tx.session.execute(document.insert().values(**values))


def list_documents(tx: Tx, ids: Sequence[str] | None = None) -> Sequence[Row]:
    """Arrangements on record, newest first; with `ids` only those."""
    query = select(document).order_by(document.c.added_at.desc(), document.c.document_id)
    if ids is not None:
        query = query.where(document.c.document_id.in_(ids))
    return tx.session.execute(query).mappings().all()


def sheet_figures(tx: Tx, node: str, *, known_names: Sequence[str]) -> Sequence[Row]:
    """Units and heads of a node by kind, area, standing, head-count band and risk."""
    prefix = prefix_of(area_of(node))
    held = exists().where(unit_hold.c.unit_id == unit.c.unit_id, unit_hold.c.lifted_at.is_(None))
    warned = exists().where(
        unit_warning.c.unit_id == unit.c.unit_id,
        unit_warning.c.recorded_at > func.now() - func.make_interval(1),
    )
    risk = case(
        (held.where(unit_hold.c.effect == "suspend"), "held"),
        (held, "watched"),
        (warned, "warned"),
        else_="clear",
    )
    area = case(
        (func.substr(unit.c.division, 1, 9).in_(known_names), func.substr(unit.c.division, 1, 9)),
        else_=unit.c.district,
    )
    bands = [(unit.c.headcount <= last, key) for key, _says, last in BANDS if last is not None]
    band = case((unit.c.headcount.is_(None), "unknown"), *bands, else_="1000+")
    columns = {"kind": unit.c.kind, "area": area, "standing": unit.c.standing}
    figures = (
        select(
            *(column.label(name) for name, column in columns.items()),
            band.label("band"),
            risk.label("risk"),
            unit.c.headcount,
        )
        .where(in_scope(tx.actor), unit.c.division.startswith(prefix), unit.c.standing != "closed")
        .subquery()
    )
    keys = [figures.c[name] for name in ("kind", "area", "standing", "band", "risk")]
    query = select(
        *keys,
        func.count().label("units"),
        func.coalesce(func.sum(figures.c.headcount), 0).label("heads"),
    ).group_by(*keys)
    return tx.session.execute(query).mappings().all()
