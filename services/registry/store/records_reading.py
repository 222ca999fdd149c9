"""Records as lists: every filter, pages by key, what a unit's file and the public list hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, or_, select, tuple_

from services.registry.store.records import (
    is_open,
    names_unit,
    of_suite,
    visible,
    within_node,
)
from services.registry.store.tables import unit
from services.registry.store.tables_records import record
from services.registry.store.units import Row, make_after, read_after
from shared.contracts.refusals import Refused
from shared.contracts.registry_records import RecordFilter
from shared.contracts.scalars import area_of, prefix_of
from shared.messaging.tx import Tx
from shared.policy.programme import RecordKind

Condition = ColumnElement[bool]

_SORTS: dict[str, tuple[Any, bool]] = {
    "on": (record.c.happened_on, False),
    "-on": (record.c.happened_on, True),
    "written": (record.c.written_at, False),
    "-written": (record.c.written_at, True),
}


@dataclass(frozen=True, slots=True)
class Shared:
    """Which records every office under a pack may read: states by kind, within its area."""

    jurisdiction: str
    states: dict[str, tuple[str, ...]]

    def open_to_all(self) -> ColumnElement[bool] | None:
        """The rows of the kinds and states that are shared; None when nothing is."""
        if not self.states:
            return None
        area = record.c.node.startswith(prefix_of(area_of(self.jurisdiction)), autoescape=True)
        suite = of_suite(self.jurisdiction)
        kinds = [
            and_(record.c.kind == kind, record.c.state.in_(states))
            for kind, states in self.states.items()
        ]
        return and_(area, suite, or_(*kinds))


NOTHING_SHARED = Shared("", {})


def readable(tx: Tx, kinds: Iterable[str] | None, shared: Shared) -> ColumnElement[bool]:
    """What an actor may list: the rows it may see, of these kinds (None: any), and shared ones."""
    mine = visible(tx.actor)
    if kinds is not None:
        mine = and_(mine, record.c.kind.in_(list(kinds)))
    everybodys = shared.open_to_all()
    return mine if everybodys is None else or_(mine, everybodys)


def filtered(tx: Tx, where: RecordFilter) -> list[ColumnElement[bool]]:
    """The conditions of a filter; who may see what comes on top."""
    voided = record.c.voided_at.is_not(None)
    parts: list[ColumnElement[bool]] = [voided if where.voided else ~voided]
    equal = {"kind": where.kind, "parent_id": where.parent_id, "side": where.side}
    parts += [record.c[name] == value for name, value in equal.items() if value]
    if where.year is not None:
        parts.append(record.c.year == where.year)
    if where.unit_id:
        parts.append(names_unit(where.unit_id))
    if where.node:
        parts.append(within_node(where.node))
    if where.states:
        parts.append(record.c.state.in_(where.states))
    if where.from_on:
        parts.append(record.c.happened_on >= where.from_on)
    if where.to_on:
        parts.append(record.c.happened_on <= where.to_on)
    if where.mark:
        parts.append(record.c.marks.any(where.mark))
    if where.open_only:
        parts.append(is_open(tx))
    if where.text.strip():
        parts.append(_says(where.text.strip()))
    return parts + [_holds(*pair.split("=", 1)) for pair in where.values if "=" in pair]


def _says(words: str) -> ColumnElement[bool]:
    named = select(unit.c.unit_id).where(
        unit.c.unit_id == record.c.unit_id, unit.c.name_text.contains(words, autoescape=True)
    )
    return or_(
        record.c.title.contains(words, autoescape=True),
        record.c.content.cast(Text).contains(words, autoescape=True),
        named.exists(),
    )


def _holds(name: str, value: str) -> ColumnElement[bool]:
    """A field has this value, or holds it among its values; the index on content serves."""
    meant: list[Any] = [value, [value]]
    if value in ("true", "false"):
        meant.append(value == "true")
    if value.replace(".", "", 1).isdigit():
        meant.append(float(value) if "." in value else int(value))
    return or_(*(record.c.content.contains({name: one}) for one in meant))


def list_records(
    tx: Tx,
    conditions: Sequence[ColumnElement[bool]],
    *,
    sort: str = "-on",
    after: str = "",
    limit: int = 50,
) -> tuple[Sequence[Row], str]:
    """One page by (sort key, id) and the key after it, "" at the end."""
    column, descending = _SORTS[sort]
    query = select(record).where(*conditions)
    if after:
        key = tuple_(column, record.c.record_id)
        edge = tuple_(*_read_after(sort, after))
        query = query.where(key < edge if descending else key > edge)
    order = (
        (column.desc(), record.c.record_id.desc())
        if descending
        else (column.asc(), record.c.record_id)
    )
    rows = tx.session.execute(query.order_by(*order).limit(limit + 1)).mappings().all()
    page = rows[:limit]
    if len(rows) <= limit:
        return page, ""
    return page, make_after(page[-1][column.name].isoformat(), page[-1]["record_id"])


def _read_after(sort: str, after: str) -> tuple[Any, str]:
    value, row_id = read_after(after)
    try:
        if sort.endswith("written"):
            return datetime.fromisoformat(str(value)), row_id
        return date.fromisoformat(str(value)), row_id
    except ValueError as error:
        raise Refused("bad_page_key", "翻页位置无效：请从第一页重新查询", status=422) from error


def list_parts(tx: Tx, parent_ids: Sequence[str], *, limit: int = 200) -> Sequence[Row]:
    """Records that belong to these and are not voided, newest first."""
    query = (
        select(record)
        .where(record.c.parent_id == func.any(list(parent_ids)), record.c.voided_at.is_(None))
        .order_by(record.c.happened_on.desc(), record.c.record_id.desc())
        .limit(limit)
    )
    return tx.session.execute(query).mappings().all()


def list_of_unit(
    tx: Tx, unit_id: str, *, node: str, indicator: str, year: int | None, limit: int
) -> Sequence[Row]:
    """The records about a unit and those that name it, newest first; of one suite for offices."""
    parts: list[ColumnElement[bool]] = [names_unit(unit_id), record.c.voided_at.is_(None)]
    if node:
        parts.append(of_suite(node))
    if indicator:
        parts.append(or_(_holds("indicator", indicator), _holds("indicators", indicator)))
    if year is not None:
        parts.append(record.c.year == year)
    order = (record.c.happened_on.desc(), record.c.record_id.desc())
    query = select(record).where(*parts).order_by(*order).limit(limit)
    return tx.session.execute(query).mappings().all()


def numbers_by_kind(
    tx: Tx, conditions: Sequence[ColumnElement[bool]]
) -> dict[str, tuple[int, int]]:
    """How many records of each kind, in all and open."""
    query = (
        select(record.c.kind, func.count(), func.count().filter(is_open(tx)))
        .where(*conditions)
        .group_by(record.c.kind)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in tx.session.execute(query)}


def published(kind: RecordKind, node: str, year: int | None) -> list[Condition]:
    """What a place publishes of a kind: its own records, in the states that are published."""
    parts: list[Condition] = [
        record.c.kind == kind.id,
        record.c.voided_at.is_(None),
        record.c.node.startswith(prefix_of(area_of(node)), autoescape=True),
        of_suite(node),
    ]
    if kind.public_in:
        parts.append(record.c.state.in_(kind.public_in))
    return parts if year is None else [*parts, record.c.year == year]
