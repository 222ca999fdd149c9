"""Counting records: by fields of the kind, sums, different people and units, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, Numeric, Text, case, cast, func, literal, select

from services.registry.store.records import is_open
from services.registry.store.tables_records import record, record_person, record_unit
from services.registry.store.units import Row
from shared.messaging.tx import Tx
from shared.policy.programme import RecordKind

_MANY = ("choices", "units", "people")


def counted(tx: Tx, conditions: Sequence[ColumnElement[bool]], by: str) -> CTE:
    """The filtered records with the key of the group each belongs to ("" for all as one)."""
    columns = (
        record.c.record_id,
        record.c.parent_id,
        record.c.state,
        record.c.content,
        is_open(tx).label("open"),
    )
    if by == "unit":  # a record counts for every unit it is about or names
        joined = record.join(record_unit, record_unit.c.record_id == record.c.record_id)
        query = select(*columns, record_unit.c.unit_id.label("key")).select_from(joined).distinct()
    else:
        query = select(*columns, _key(by).label("key"))
    return query.where(*conditions).cte("counted")


def _key(by: str) -> ColumnElement[Any]:
    keys: dict[str, ColumnElement[Any]] = {
        "": literal(""),
        "year": cast(record.c.year, Text),
        "quarter": func.to_char(record.c.happened_on, 'YYYY"Q"Q'),
        "month": func.to_char(record.c.happened_on, "YYYY-MM"),
        "node": record.c.node,
        "district": func.substr(record.c.place, 1, 6),
        "parent": func.coalesce(record.c.parent_id, ""),
    }
    return keys[by]


def totals(tx: Tx, rows: CTE, kind: RecordKind) -> Sequence[Row]:
    """For each group: records, open ones, records belonged to, sums and both sides of ratios."""
    columns: list[ColumnElement[Any]] = [
        rows.c.key,
        func.count().label("records"),
        func.count().filter(rows.c.open).label("open"),
        func.count(rows.c.parent_id.distinct()).label("parents"),
    ]
    columns += [func.coalesce(func.sum(_number(rows, n)), 0).label(f"sum_{n}") for n in kind.sums]
    for ratio in kind.ratios:
        part, whole = _number(rows, ratio.part), _number(rows, ratio.whole)
        both = part.is_not(None) & whole.is_not(None)
        columns.append(func.sum(case((both, part))).label(f"part_{ratio.id}"))
        columns.append(func.sum(case((both, whole))).label(f"whole_{ratio.id}"))
    return tx.session.execute(select(*columns).group_by(rows.c.key)).mappings().all()


def _number(rows: CTE, name: str) -> ColumnElement[Any]:
    return cast(rows.c.content.op("->>")(name), Numeric)


def units_named(tx: Tx, rows: CTE) -> dict[str, int]:
    """For each group: the different units its records are about or name."""
    query = (
        select(rows.c.key, func.count(record_unit.c.unit_id.distinct()))
        .join(record_unit, record_unit.c.record_id == rows.c.record_id)
        .group_by(rows.c.key)
    )
    return {row[0]: int(row[1]) for row in tx.session.execute(query)}


def people_named(tx: Tx, rows: CTE, field: str) -> dict[str, tuple[int, int]]:
    """For each group: different persons in a field, and person-times (A-48)."""
    query = (
        select(rows.c.key, func.count(record_person.c.person_key.distinct()), func.count())
        .join(record_person, record_person.c.record_id == rows.c.record_id)
        .where(record_person.c.field == field)
        .group_by(rows.c.key)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in tx.session.execute(query)}


def by_state(tx: Tx, rows: CTE) -> dict[str, dict[str, int]]:
    """For each group: how many records are in each state."""
    query = select(rows.c.key, rows.c.state, func.count()).group_by(rows.c.key, rows.c.state)
    return _nested(tx, query)


def by_value(tx: Tx, rows: CTE, name: str, form: str) -> dict[str, dict[str, int]]:
    """For each group: how many records have each value of a field; empty ones are left out."""
    if form not in _MANY:
        value = rows.c.content.op("->>")(name)
        query = select(rows.c.key, value, func.count()).where(value.is_not(None))
        return _nested(tx, query.group_by(rows.c.key, value))
    held = rows.c.content.op("->")(name)
    listed = case((func.jsonb_typeof(held) == "array", held))
    each = func.jsonb_array_elements_text(listed).column_valued("value")
    query = select(rows.c.key, each, func.count())
    return _nested(tx, query.group_by(rows.c.key, each))


def _nested(tx: Tx, query: Any) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for key, value, records in tx.session.execute(query):
        found.setdefault(key, {})[str(value)] = int(records)
    return found
