"""Units: keyset pages, search, scope of the actor's node, one entry at a time or as a set."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    and_,
    exists,
    false,
    func,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.registry.domain.search import Wanted, wanted
from services.registry.store.tables import counter, title, unit
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.registry import UnitFilter
from shared.contracts.scalars import prefix_of
from shared.messaging.tx import Tx

Row = RowMapping
Values = Mapping[str, Any]

_SORTS: dict[str, tuple[Any, bool]] = {
    "name": (unit.c.sort_key, False),
    "-name": (unit.c.sort_key, True),
    "entered_at": (unit.c.entered_at, False),
    "-entered_at": (unit.c.entered_at, True),
    "headcount": (unit.c.headcount_key, False),
    "-headcount": (unit.c.headcount_key, True),
}


def within(actor: Actor, division: Any, unit_id: Any) -> ColumnElement[bool]:
    """The rows an actor may see: a unit's own, else those its node covers; nobody: none."""
    if actor.unit_id:
        return unit_id == actor.unit_id  # type: ignore[no-any-return]
    prefix = prefix_of(actor.node)
    if prefix == "":
        return true()
    if not prefix.isdigit():
        return false()
    return division.startswith(prefix, autoescape=True)  # type: ignore[no-any-return]


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """`within` for units; a whole district by equality, so that its index serves."""
    prefix = prefix_of(actor.node)
    if not actor.unit_id and len(prefix) == 6:
        return unit.c.district == prefix
    return within(actor, unit.c.division, unit.c.unit_id)


def find_unit(tx: Tx, unit_id: str) -> Row | None:
    """A unit wherever it is; for events, not for people."""
    found = tx.session.execute(select(unit).where(unit.c.unit_id == unit_id))
    return found.mappings().one_or_none()


def load_unit(tx: Tx, *, unit_id: str = "", code: str = "", lock: bool = False) -> Row:
    """A unit the actor may see, by id or by code; 404 otherwise, also when it is another area's."""
    key = unit.c.unit_id == unit_id if unit_id else unit.c.code == code
    query = select(unit).where(key, in_scope(tx.actor))
    if lock:
        query = query.with_for_update()
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("unit_not_found", f"没有找到单位“{unit_id or code}”：请核对", status=404)
    return row


def lock_unit(tx: Tx, unit_id: str) -> Row:
    """A unit that an event names, locked; an unknown one is an error, so that it is parked."""
    query = select(unit).where(unit.c.unit_id == unit_id).with_for_update()
    return tx.session.execute(query).mappings().one()


def find_by_codes(tx: Tx, codes: Iterable[str]) -> dict[str, Row]:
    """Units of any area by code: the code is the hard key of the whole register."""
    wanted_codes = [code for code in codes if code]
    if not wanted_codes:
        return {}
    query = select(unit).where(unit.c.code == func.any(wanted_codes))
    return {row["code"]: row for row in tx.session.execute(query).mappings()}


def find_by_names(tx: Tx, names: Iterable[str]) -> dict[tuple[str, str, str], Row]:
    """Units by (kind, name key, district), for kinds that carry no number of their own."""
    keys = [name for name in names if name]
    if not keys:
        return {}
    query = select(unit).where(unit.c.name_key == func.any(keys))
    found = tx.session.execute(query).mappings()
    return {(row["kind"], row["name_key"], row["district"]): row for row in found}


def list_by_ids(tx: Tx, ids: Sequence[str]) -> Sequence[Row]:
    """Units by id, as they stand."""
    query = select(unit).where(unit.c.unit_id == func.any(list(ids)))
    return tx.session.execute(query).mappings().all()


def add_unit(tx: Tx, values: Values) -> bool:
    """Enter a unit; False when its code is taken (also by a transaction at the same time)."""
    done = tx.session.execute(
        insert(unit).values(**values).on_conflict_do_nothing().returning(unit.c.unit_id)
    )
    return done.scalar() is not None


def amend_unit(tx: Tx, unit_id: str, values: Values) -> Row:
    """Change a locked unit; its revision goes up by one."""
    changed = tx.session.execute(
        update(unit)
        .where(unit.c.unit_id == unit_id)
        .values(**values, revision=unit.c.revision + 1)
        .returning(unit)
    )
    return changed.mappings().one()


