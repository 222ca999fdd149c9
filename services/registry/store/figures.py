"""Units as they stood: what every count begins with, now or as of a day.

Live counts come from the register's own rows, and from the index `unit_figures` alone where only
kind, standing, stage, size and area matter. The same counts of a past day are changes added up
(`unit_change`); whatever asks for more of a unit reads its dated states (`unit_history`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on

from services.registry.store.areas import area_key, inside
from services.registry.store.tables import title, title_history, unit
from services.registry.store.tables_figures import unit_change, unit_history
from services.registry.store.tables_units import unit_mark
from shared.contracts.scalars import suite_of
from shared.messaging.tx import Tx

_BY = ("kind", "standing", "stage", "size")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: a node's land, how it stood on a day, as known at an instant.

    `known_at` None: as known now. `live`: the day is today and all that is known counts.
    """

    node: str
    as_of: date
    known_at: datetime | None
    live: bool

    @property
    def suite(self) -> str:
        """The programme whose records, marks and titles count (A-02)."""
        return suite_of(self.node)


def cube(tx: Tx, asked: Asked) -> list[dict[str, Any]]:
    """Numbers of units by area, kind, standing, stage and size; closed ones are among them."""
    counts = (_live_counts(asked) if asked.live else _past_counts(asked)).subquery("counts")
    area = area_key(counts.c.division, asked.node).label("area")
    keys = [area, *(counts.c[name] for name in _BY)]
    number = func.sum(counts.c.units)
    query = select(*keys, cast(number, Integer).label("units")).group_by(*keys).having(number != 0)
    return [dict(row) for row in tx.session.execute(query).mappings()]


def _live_counts(asked: Asked) -> Select[Any]:
    """From the index `unit_figures` alone, in its order: no sorting, no row is looked at."""
    keys = [unit.c.division, *(unit.c[name] for name in _BY)]
    query = select(*keys, func.count().label("units")).where(inside(unit.c.division, asked.node))
    return query.group_by(*keys)


def _past_counts(asked: Asked) -> Select[Any]:
    """Changes added up to the day, as far as they were known."""
    c = unit_change.c
    conditions = [inside(c.division, asked.node), c.happened_on <= asked.as_of]
    if asked.known_at is not None:
        conditions.append(c.learned_at <= asked.known_at)
    return select(c.division, *(c[name] for name in _BY), c.units).where(*conditions)


def units_of(asked: Asked) -> FromClause:
    """Units as they stood; one that was entered twice counts once, unless asked as then known."""
    if asked.live:
        return unit
    h = unit_history
    known = [h.c.happened_on <= asked.as_of]
    if asked.known_at is not None:
        known.append(h.c.learned_at <= asked.known_at)
    else:
        merged = select(unit.c.unit_id).where(unit.c.merged_into != "")
        known.append(h.c.unit_id.not_in(merged))
    ever_here = select(h.c.unit_id).where(inside(h.c.division, asked.node))
    last = (
        select(h)
        .ext(distinct_on(h.c.unit_id))
        .where(*known, h.c.unit_id.in_(ever_here))
        .order_by(h.c.unit_id, h.c.happened_on.desc(), h.c.entry.desc())
    )
    return last.subquery("units")


def has_title(asked: Asked, unit_id: Any, levels: Sequence[str] = ()) -> ColumnElement[bool]:
    """Whether a unit held a title of the node's programme, of one of these levels."""
    ended = select(title_history.c.title_id).where(
        title_history.c.title_id == title.c.title_id,
        title_history.c.axis == "status",
        title_history.c.value == "revoked",
        title_history.c.happened_on <= asked.as_of,
    )
    conditions = [
        title.c.unit_id == unit_id,
        func.split_part(title.c.node, ".", 2) == asked.suite,
        title.c.granted_on <= asked.as_of,
        or_(title.c.expires_on.is_(None), title.c.expires_on >= asked.as_of),
    ]
    if asked.known_at is not None:
        ended = ended.where(title_history.c.learned_at <= asked.known_at)
        conditions.append(title.c.recorded_at <= asked.known_at)
    if levels:
        conditions.append(title.c.level.in_(levels))
    return exists().where(*conditions, ~ended.exists())


def has_mark(asked: Asked, unit_id: Any, mark: str) -> ColumnElement[bool]:
    """Whether a unit bore a mark of the node's programme."""
    return exists().where(
        unit_mark.c.unit_id == unit_id,
        unit_mark.c.suite == asked.suite,
        unit_mark.c.mark == mark,
        open_on(asked, unit_mark.c.since, unit_mark.c.until_on, unit_mark),
    )


def open_on(asked: Asked, since: Any, until: Any, table: Any) -> ColumnElement[bool]:
    """A term holds from its first to its last day; one ended by hand, until the day before."""
    lasting = or_(
        until.is_(None),
        until > asked.as_of,
        and_(until == asked.as_of, table.c.ended_at.is_(None)),
    )
    if asked.known_at is None:
        return and_(since <= asked.as_of, lasting)
    lasting = or_(lasting, table.c.ended_at > asked.known_at)
    return and_(since <= asked.as_of, table.c.recorded_at <= asked.known_at, lasting)
