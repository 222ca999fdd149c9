"""What other services said, kept here: newest entry wins, whatever the order of arrival."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.dialects.postgresql import insert

from services.evaluation.domain.records import Learned, Plan, Unit
from services.evaluation.domain.standing import Scope
from services.evaluation.store.copies_tables import (
    known_commitment,
    known_cultivation,
    known_hold,
    known_plan,
    known_title,
    known_unit,
)
from services.evaluation.store.mapping import columns, find, find_all, in_scope
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


def save_unit(tx: Tx, unit: Unit) -> None:
    """Keep a unit's entry if it is newer than the one known; a closing day stays."""
    row = insert(known_unit).values({n: getattr(unit, n) for n in Unit.__dataclass_fields__})
    kept = ("kind", "name", "code", "division", "ends_on", "revision", "heard_at")
    tx.session.execute(
        row.on_conflict_do_update(
            index_elements=["unit_id"],
            set_={name: row.excluded[name] for name in kept},
            where=known_unit.c.revision < row.excluded.revision,
        )
    )


def close_unit(tx: Tx, unit_id: str, closed_on: date | None, revision: int) -> None:
    """Mark a unit closed, or reopened (None); of the two the newer counts.

    Known also when its entry has not been heard yet.
    """
    row = insert(known_unit).values(
        unit_id=unit_id,
        kind="",
        name="",
        code="",
        division="",
        revision=0,
        closed_on=closed_on,
        life_revision=revision,
        heard_at=tx.now,
    )
    tx.session.execute(
        row.on_conflict_do_update(
            index_elements=["unit_id"],
            set_={"closed_on": closed_on, "life_revision": revision},
            where=known_unit.c.life_revision <= revision,
        )
    )


def save_plan(tx: Tx, plan: Plan) -> None:
    """Keep a filed plan; filed again, the later filing counts."""
    row = insert(known_plan).values({n: getattr(plan, n) for n in Plan.__dataclass_fields__})
    tx.session.execute(
        row.on_conflict_do_update(
            index_elements=["plan_id"],
            set_={n: row.excluded[n] for n in Plan.__dataclass_fields__ if n != "plan_id"},
            where=known_plan.c.filed_at <= row.excluded.filed_at,
        )
    )


def save_commitment(
    tx: Tx, commitment_id: str, *, unit_id: str, office: str, accepted_on: date
) -> None:
    """Keep an accepted commitment."""
    _once(
        tx,
        known_commitment,
        commitment_id=commitment_id,
        unit_id=unit_id,
        office=office,
        accepted_on=accepted_on,
    )


def save_cultivation(
    tx: Tx, cultivation_id: str, *, unit_id: str, node: str, started_on: date
) -> None:
    """Keep the start of a cultivation."""
    _once(
        tx,
        known_cultivation,
        cultivation_id=cultivation_id,
        unit_id=unit_id,
        node=node,
        started_on=started_on,
    )


def save_title(tx: Tx, title_id: str, **values: Any) -> None:
    """Keep what is said of a title: granted or revoked, in whatever order it is heard."""
    row = insert(known_title).values(title_id=title_id, heard_at=tx.now, **values)
    tx.session.execute(
        row.on_conflict_do_update(
            index_elements=["title_id"], set_={name: row.excluded[name] for name in values}
        )
    )


def save_hold(tx: Tx, hold_id: str, **values: Any) -> None:
    """Keep what is said of a hold: placed or lifted, in whatever order it is heard."""
    row = insert(known_hold).values(hold_id=hold_id, heard_at=tx.now, **values)
    tx.session.execute(
        row.on_conflict_do_update(
            index_elements=["hold_id"], set_={name: row.excluded[name] for name in values}
        )
    )


def load_unit(tx: Tx, unit_id: str, scope: Scope) -> Unit:
    """A unit the actor may see; Refused 404 for any other, as for none at all."""
    query = (
        select(*columns(known_unit, Unit))
        .where(known_unit.c.unit_id == unit_id)
        .where(known_unit.c.revision > 0)
        .where(in_scope(scope))
    )
    unit = find(tx, query, Unit)
    if unit is None:
        raise Refused("unit_not_found", "没有这个单位，或它不在您的辖区", "", 404)
    return unit


def lock_unit(tx: Tx, unit_id: str) -> None:
    """Hold the unit's row until commit: one act on a unit at a time."""
    tx.session.execute(
        select(known_unit.c.unit_id).where(known_unit.c.unit_id == unit_id).with_for_update()
    )


def find_plan(tx: Tx, node: str, year: int) -> Plan | None:
    """The plan of an office for a year, the last one filed."""
    query = (
        select(*columns(known_plan, Plan))
        .where(known_plan.c.node == node, known_plan.c.year == year)
        .order_by(known_plan.c.filed_at.desc(), known_plan.c.plan_id.desc())
        .limit(1)
    )
    return find(tx, query, Plan)


def find_commitment(tx: Tx, unit_id: str) -> Learned | None:
    """The unit's last accepted commitment."""
    return _latest(tx, known_commitment, unit_id, ("commitment_id", "accepted_on"))


def find_cultivation(tx: Tx, unit_id: str) -> Learned | None:
    """The start of the unit's present cultivation."""
    return _latest(tx, known_cultivation, unit_id, ("cultivation_id", "started_on"))


def list_holds(tx: Tx, unit_id: str) -> list[dict[str, Any]]:
    """Holds that suspend: open ones, oldest first (a set of reasons; held means not empty)."""
    query = (
        select(known_hold)
        .where(known_hold.c.unit_id == unit_id, known_hold.c.lifted_at.is_(None))
        .where(known_hold.c.effect == "suspend")
        .order_by(known_hold.c.placed_at, known_hold.c.hold_id)
    )
    return [dict(row) for row in tx.session.execute(query).mappings()]


def has_title(tx: Tx, unit_id: str, title_kind: str) -> bool:
    """Whether the unit already bears this title."""
    query = (
        select(func.count())
        .select_from(known_title)
        .where(known_title.c.unit_id == unit_id, known_title.c.title_kind == title_kind)
        .where(known_title.c.granted_on.is_not(None), known_title.c.revoked_on.is_(None))
    )
    return bool(tx.session.execute(query).scalar_one())


def last_revoked(tx: Tx, unit_id: str) -> date | None:
    """The day the unit last lost a title."""
    query = select(func.max(known_title.c.revoked_on)).where(known_title.c.unit_id == unit_id)
    found: date | None = tx.session.execute(query).scalar_one()
    return found


def list_units(tx: Tx, unit_ids: list[str]) -> dict[str, Unit]:
    """Units by id, of any area: for lists that are public already."""
    query = select(*columns(known_unit, Unit)).where(known_unit.c.unit_id.in_(unit_ids))
    return {unit.unit_id: unit for unit in find_all(tx, query, Unit)}


def _once(tx: Tx, table: Table, **values: Any) -> None:
    tx.session.execute(insert(table).values(heard_at=tx.now, **values).on_conflict_do_nothing())


def _latest(tx: Tx, table: Table, unit_id: str, names: tuple[str, str]) -> Learned | None:
    key, day = table.c[names[0]], table.c[names[1]]
    row = tx.session.execute(
        select(key, day, table.c.heard_at)
        .where(table.c.unit_id == unit_id)
        .order_by(day.desc(), key.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    happened: date = row[1]
    learned: datetime = row[2]
    return Learned(str(row[0]), happened, learned)
