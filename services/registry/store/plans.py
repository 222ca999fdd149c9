"""Annual plans, the upper documents they carry out, and the figures of the planning sheet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, exists, func, select, update

from services.registry.domain.plan import BANDS
from services.registry.store.tables import document, plan, unit, unit_hold, unit_warning
from services.registry.store.units import Row, Values, in_scope
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of, prefix_of
from shared.messaging.tx import Tx


def find_plan(tx: Tx, node: str, year: int, version: int | None = None) -> Row | None:
    """The plan in force of a node and year, or one of its versions."""
    chosen = plan.c.in_force if version is None else plan.c.plan_version == version
    query = select(plan).where(plan.c.node == node, plan.c.year == year, chosen)
    return tx.session.execute(query).mappings().one_or_none()


def find_draft(tx: Tx, node: str, year: int) -> Row | None:
    """The version being drafted; there is at most one."""
    mine = (plan.c.node == node, plan.c.year == year, plan.c.status == "draft")
    return tx.session.execute(select(plan).where(*mine)).mappings().one_or_none()


def load_plan(tx: Tx, plan_id: str) -> Row:
    """A version by its id, locked; 404 when there is none."""
    query = select(plan).where(plan.c.plan_id == plan_id).with_for_update()
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("plan_not_found", "没有找到这份年度安排，请从列表中重新打开", status=404)
    return row


def list_versions(tx: Tx, node: str, year: int) -> Sequence[Row]:
    """Every version of a node and year, the newest first."""
    query = select(plan).where(plan.c.node == node, plan.c.year == year)
    return tx.session.execute(query.order_by(plan.c.plan_version.desc())).mappings().all()


def add_plan(tx: Tx, values: Values) -> Row:
    """Keep a new version."""
    return tx.session.execute(plan.insert().values(**values).returning(plan)).mappings().one()


def change_plan(tx: Tx, plan_id: str, values: Values) -> Row:
    """Change a version; of an issued one the database lets only its state change."""
    done = update(plan).where(plan.c.plan_id == plan_id).values(**values).returning(plan)
    return tx.session.execute(done).mappings().one()


def put_in_force(tx: Tx, row: Row, values: Values) -> Row:
    """Let a version rule; the one before stays on record, no longer in force."""
    before = (plan.c.node == row["node"], plan.c.year == row["year"], plan.c.in_force)
    tx.session.execute(update(plan).where(*before).values(in_force=False))
    return change_plan(tx, row["plan_id"], {**values, "in_force": True})


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
