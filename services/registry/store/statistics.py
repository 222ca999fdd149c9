"""Steps from state to state, read from the dated history: flows of a year or period, points in time.

One pass over the index `unit_history_of` gives every unit's days in order; a step is a day
compared with the one before. Late learned facts stand on the day they happened (see 0006).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    Date,
    Integer,
    Subquery,
    and_,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on

from services.registry.store.areas import inside
from services.registry.store.tables import unit
from services.registry.store.tables_figures import unit_history as h
from shared.messaging.tx import Tx

JOINED = ("creating", "recognised")


def _steps(
    node: str, kinds: Sequence[str], *, between: tuple[date, date] | None = None
) -> Subquery:
    """Every day on which a unit's state is on record, with the state before it."""
    here = inside(h.c.division, node)
    if kinds:
        here = and_(here, h.c.kind.in_(kinds))
    ever_here = select(h.c.unit_id).where(inside(h.c.division, node))
    merged = select(unit.c.unit_id).where(unit.c.merged_into != "")
    conditions = [h.c.unit_id.in_(ever_here), h.c.unit_id.not_in(merged)]
    if between is not None:
        moved = select(h.c.unit_id).where(h.c.happened_on.between(*between))
        conditions.append(h.c.unit_id.in_(moved))
    days = (
        select(h.c.unit_id, h.c.happened_on, h.c.kind, h.c.standing, h.c.stage, here.label("here"))
        .ext(distinct_on(h.c.unit_id, h.c.happened_on))
        .where(*conditions)
        .order_by(h.c.unit_id, h.c.happened_on.desc(), h.c.entry.desc())
        .subquery("days")
    )
    latest = days.c.happened_on.desc()
    before = [
        func.lead(days.c[name])
        .over(partition_by=days.c.unit_id, order_by=latest)
        .label(f"{name}_before")
        for name in ("standing", "stage", "here")
    ]
    return select(days, *before).subquery("steps")


def _flows(steps: Any) -> list[Any]:
    """How many steps of each sort: entered, joined, recognised, titled, left."""
    was_in = func.coalesce(steps.c.standing_before.in_(JOINED), False)
    sorts = {
        "entered": steps.c.standing_before.is_(None),
        "joined": and_(steps.c.standing.in_(JOINED), ~was_in),
        "recognised": and_(
            steps.c.standing == "recognised",
            steps.c.standing_before.is_distinct_from("recognised"),
        ),
        "titled": and_(steps.c.stage == "titled", steps.c.stage_before.is_distinct_from("titled")),
        "left": and_(
            steps.c.standing == "closed", steps.c.standing_before.is_distinct_from("closed")
        ),
    }
    return [
        func.count().filter(steps.c.here, condition).label(name)
        for name, condition in sorts.items()
    ]


def flows_by_year(tx: Tx, node: str, kinds: Sequence[str], until: date) -> list[dict[str, Any]]:
    """What happened in each year up to a day."""
    steps = _steps(node, kinds)
    year = cast(extract("year", steps.c.happened_on), Integer)
    query = (
        select(year.label("year"), *_flows(steps))
        .where(steps.c.happened_on <= until)
        .group_by(year)
        .order_by(year)
    )
    return [dict(row) for row in tx.session.execute(query).mappings()]


def flows_by_kind(tx: Tx, node: str, between: tuple[date, date]) -> list[dict[str, Any]]:
    """What happened inside a period, by kind."""
    steps = _steps(node, (), between=between)
    query = (
        select(steps.c.kind, *_flows(steps))
        .where(steps.c.happened_on.between(*between))
        .group_by(steps.c.kind)
        .order_by(steps.c.kind)
    )
    return [dict(row) for row in tx.session.execute(query).mappings()]


def moves_to_stages(tx: Tx, node: str, between: tuple[date, date]) -> dict[str, int]:
    """How many units came to each stage inside a period."""
    steps = _steps(node, (), between=between)
    changed = or_(steps.c.stage_before.is_(None), steps.c.stage_before != steps.c.stage)
    query = (
        select(steps.c.stage, func.count().label("units"))
        .where(steps.c.happened_on.between(*between), steps.c.here, changed)
        .group_by(steps.c.stage)
    )
    return {row.stage: int(row.units) for row in tx.session.execute(query)}


def points(tx: Tx, node: str, kinds: Sequence[str], days: Sequence[date]) -> list[dict[str, int]]:
    """How many were known, taking part, recognised and titled on each of the days."""
    steps = _steps(node, kinds)
    now_here = func.coalesce(steps.c.here, False)
    was_here = func.coalesce(steps.c.here_before, False)
    bucket = func.width_bucket(steps.c.happened_on - 1, cast(literal(list(days)), ARRAY(Date))) + 1

    def change(name: str, then: Any, now: Any) -> Any:
        gained = cast(and_(now_here, now), Integer)
        lost = cast(func.coalesce(and_(was_here, then), False), Integer)
        return func.sum(gained - lost).label(name)

    standing, before = steps.c.standing, steps.c.standing_before
    query = (
        select(
            bucket.label("bucket"),
            change("known", before != "closed", standing != "closed"),
            change("joined", before.in_(JOINED), standing.in_(JOINED)),
            change("recognised", before == "recognised", standing == "recognised"),
            change(
                "titled",
                and_(steps.c.stage_before == "titled", before != "closed"),
                and_(steps.c.stage == "titled", standing != "closed"),
            ),
        )
        .where(steps.c.happened_on <= days[-1])
        .group_by(bucket)
    )
    changes = {row.bucket: row for row in tx.session.execute(query)}
    return _added_up(changes, len(days))


def _added_up(changes: dict[int, Any], number: int) -> list[dict[str, int]]:
    found: list[dict[str, int]] = []
    so_far = dict.fromkeys(("known", "joined", "recognised", "titled"), 0)
    for bucket in range(1, number + 1):
        row = changes.get(bucket)
        if row is not None:
            so_far = {name: value + int(getattr(row, name)) for name, value in so_far.items()}
        found.append(so_far)
    return found
