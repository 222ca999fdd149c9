"""Units as lists: filters, search, keyset pages and counts, each answered from an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from services.registry.domain.search import Wanted, wanted
from services.registry.store.estimates import estimated
from services.registry.store.tables import title, unit
from services.registry.store.tables_units import unit_mark
from services.registry.store.units import Row, in_scope, make_after, read_after
from shared.contracts.refusals import Refused
from shared.contracts.registry import UnitFilter
from shared.contracts.registry_units import PublicUnits
from shared.contracts.scalars import prefix_of, suite_of
from shared.messaging.tx import Tx

_GATHERED = (
    20_000  # 20 ms at a million units; of more, a page is soon full in the order of the list
)

_SORTS: dict[str, tuple[Any, bool]] = {
    "name": (unit.c.sort_key, False),
    "-name": (unit.c.sort_key, True),
    "entered_at": (unit.c.entered_at, False),
    "-entered_at": (unit.c.entered_at, True),
    "headcount": (unit.c.headcount_key, False),
    "-headcount": (unit.c.headcount_key, True),
}


def list_units(
    tx: Tx, where: UnitFilter, *, sort: str, after: str, limit: int
) -> tuple[Sequence[Row], str]:
    """One page by (sort key, id) and the key after it, "" at the end.

    What a text finds is gathered and sorted. The rest, and a text that finds very much, is read in
    the order of the list, from an index alone where one holds all that is asked (`unit_by_name`,
    `unit_code_listed`). Only the rows of the page are read whole.
    """
    column, descending = _SORTS[sort]
    beyond: list[ColumnElement[bool]] = []
    if after:
        key, edge = tuple_(column, unit.c.unit_id), tuple_(*_read_after(sort, after))
        beyond = [key < edge if descending else key > edge]
    found = [*_filtered(tx, where), *beyond]
    if _is_gathered(tx, where.text, found):
        # OFFSET 0 keeps the planner from reading these in the order of the page.
        gathered = select(column, unit.c.unit_id).where(*found).offset(0).subquery("found")
        rows = _page(tx, select(gathered), gathered, sort, limit + 1)
    else:
        passed = [*_filtered(tx, where, in_order=True), *beyond]
        rows = _page(tx, select(column, unit.c.unit_id).where(*passed), unit, sort, limit + 1)
    page = rows[:limit]
    more = len(rows) > limit
    return page, make_after(page[-1][column.name], page[-1]["unit_id"]) if more else ""


def _is_gathered(tx: Tx, text: str, found: Sequence[ColumnElement[bool]]) -> bool:
    """Whether all that a text finds is gathered and sorted for a page, which is fast for little.

    In the order of the list, names that begin alike may all stand at its end: "浙江" of a million
    units took 0.9 s so. The planner takes what is found for scattered and would read in that order
    far too often; its estimate of how much is found is good enough.
    """
    asked = wanted(text)
    if asked is None or not asked.grams:
        return False
    return estimated(tx, select(literal_column("1")).select_from(unit).where(*found)) <= _GATHERED


def _page(tx: Tx, keys: Select[Any], source: FromClause, sort: str, limit: int) -> Sequence[Row]:
    page = keys.order_by(*_order(source, sort)).limit(limit).subquery("page")
    whole = select(unit).join(page, page.c.unit_id == unit.c.unit_id)
    return tx.session.execute(whole.order_by(*_order(unit, sort))).mappings().all()


def _order(table: FromClause, sort: str) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    column, descending = _SORTS[sort]
    key, row_id = table.c[column.name], table.c.unit_id
    return (key.desc(), row_id.desc()) if descending else (key.asc(), row_id.asc())


def count_units(tx: Tx, where: UnitFilter) -> Sequence[Row]:
    """Numbers of units by kind, standing and district.

    Area, kind, standing and size are counted from the index `unit_figures` alone, by division: it
    takes no row of the table. Any other filter reads the rows it matches.
    """
    keys = unit.c.division, unit.c.kind, unit.c.standing
    counts = (
        select(*keys, func.count().label("units"))
        .where(*_filtered(tx, where, counting=True))
        .group_by(*keys)
        .subquery("counts")
    )
    district = func.substr(counts.c.division, 1, 6).label("district")
    by = counts.c.kind, counts.c.standing, district
    query = select(*by, func.sum(counts.c.units).label("units")).group_by(*by)
    return tx.session.execute(query).mappings().all()


def count_up_to(tx: Tx, where: UnitFilter, most: int) -> tuple[int, bool]:
    """How many units, counted no further than `most`; True when there are more."""
    return _counted(tx, _filtered(tx, where, counting=True), most)


def _counted(tx: Tx, where: Sequence[ColumnElement[bool]], most: int) -> tuple[int, bool]:
    some = (
        select(literal_column("1")).select_from(unit).where(*where).limit(most + 1).subquery("some")
    )
    found = int(tx.session.execute(select(func.count()).select_from(some)).scalar_one())
    return min(found, most), found > most


def list_public(
    tx: Tx, command: PublicUnits, *, area: str, suite: str
) -> tuple[Sequence[Row], str]:
    """One page of open units of a kind in an area, by name; anybody may read it."""
    query = select(unit).where(*_published(command, area=area, suite=suite))
    key = tuple_(unit.c.sort_key, unit.c.unit_id)
    if command.after:
        query = query.where(key > tuple_(*_read_after("name", command.after)))
    query = query.order_by(unit.c.sort_key, unit.c.unit_id).limit(command.limit + 1)
    rows = tx.session.execute(query).mappings().all()
    page = rows[: command.limit]
    more = len(rows) > command.limit
    return page, make_after(page[-1]["sort_key"], page[-1]["unit_id"]) if more else ""


def count_public(
    tx: Tx, command: PublicUnits, *, area: str, suite: str, most: int
) -> tuple[int, bool]:
    """How many of them there are, counted no further than `most`; True when there are more."""
    return _counted(tx, _published(command, area=area, suite=suite, counting=True), most)


def _published(
    command: PublicUnits, *, area: str, suite: str, counting: bool = False
) -> list[ColumnElement[bool]]:
    inside = _inside(area, counting=counting)
    parts = [unit.c.kind == command.kind, unit.c.standing != "closed", inside]
    if command.mark:
        parts.append(bears_mark(suite, command.mark, public=True))
    return parts


def bears_mark(suite: str, asked: str, *, public: bool = False) -> ColumnElement[bool]:
    """Whether a unit bears a mark of a programme today: "leading", or with a value "class:B"."""
    mark, _, value = asked.partition(":")
    parts = [unit_mark.c.suite == suite, unit_mark.c.mark == mark]
    if value:
        parts.append(unit_mark.c.value == value)
    if public:
        parts.append(unit_mark.c.public)
    return exists().where(
        unit_mark.c.unit_id == unit.c.unit_id, unit_mark.c.until_on.is_(None), *parts
    )


def _filtered(
    tx: Tx, where: UnitFilter, *, counting: bool = False, in_order: bool = False
) -> list[ColumnElement[bool]]:
    parts = [in_scope(tx.actor, counting=counting)]
    if where.kinds:
        parts.append(unit.c.kind.in_(where.kinds))
    if where.division:
        parts.append(_inside(where.division, counting=counting))
    if where.standings:
        parts.append(unit.c.standing.in_(where.standings))
    if where.sizes:
        parts.append(unit.c.size.in_(where.sizes))
    if where.title_level:
        parts.append(_titled(where.title_level))
    if where.mark:
        parts.append(bears_mark(suite_of(tx.actor.node), where.mark))
    return [
        *parts,
        *_own_fields(where),
        *_figures(where),
        *_searched(where.text, in_order=in_order),
    ]


def _inside(division: str, *, counting: bool = False) -> ColumnElement[bool]:
    prefix = prefix_of(division) if len(division) == 6 else division
    if len(prefix) == 6 and not counting:
        return unit.c.district == prefix
    return unit.c.division.startswith(prefix, autoescape=True)


def _own_fields(where: UnitFilter) -> list[ColumnElement[bool]]:
    """The kind's own fields, by containment: one index serves all of them."""
    found: list[ColumnElement[bool]] = []
    if where.subtypes:
        found.append(or_(*(_has({"subtype": subtype}) for subtype in where.subtypes)))
    for wish in where.fields:
        name, _, value = wish.partition(":")
        found.append(_has({name: value}))
    return found