def set_standing(tx: Tx, unit_id: str, standing: str, *, on: date) -> None:
    """Move a locked unit's standing; its entry, and so its revision, stays as it is."""
    tx.session.execute(
        update(unit).where(unit.c.unit_id == unit_id).values(standing=standing, standing_on=on)
    )


def next_number(tx: Tx, name: str) -> int:
    """The next number of a series, without doubles; its row is locked until commit."""
    made = tx.session.execute(
        insert(counter)
        .values(name=name, value=1)
        .on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1})
        .returning(counter.c.value)
    )
    return int(made.scalar_one())


def _matches(asked: Wanted) -> ColumnElement[bool]:
    if asked.code_prefix:
        return unit.c.code.startswith(asked.code_prefix, autoescape=True)
    if asked.name_prefix:
        return unit.c.name_key.startswith(asked.name_prefix, autoescape=True)
    found: ColumnElement[bool] = unit.c.grams.contains(list(asked.grams))
    if asked.inside:
        found = and_(found, unit.c.name_key.contains(asked.inside, autoescape=True))
    return found


def _filtered(tx: Tx, where: UnitFilter) -> list[ColumnElement[bool]]:
    parts = [in_scope(tx.actor)]
    if where.kinds:
        parts.append(unit.c.kind.in_(where.kinds))
    if where.division:
        prefix = prefix_of(where.division) if len(where.division) == 6 else where.division
        if len(prefix) == 6:
            parts.append(unit.c.district == prefix)
        else:
            parts.append(unit.c.division.startswith(prefix, autoescape=True))
    if where.standings:
        parts.append(unit.c.standing.in_(where.standings))
    if where.title_level:
        parts.append(_titled(where.title_level))
    asked = wanted(where.text)
    if asked is not None:
        parts.append(_matches(asked))
    elif where.text.strip():
        parts.append(false())
    return parts


def _titled(level: str) -> ColumnElement[bool]:
    held = exists().where(title.c.unit_id == unit.c.unit_id, title.c.status == "active")
    return ~held if level == "none" else held.where(title.c.level == level)


def list_units(
    tx: Tx, where: UnitFilter, *, sort: str, after: str, limit: int
) -> tuple[Sequence[Row], str]:
    """One page by (sort key, id) and the key after it, "" at the end."""
    column, descending = _SORTS[sort]
    query = select(unit).where(*_filtered(tx, where))
    if after:
        key = tuple_(column, unit.c.unit_id)
        edge = tuple_(*_read_after(sort, after))
        query = query.where(key < edge if descending else key > edge)
    order = (column.desc(), unit.c.unit_id.desc()) if descending else (column.asc(), unit.c.unit_id)
    rows = tx.session.execute(query.order_by(*order).limit(limit + 1)).mappings().all()
    page = rows[:limit]
    more = len(rows) > limit
    return page, make_after(page[-1][column.name], page[-1]["unit_id"]) if more else ""


def make_after(value: object, row_id: str) -> str:
    """An opaque key: where the next page begins."""
    text = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([text, row_id]).encode()).decode()


def read_after(after: str) -> tuple[Any, str]:
    """What `make_after` made; 422 for anything else."""
    try:
        value, row_id = json.loads(base64.urlsafe_b64decode(after.encode()))
    except ValueError as error:
        raise Refused("bad_page_key", "翻页位置无效：请从第一页重新查询", status=422) from error
    return value, str(row_id)


def _read_after(sort: str, after: str) -> tuple[Any, str]:
    value, row_id = read_after(after)
    if sort.endswith("entered_at"):
        try:
            return datetime.fromisoformat(str(value)), row_id
        except ValueError as error:
            raise Refused("bad_page_key", "翻页位置无效：请从第一页重新查询", status=422) from error
    if isinstance(value, int) is not sort.endswith("headcount"):
        raise Refused("bad_page_key", "翻页位置无效：请从第一页重新查询", status=422)
    return value, row_id


def count_units(tx: Tx, where: UnitFilter) -> Sequence[Row]:
    """Numbers of units and heads by kind, standing and district."""
    query = (
        select(
            unit.c.kind,
            unit.c.standing,
            unit.c.district,
            func.count().label("units"),
            func.coalesce(func.sum(unit.c.headcount), 0).label("heads"),
        )
        .where(*_filtered(tx, where))
        .group_by(unit.c.kind, unit.c.standing, unit.c.district)
    )
    return tx.session.execute(query).mappings().all()
