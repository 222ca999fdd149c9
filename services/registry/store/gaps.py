"""What is missing, found in one statement a list: units, offices, bodies or records without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, exists, func, select, tuple_

from services.registry.store.records import is_open, of_suite, within_node
from services.registry.store.tables import title, unit
from services.registry.store.tables_records import record, record_unit
from services.registry.store.units import Row, in_scope, make_after, read_after
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of, prefix_of, suite_of
from shared.messaging.tx import Tx
from shared.policy.programme import Gap

_LONG_AGO = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A list of what is missing, at a node; `edge`: the last one on or before this day is too old."""

    gap: Gap
    node: str
    edge: date | None


def units_without(
    tx: Tx, asked: Asked, *, after: str, limit: int
) -> tuple[int, Sequence[Row], str]:
    """How many units lack the record, and a page of them, the longest without first."""
    query = _units(tx, asked)
    return _paged(tx, query, query.selected_columns["unit_id"], after=after, limit=limit)


def _units(tx: Tx, asked: Asked) -> Select[Any]:
    gap = asked.gap
    named = unit.alias("named")
    kept = func.coalesce(func.nullif(named.c.merged_into, ""), named.c.unit_id)
    held = (
        select(kept.label("unit_id"), func.max(record.c.happened_on).label("last_on"))
        .join(record_unit, record_unit.c.record_id == record.c.record_id)
        .join(named, named.c.unit_id == record_unit.c.unit_id)
        .where(record.c.kind == gap.record, _in_area(asked, named), *_counting(tx, asked))
        .group_by(kept)
        .subquery()
    )
    known = func.coalesce(held.c.last_on, unit.c.standing_on)
    missing = held.c.last_on.is_(None) if asked.edge is None else known <= asked.edge
    parts: list[ColumnElement[bool]] = [
        in_scope(tx.actor),
        _in_area(asked, unit),
        missing,
    ]
    if gap.standing:
        parts.append(unit.c.standing.in_(gap.standing))
    else:
        parts.append(unit.c.standing != "closed")
    if gap.kinds:
        parts.append(unit.c.kind.in_(gap.kinds))
    if gap.titled:
        parts.append(
            exists().where(
                title.c.unit_id == unit.c.unit_id,
                title.c.status == "active",
                func.split_part(title.c.node, ".", 2) == suite_of(asked.node),
            )
        )
    if gap.having:
        parts.append(_has(tx, asked, gap.having))
    return (
        select(
            unit.c.unit_id,
            unit.c.name_text,
            unit.c.division,
            held.c.last_on,
            known.label("since"),
        )
        .select_from(unit.outerjoin(held, held.c.unit_id == unit.c.unit_id))
        .where(*parts)
    )


def _in_area(asked: Asked, of: FromClause) -> ColumnElement[bool]:
    prefix = prefix_of(area_of(asked.node))
    return of.c.division.startswith(prefix, autoescape=True)


def _counting(tx: Tx, asked: Asked) -> list[ColumnElement[bool]]:
    """Records that count: open ones where any will do, else every one that is not voided."""
    stands = is_open(tx) if asked.edge is None else record.c.voided_at.is_(None)
    return [of_suite(asked.node), stands]


def _has(tx: Tx, asked: Asked, kind: str) -> ColumnElement[bool]:
    return exists().where(
        record_unit.c.unit_id == unit.c.unit_id,
        record.c.record_id == record_unit.c.record_id,
        record.c.kind == kind,
        of_suite(asked.node),
        is_open(tx),
    )


def last_of_nodes(tx: Tx, asked: Asked) -> dict[str, date]:
    """The day of the last record that counts, of each office that has one."""
    query = (
        select(record.c.node, func.max(record.c.happened_on))
        .where(record.c.kind == asked.gap.record, within_node(asked.node), *_counting(tx, asked))
        .group_by(record.c.node)
    )
    return {row[0]: row[1] for row in tx.session.execute(query)}


def last_of_bodies(tx: Tx, asked: Asked) -> dict[tuple[str, str], date]:
    """The same for each body of an office: the record's field `body`, else its writer's body."""
    body = func.coalesce(record.c.content.op("->>")("body"), record.c.body)
    query = (
        select(record.c.node, body, func.max(record.c.happened_on))
        .where(record.c.kind == asked.gap.record, within_node(asked.node), *_counting(tx, asked))
        .group_by(record.c.node, body)
    )
    return {(row[0], row[1]): row[2] for row in tx.session.execute(query)}


def records_waiting(
    tx: Tx, asked: Asked, *, after: str, limit: int
) -> tuple[int, Sequence[Row], str]:
    """How many open records wait, or lack a recent record that follows them, and a page."""
    query = _waiting(tx, asked)
    return _paged(tx, query, record.c.record_id, after=after, limit=limit)


def _waiting(tx: Tx, asked: Asked) -> Select[Any]:
    gap = asked.gap
    child = record.alias("child")
    last = (
        select(func.max(child.c.happened_on))
        .where(
            child.c.parent_id == record.c.record_id,
            child.c.kind == gap.follow,
            child.c.voided_at.is_(None),
        )
        .scalar_subquery()
    )
    since = func.coalesce(last, record.c.happened_on) if gap.follow else record.c.happened_on
    parts: list[ColumnElement[bool]] = [
        record.c.kind == gap.record,
        within_node(asked.node),
        is_open(tx),
    ]
    if gap.state:
        parts.append(record.c.state == gap.state)
    if asked.edge is not None:
        parts.append(since <= asked.edge)
    elif gap.follow:
        parts.append(last.is_(None))
    return select(
        record.c.record_id,
        record.c.title,
        record.c.kind,
        record.c.node,
        record.c.unit_id,
        record.c.body,
        since.label("since"),
    ).where(*parts)


def _paged(
    tx: Tx, query: Select[Any], row_id: Any, *, after: str, limit: int
) -> tuple[int, Sequence[Row], str]:
    rows = query.subquery()
    total = int(tx.session.execute(select(func.count()).select_from(rows)).scalar_one())
    name = row_id.name
    since = func.coalesce(rows.c.since, _LONG_AGO)
    page = select(rows)
    if after:
        edge = _read_edge(after)
        page = page.where(tuple_(since, rows.c[name]) > tuple_(*edge))
    ordered = page.order_by(since, rows.c[name]).limit(limit + 1)
    found = tx.session.execute(ordered).mappings().all() if limit else []
    shown = found[:limit]
    if len(found) <= limit:
        return total, shown, ""
    last = shown[-1]
    return total, shown, make_after((last["since"] or _LONG_AGO).isoformat(), last[name])


def _read_edge(after: str) -> tuple[date, str]:
    value, row_id = read_after(after)
    try:
        return date.fromisoformat(str(value)), row_id
    except ValueError as error:
        raise Refused("bad_page_key", "翻页位置无效：请从第一页重新查询", status=422) from error
