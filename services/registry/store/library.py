"""The library of honoured units: its pages and counts, batches handed in, rounds entered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on

from services.registry.store.tables import title, unit
from services.registry.store.tables_library import honour_batch, title_round
from services.registry.store.titles import page_of, whole
from services.registry.store.units import Row, Values, in_scope, of_suite
from shared.contracts.refusals import Refused
from shared.contracts.registry_library import ListLibrary
from shared.contracts.scalars import area_of, prefix_of, suite_of
from shared.messaging.tx import Tx


def _standing(on: date) -> ColumnElement[bool]:
    return and_(
        title.c.status == "active", or_(title.c.expires_on.is_(None), title.c.expires_on >= on)
    )


def list_library(
    tx: Tx, asked: ListLibrary, levels: Sequence[str], kinds: Sequence[str]
) -> tuple[Sequence[Row], str]:
    """One page of honours of these levels and title kinds, by number."""
    query = _in_library(tx, whole(), levels, kinds)
    standing = _standing(tx.today)
    query = query.where(standing if asked.listing == "active" else ~standing)
    for column, value in (
        (title.c.level, asked.level),
        (title.c.unit_kind, asked.kind),
        (title.c.round_year, asked.year),
        (title.c.title_kind, asked.title_kind),
    ):
        if value:
            query = query.where(column == value)
    return page_of(tx, query, after=asked.after, limit=asked.limit)


def count_library(tx: Tx, levels: Sequence[str], kinds: Sequence[str]) -> Sequence[Row]:
    """Active honours by level, unit kind and year of the round."""
    query = select(
        title.c.level, title.c.unit_kind, title.c.round_year, func.count().label("titles")
    ).join(unit, unit.c.unit_id == title.c.unit_id)
    query = _in_library(tx, query, levels, kinds).where(_standing(tx.today))
    query = query.group_by(title.c.level, title.c.unit_kind, title.c.round_year)
    return tx.session.execute(query).mappings().all()


def _in_library(
    tx: Tx, query: Select[Any], levels: Sequence[str], kinds: Sequence[str]
) -> Select[Any]:
    return query.where(
        title.c.level.in_(levels),
        title.c.title_kind.in_(kinds),
        in_scope(tx.actor),
        of_suite(tx.actor, title.c.node),
    )


def titles_of(tx: Tx, unit_id: str, kinds: Iterable[str]) -> Sequence[Row]:
    """A unit's active titles of these kinds in the actor's programme, locked."""
    query = select(title).where(
        title.c.unit_id == unit_id,
        title.c.title_kind.in_(list(kinds)),
        title.c.status == "active",
        of_suite(tx.actor, title.c.node),
    )
    return tx.session.execute(query.with_for_update()).mappings().all()


def rounds_held(tx: Tx, wanted: Iterable[tuple[str, str, int]]) -> set[tuple[str, str, int]]:
    """Which of these (unit, title kind, year) the register holds already."""
    columns = (title.c.unit_id, title.c.title_kind, title.c.round_year)
    found = tx.session.execute(select(*columns).where(tuple_(*columns).in_(list(wanted))))
    return {(row.unit_id, row.title_kind, row.round_year) for row in found}


def numbers_held(tx: Tx, numbers: Iterable[str]) -> set[str]:
    """Which of these title numbers are taken."""
    query = select(title.c.number).where(title.c.number.in_([n for n in numbers if n]))
    return set(tx.session.execute(query).scalars())


def find_titles(tx: Tx, title_ids: Iterable[str]) -> dict[str, Row]:
    """Titles of the actor's area and programme by id."""
    query = whole().where(
        title.c.title_id.in_(list(title_ids)), in_scope(tx.actor), of_suite(tx.actor, title.c.node)
    )
    return {row["title_id"]: row for row in tx.session.execute(query).mappings()}


def find_units(tx: Tx, unit_ids: Iterable[str], codes: Iterable[str]) -> list[Row]:
    """Units of the actor's area by id or code."""
    query = select(unit).where(
        or_(unit.c.unit_id.in_(list(unit_ids)), unit.c.code.in_([c for c in codes if c])),
        in_scope(tx.actor),
    )
    return list(tx.session.execute(query).mappings())


def add_batch(tx: Tx, values: Values) -> None:
    """Keep a batch as handed in."""
    tx.session.execute(honour_batch.insert().values(**values))


def load_batch(tx: Tx, batch_id: str, *, lock: bool = False) -> Row:
    """A batch of the actor's programme and area; 404 otherwise."""
    query = select(honour_batch).where(honour_batch.c.batch_id == batch_id, _beneath(tx))
    if lock:
        query = query.with_for_update()
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("batch_not_found", f"没有找到荣誉登记批次“{batch_id}”：请核对", status=404)
    return row


def list_batches(tx: Tx, status: str) -> Sequence[Row]:
    """The newest hundred."""
    query = select(honour_batch).where(_beneath(tx))
    if status:
        query = query.where(honour_batch.c.status == status)
    query = query.order_by(honour_batch.c.proposed_at.desc()).limit(100)
    return tx.session.execute(query).mappings().all()


def save_batch(tx: Tx, batch_id: str, values: Values) -> None:
    """Decide a locked batch."""
    tx.session.execute(
        update(honour_batch).where(honour_batch.c.batch_id == batch_id).values(**values)
    )


def _beneath(tx: Tx) -> ColumnElement[bool]:
    prefix = prefix_of(area_of(tx.actor.node))
    return and_(
        honour_batch.c.node.startswith(prefix, autoescape=True),
        of_suite(tx.actor, honour_batch.c.node),
    )


def last_years(tx: Tx, region: str, kinds: Iterable[str]) -> dict[str, int]:
    """The last year of a round on record in a region, by title kind."""
    query = (
        select(title.c.title_kind, func.max(title.c.round_year))
        .where(title.c.title_kind.in_(list(kinds)))
        .where(title.c.node.startswith(prefix_of(area_of(region)), autoescape=True))
        .where(func.split_part(title.c.node, ".", 2) == suite_of(region))
        .group_by(title.c.title_kind)
    )
    return {kind: int(year) for kind, year in tx.session.execute(query)}


def rounds_entered(tx: Tx, region: str) -> dict[str, Row]:
    """What officers of a region entered last for each title kind."""
    query = (
        select(title_round)
        .ext(distinct_on(title_round.c.title_kind))
        .where(title_round.c.node == region)
        .order_by(title_round.c.title_kind, title_round.c.entry.desc())
    )
    return {row["title_kind"]: row for row in tx.session.execute(query).mappings()}


def add_round(tx: Tx, values: Values) -> None:
    """Enter the year of a next round; earlier entries stay."""
    tx.session.execute(title_round.insert().values(**values))
