"""Flows of a year or a period, and points in time.

What a unit came to is read from its dated states: a step is a day compared with the one before.
Most units never take one; those that were only entered are counted by that day alone. Points in
time are changes added up (`unit_change`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    cast,
    extract,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on

from services.registry.store.areas import inside
from services.registry.store.tables import unit
from services.registry.store.tables_figures import unit_change
from services.registry.store.tables_figures import unit_history as h
from shared.messaging.tx import Tx

JOINED = ("creating", "recognised")
FLOWS = ("entered", "joined", "recognised", "titled", "left")


def _steps(node: str, kinds: Sequence[str], between: tuple[date, date]) -> Subquery:
    """The days of a period on which a unit's state changed, with the state before."""
    here = inside(h.c.division, node)
    if kinds:
        here = and_(here, h.c.kind.in_(kinds))
    moved = select(h.c.unit_id).where(
        ~h.c.is_first, h.c.happened_on.between(*between), inside(h.c.division, node)
    )
    merged = select(unit.c.unit_id).where(unit.c.merged_into != "")
    days = (
        select(h.c.unit_id, h.c.happened_on, h.c.kind, h.c.standing, h.c.stage, here.label("here"))
        .ext(distinct_on(h.c.unit_id, h.c.happened_on))
        .where(h.c.unit_id.in_(moved), h.c.unit_id.not_in(merged))
        .order_by(h.c.unit_id, h.c.happened_on.desc(), h.c.entry.desc())
        .subquery("days")
    )
    latest = days.c.happened_on.desc()
    before = [
        func.lead(days.c[name])
        .over(partition_by=days.c.unit_id, order_by=latest)
        .label(f"{name}_before")
        for name in ("standing", "stage")
    ]
    steps = select(days, *before).subquery("steps")
    inner = select(steps).where(steps.c.happened_on.between(*between), steps.c.here)
    return inner.subquery("moved")


def _flows(steps: Any) -> list[Any]:
    """How many steps of each sort: joined, recognised, titled, left."""
    was_in = func.coalesce(steps.c.standing_before.in_(JOINED), False)
    sorts = {
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
    return [func.count().filter(condition).label(name) for name, condition in sorts.items()]


def _entered(
    node: str, kinds: Sequence[str], between: tuple[date, date], key: Callable[[Any], Any]
) -> Select[Any]:
    """Units by the day they were first on record.

    All of them are counted by day and kind, for which the index `unit_history_entered` is enough;
    the few that were merged away since are taken off again.
    """
    merged = select(unit.c.unit_id).where(unit.c.merged_into != "")
    conditions = [h.c.is_first, inside(h.c.division, node), h.c.happened_on.between(*between)]
    if kinds:
        conditions.append(h.c.kind.in_(kinds))
    keys = h.c.happened_on, h.c.kind
    every = select(*keys, func.count().label("units")).where(*conditions).group_by(*keys)
    gone = select(*keys, (-func.count()).label("units"))
    gone = gone.where(*conditions, h.c.unit_id.in_(merged)).group_by(*keys)
    days = union_all(every, gone).subquery("entered")
    number = func.sum(days.c.units)
    query = select(key(days.c).label("key"), cast(number, Integer).label("entered"))
    return query.group_by(key(days.c)).having(number != 0)


def _together(tx: Tx, entered: Select[Any], flows: Select[Any]) -> dict[Any, dict[str, int]]:
    found: dict[Any, dict[str, int]] = {}
    for query in (entered, flows):
        for row in tx.session.execute(query).mappings():
            mine = found.setdefault(row["key"], dict.fromkeys(FLOWS, 0))
            mine.update({name: int(row[name]) for name in FLOWS if name in row})
    return found


def flows_by_year(
    tx: Tx, node: str, kinds: Sequence[str], until: date
) -> dict[int, dict[str, int]]:
    """What happened in each year up to a day."""
    between = (date.min, until)
    steps = _steps(node, kinds, between)

    def year(column: Any) -> Any:
        return cast(extract("year", column), Integer)

    key = year(steps.c.happened_on)
    flows = select(key.label("key"), *_flows(steps)).group_by(key)
    return _together(tx, _entered(node, kinds, between, lambda c: year(c.happened_on)), flows)


def flows_by_kind(tx: Tx, node: str, between: tuple[date, date]) -> dict[str, dict[str, int]]:
    """What happened inside a period, by kind."""
    steps = _steps(node, (), between)
    flows = select(steps.c.kind.label("key"), *_flows(steps)).group_by(steps.c.kind)
    return _together(tx, _entered(node, (), between, lambda c: c.kind), flows)


def moves_to_stages(tx: Tx, node: str, between: tuple[date, date]) -> dict[str, int]:
    """How many units came to each stage inside a period; those only entered to the first."""
    steps = _steps(node, (), between)
    changed = steps.c.stage_before.is_distinct_from(steps.c.stage)
    query = (
        select(steps.c.stage, func.count().label("units"))
        .where(changed, steps.c.stage != "registered")
        .group_by(steps.c.stage)
    )
    found = {row.stage: int(row.units) for row in tx.session.execute(query)}
    entered = tx.session.execute(_entered(node, (), between, lambda c: c.kind)).mappings()
    return found | {"registered": sum(int(row["entered"]) for row in entered)}


def points(tx: Tx, node: str, kinds: Sequence[str], days: Sequence[date]) -> list[dict[str, int]]:
    """How many were known, taking part, recognised and titled on each of the days."""
    c = unit_change.c
    bucket = func.width_bucket(c.happened_on - 1, cast(literal(list(days)), ARRAY(Date))) + 1

    def change(condition: Any) -> Any:
        return func.coalesce(func.sum(c.units).filter(condition), 0)

    conditions = [inside(c.division, node), c.happened_on <= days[-1]]
    if kinds:
        conditions.append(c.kind.in_(kinds))
    known = c.standing != "closed"
    query = (
        select(
            bucket.label("bucket"),
            change(known).label("known"),
            change(c.standing.in_(JOINED)).label("joined"),
            change(c.standing == "recognised").label("recognised"),
            change(and_(known, c.stage == "titled")).label("titled"),
        )
        .where(*conditions)
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
