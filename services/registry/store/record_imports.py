"""Staged rows of record imports; the batches are those of `imports`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update

from services.registry.store.records import of_suite
from services.registry.store.tables_imports import record_import_row
from services.registry.store.tables_records import record
from services.registry.store.units import Row, Values
from shared.messaging.tx import Tx

_R = record_import_row.c


def add_rows(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Stage judged rows."""
    if rows:
        tx.session.execute(record_import_row.insert(), list(rows))


def rows_by_key(tx: Tx, import_id: str, keys: Sequence[str]) -> dict[str, int]:
    """The first row of this import that already stands for a record."""
    found = tx.session.execute(
        select(_R.key, func.min(_R.row))
        .where(_R.import_id == import_id, _R.key == func.any(list(keys)), _R.key != "")
        .group_by(_R.key)
    )
    return {key: int(row) for key, row in found}


def list_rows(
    tx: Tx,
    import_id: str,
    *,
    outcomes: Sequence[str],
    after_row: int,
    limit: int,
    likely: bool = False,
) -> Sequence[Row]:
    """Findings in the file's order."""
    query = select(record_import_row).where(_R.import_id == import_id, _R.row > after_row)
    if outcomes:
        query = query.where(_R.outcome.in_(outcomes))
    if likely:
        query = query.where(_R.likely)
    return tx.session.execute(query.order_by(_R.row).limit(limit)).mappings().all()


def count_rows(tx: Tx, import_id: str) -> dict[str, int]:
    """How many rows of each outcome."""
    query = select(_R.outcome, func.count()).where(_R.import_id == import_id).group_by(_R.outcome)
    return {outcome: int(count) for outcome, count in tx.session.execute(query)}


def due_rows(tx: Tx, import_id: str, some: int) -> Sequence[Row]:
    """The next rows to enter."""
    query = select(record_import_row).where(_R.import_id == import_id, ~_R.entered)
    query = query.where(_R.outcome.in_(("new", "changed"))).order_by(_R.row).limit(some)
    return tx.session.execute(query).mappings().all()


def save_row(tx: Tx, import_id: str, row: int, values: Values) -> None:
    """What became of a row."""
    query = update(record_import_row).where(_R.import_id == import_id, _R.row == row)
    tx.session.execute(query.values(**values))


def find_same(tx: Tx, about: Mapping[str, Any], key: Mapping[str, Any]) -> Row | None:
    """The open record about the same thing with these values, locked; on any day without one."""
    parts = [
        record.c.kind == about["kind"],
        record.c.voided_at.is_(None),
        record.c.unit_id.is_not_distinct_from(about["unit_id"]),
        record.c.parent_id.is_not_distinct_from(about["parent_id"]),
        record.c.content.contains(dict(key)),
        of_suite(about["node"]),
    ]
    if about["unit_id"] is None and about["parent_id"] is None:
        parts.append(record.c.node == about["node"])
    if about["on"] is not None:
        parts.append(record.c.happened_on == about["on"])
    query = select(record).where(*parts).order_by(record.c.happened_on.desc()).limit(1)
    return tx.session.execute(query.with_for_update()).mappings().one_or_none()