def _has(details: dict[str, str]) -> ColumnElement[bool]:
    return unit.c.details.contains(details)


def _figures(where: UnitFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if where.heads_from is not None:
        found.append(unit.c.headcount_key >= max(where.heads_from, 0))
    if where.heads_to is not None:
        found.append(unit.c.headcount_key.between(0, where.heads_to))
    if where.began_in is not None:
        if not date.min.year <= where.began_in <= date.max.year:
            return [false()]
        year = date(where.began_in, 1, 1), date(where.began_in, 12, 31)
        found.append(unit.c.starts_on.between(*year))
    return found


def _searched(text: str, *, in_order: bool) -> list[ColumnElement[bool]]:
    asked = wanted(text)
    if asked is not None:
        return list(_matches(asked, in_order=in_order))
    return [false()] if text.strip() else []


def _matches(asked: Wanted, *, in_order: bool) -> Iterator[ColumnElement[bool]]:
    if asked.code_prefix:
        yield unit.c.code.startswith(asked.code_prefix, autoescape=True)
    if asked.name_prefix:
        yield unit.c.name_key.startswith(asked.name_prefix, autoescape=True)
    if asked.inside:
        yield unit.c.name_key.contains(asked.inside, autoescape=True)
    if asked.grams and not (in_order and asked.inside):  # the index of names holds the name
        yield unit.c.grams.contains(list(asked.grams))


def _titled(level: str) -> ColumnElement[bool]:
    held = exists().where(title.c.unit_id == unit.c.unit_id, title.c.status == "active")
    return ~held if level == "none" else held.where(title.c.level == level)


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
