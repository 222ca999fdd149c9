"""Reports that nodes hand to the office above, and every step they went through."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Numeric, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables_calendar import report, report_history
from services.registry.store.tables_records import record
from services.registry.store.units import Row, Values
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


def find_report(tx: Tx, *, form: str, node: str, year: int, lock: bool = False) -> Row | None:
    """The report of a node and year, drafted or handed in."""
    query = select(report).where(
        report.c.form == form, report.c.node == node, report.c.year == year
    )
    if lock:
        query = query.with_for_update()
    return tx.session.execute(query).mappings().one_or_none()


def list_reports(tx: Tx, nodes: Sequence[str], year: int, form: str = "") -> Sequence[Row]:
    """The reports of a year that these nodes keep."""
    query = select(report).where(report.c.node == func.any(list(nodes)), report.c.year == year)
    if form:
        query = query.where(report.c.form == form)
    return tx.session.execute(query.order_by(report.c.form, report.c.node)).mappings().all()


def add_report(tx: Tx, values: Values) -> None:
    """Keep a new draft; refused when another officer has just kept one."""
    row = insert(report).values(**values).on_conflict_do_nothing().returning(report.c.report_id)
    if tx.session.execute(row).scalar() is None:
        raise _changed()


def change_report(tx: Tx, report_id: str, revision: int, values: Values) -> None:
    """Change a report as it was seen; refused when it was changed meanwhile."""
    row = (
        update(report)
        .where(report.c.report_id == report_id, report.c.revision == revision)
        .values(**values, revision=revision + 1)
        .returning(report.c.report_id)
    )
    if tx.session.execute(row).scalar() is None:
        raise _changed()


def add_step(tx: Tx, values: Values) -> None:
    """Put a step of a report on record."""
    tx.session.execute(report_history.insert().values(**values))


def count_records(tx: Tx, node: str, year: int, kinds: Sequence[str]) -> dict[str, int]:
    """How many records of these kinds a node keeps of a year."""
    query = (
        select(record.c.kind, func.count())
        .where(
            record.c.node == node,
            record.c.year == year,
            record.c.kind == func.any(list(kinds)),
            record.c.voided_at.is_(None),
        )
        .group_by(record.c.kind)
    )
    found = {kind: int(count) for kind, count in tx.session.execute(query)}
    return {kind: found.get(kind, 0) for kind in kinds}


def sum_fields(
    tx: Tx, node: str, year: int, kind: str, fields: Sequence[str]
) -> dict[str, Decimal]:
    """Number fields of a kind's records of a node and year, added up."""
    sums = [func.coalesce(func.sum(cast(record.c.content[f].astext, Numeric)), 0) for f in fields]
    query = select(*sums).where(
        record.c.node == node,
        record.c.year == year,
        record.c.kind == kind,
        record.c.voided_at.is_(None),
    )
    return dict(zip(fields, tx.session.execute(query).one(), strict=True))


def _changed() -> Refused:
    says = "这份报告在您打开之后已被修改：请刷新后再保存，以免覆盖他人的内容"
    return Refused("revision_changed", says, status=409)
