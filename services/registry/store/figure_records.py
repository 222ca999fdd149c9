"""Records that a figure counts: of a kind, with these values, in time, as known then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from services.registry.store.figures import Asked
from services.registry.store.tables_records import record, record_history, record_unit
from shared.contracts.scalars import system_of
from shared.policy.programme import RecordKind


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: of a kind, with these values, within the year when `yearly`."""

    kind: RecordKind
    values: Mapping[str, str]
    yearly: bool
    year: int


def records_of(asked: Asked, wanted: Wanted) -> Select[Any]:
    """The records of a kind that count: (record_id, node, place, unit_id, content, state)."""
    source, state, content = _as_known(asked)
    query = select(
        record.c.record_id,
        record.c.node,
        record.c.place,
        record.c.unit_id,
        state.label("state"),
        content.label("content"),
    ).select_from(source)
    conditions = [record.c.kind == wanted.kind.id, record.c.suite == asked.suite]
    conditions.append(_in_time(asked, wanted))
    if system := system_of(asked.node):
        conditions.append(record.c.system == system)
    if asked.known_at is None:
        conditions.append(record.c.voided_at.is_(None))
    else:
        conditions.append(record.c.written_at <= asked.known_at)
        conditions.append(or_(record.c.voided_at.is_(None), record.c.voided_at > asked.known_at))
    conditions += [holds(state, content, name, value) for name, value in wanted.values.items()]
    return query.where(*conditions)


def _as_known(asked: Asked) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
    if asked.known_at is None:
        return record, record.c.state, record.c.content
    h = record_history
    then = (
        select(h.c.record_id, h.c.state, h.c.content)
        .ext(distinct_on(h.c.record_id))
        .where(h.c.learned_at <= asked.known_at)
        .order_by(h.c.record_id, h.c.entry.desc())
        .subquery("then")
    )
    return record.join(then, then.c.record_id == record.c.record_id), then.c.state, then.c.content


def holds(state: Any, content: Any, name: str, value: str) -> ColumnElement[bool]:
    """A value, or one of several that a field holds."""
    if name == "state":
        return state == value  # type: ignore[no-any-return]
    return or_(content[name].astext == value, content[name].has_key(value))


def _in_time(asked: Asked, wanted: Wanted) -> ColumnElement[bool]:
    begins, ends = record.c.happened_on, record.c.ends_on
    first, last = date(wanted.year, 1, 1), min(date(wanted.year, 12, 31), asked.as_of)
    if not wanted.kind.lasts:
        return begins.between(first, last) if wanted.yearly else begins <= asked.as_of
    if wanted.yearly:
        return and_(begins <= last, or_(ends.is_(None), ends >= first))
    open_still = or_(ends.is_(None), ends >= asked.as_of)
    return and_(begins <= asked.as_of, open_still, ~record.c.closed)


def has_record(asked: Asked, unit_id: Any, wanted: Wanted) -> ColumnElement[bool]:
    """Whether a unit has such a record, of its own or naming it."""
    found = records_of(asked, wanted).subquery()
    named = select(record_unit.c.unit_id).join(found, found.c.record_id == record_unit.c.record_id)
    return unit_id.in_(named)  # type: ignore[no-any-return]
