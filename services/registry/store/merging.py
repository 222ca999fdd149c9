"""What rests on units and keeps them from being given up; what a merging takes along."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update

from services.registry.store.tables import (
    commitment,
    cultivation,
    practice,
    title,
    unit_hold,
)
from services.registry.store.tables_figures import case_file
from services.registry.store.tables_units import unit_exit
from shared.messaging.tx import Tx

_OPEN_CASE = or_(
    and_(
        case_file.c.case_kind == "application",
        case_file.c.stage.in_(("received", "returned", "under_review")),
    ),
    and_(case_file.c.case_kind == "nomination", case_file.c.stage.not_in(("approved", "refused"))),
)


def ever_titled(tx: Tx, ids: Iterable[str]) -> set[str]:
    """Units that hold or held a title; a cancelled one counts, others judge by it."""
    return _with(tx, title, ids)


def held(tx: Tx, ids: Iterable[str]) -> set[str]:
    """Units against which a reason of an agency stands."""
    stands = and_(unit_hold.c.placed_at.is_not(None), unit_hold.c.lifted_at.is_(None))
    return _with(tx, unit_hold, ids, stands)


def in_exit_case(tx: Tx, ids: Iterable[str]) -> set[str]:
    """Units against which an exit case is open."""
    return _with(tx, unit_exit, ids, unit_exit.c.decided_on.is_(None))


def cultivated(tx: Tx, ids: Iterable[str]) -> set[str]:
    """Units that are cultivated; naming looks at how long."""
    return _with(tx, cultivation, ids)


def cases_under_way(tx: Tx, ids: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Applications and nominations that have not ended: (kind of case, where it stands)."""
    query = select(case_file.c.unit_id, case_file.c.case_kind, case_file.c.stage_text)
    query = query.where(case_file.c.unit_id == func.any(list(ids)), _OPEN_CASE)
    found: dict[str, list[tuple[str, str]]] = {}
    for unit_id, kind, stage in tx.session.execute(query.order_by(case_file.c.case_id)):
        found.setdefault(unit_id, []).append((kind, stage))
    return found


def hand_over_file(tx: Tx, unit_id: str, to: str) -> None:
    """Letters and practices of one unit are another's; one live letter stays the only one."""
    there = commitment.alias()
    live = exists().where(there.c.unit_id == to, there.c.status != "returned")
    letters = update(commitment).where(commitment.c.unit_id == unit_id)
    tx.session.execute(
        letters.where((commitment.c.status == "returned") | ~live).values(unit_id=to)
    )
    practices = update(practice).where(practice.c.unit_id == unit_id)
    tx.session.execute(practices.values(unit_id=to))


def _with(tx: Tx, table: Any, ids: Iterable[str], *also: ColumnElement[bool]) -> set[str]:
    query = select(table.c.unit_id).where(table.c.unit_id == func.any(list(ids)), *also)
    return set(tx.session.execute(query.distinct()).scalars())
