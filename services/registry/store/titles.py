"""The honour register: titles, plaques, their bitemporal history, the public list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    false,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert

from services.registry.domain.honour import TitleStatus
from services.registry.store.tables import plaque, title, title_history, unit
from services.registry.store.units import (
    Row,
    Values,
    in_scope,
    make_after,
    of_suite,
    read_after,
)
from shared.contracts.refusals import Refused
from shared.contracts.registry_acts import ListTitles, PublicRegister
from shared.messaging.tx import Tx


def whole() -> Select[Any]:
    """Titles with their plaque, their unit's name and division."""
    columns = [c for c in plaque.c if c.name != "title_id"]
    return (
        select(
            title,
            *columns,
            unit.c.name_text.label("unit_text"),
            unit.c.division,
        )
        .join(plaque, plaque.c.title_id == title.c.title_id)
        .join(unit, unit.c.unit_id == title.c.unit_id)
    )


def add_title(tx: Tx, values: Values) -> bool:
    """Enter a title; False when its nomination has one already: granted exactly once."""
    done = tx.session.execute(
        insert(title)
        .values(**values)
        .on_conflict_do_nothing(constraint="title_once")
        .returning(title.c.title_id)
    )
    return done.scalar() is not None


def has_title_of(tx: Tx, nomination_id: str) -> bool:
    """Whether a nomination has led to a title."""
    query = select(title.c.title_id).where(title.c.nomination_id == nomination_id)
    return tx.session.execute(query).scalar() is not None


def add_plaque(tx: Tx, values: Values) -> None:
    """Enter a plaque."""
    tx.session.execute(plaque.insert().values(**values))


def add_history(tx: Tx, values: Values) -> None:
    """Say how an axis of a title stands from a day on, as learned now; never changed again."""
    tx.session.execute(
        title_history.insert().values(**{"learned_at": tx.now, "learned_by": tx.actor.id, **values})
    )


def load_title(tx: Tx, title_id: str, *, lock: bool = False) -> Row:
    """A title of the actor's area with its plaque; 404 otherwise."""
    mine = (in_scope(tx.actor), of_suite(tx.actor, title.c.node))
    query = whole().where(title.c.title_id == title_id, *mine)
    if lock:
        query = query.with_for_update(of=(title, plaque))
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("title_not_found", f"没有找到称号“{title_id}”", status=404)
    return row


def lock_title(tx: Tx, title_id: str) -> Row:
    """A title that an event names, locked; an unknown one is an error, so that it is parked."""
    query = whole().where(title.c.title_id == title_id).with_for_update(of=(title, plaque))
    return tx.session.execute(query).mappings().one()


def save_title(tx: Tx, title_id: str, values: Values) -> None:
    """Change a locked title."""
    tx.session.execute(update(title).where(title.c.title_id == title_id).values(**values))


def save_plaque(tx: Tx, title_id: str, values: Values) -> None:
    """Change the plaque of a locked title."""
    tx.session.execute(update(plaque).where(plaque.c.title_id == title_id).values(**values))


def _stood(axis: str, *, as_of: date, known_at: datetime) -> ScalarSelect[str]:
    """What an axis of a title was on a day, as known at an instant."""
    return (
        select(title_history.c.value)
        .where(
            title_history.c.title_id == title.c.title_id,
            title_history.c.axis == axis,
            title_history.c.happened_on <= as_of,
            title_history.c.learned_at <= known_at,
        )
        .order_by(
            title_history.c.happened_on.desc(),
            title_history.c.learned_at.desc(),
            title_history.c.entry.desc(),
        )
        .limit(1)
        .correlate(title)
        .scalar_subquery()
    )


def _status_is(status: str, *, as_of: date, known_at: datetime) -> ColumnElement[bool]:
    said = _stood("status", as_of=as_of, known_at=known_at)
    lapsed = func.coalesce(title.c.expires_on < as_of, false())
    if status == TitleStatus.ACTIVE:
        return and_(said == TitleStatus.ACTIVE, ~lapsed)
    if status == TitleStatus.EXPIRED:
        return or_(said == TitleStatus.EXPIRED, and_(said == TitleStatus.ACTIVE, lapsed))
    return said == status


def list_titles(
    tx: Tx, asked: ListTitles, *, as_of: date, known_at: datetime
) -> tuple[Sequence[Row], str]:
    """One page by number, as the register stood on a day and was known at an instant."""
    query = whole().where(
        in_scope(tx.actor),
        of_suite(tx.actor, title.c.node),
        title.c.recorded_at <= known_at,
        title.c.granted_on <= as_of,
    )
    for column, value in (
        (title.c.unit_id, asked.unit_id),
        (title.c.round_year, asked.year),
        (title.c.unit_kind, asked.kind),
        (title.c.level, asked.level),
    ):
        if value:
            query = query.where(column == value)
    if asked.status:
        query = query.where(_status_is(asked.status, as_of=as_of, known_at=known_at))
    if asked.place:
        query = query.where(_stood("place", as_of=as_of, known_at=known_at) == asked.place)
    return page_of(tx, query, after=asked.after, limit=asked.limit)


def page_of(tx: Tx, query: Select[Any], *, after: str, limit: int) -> tuple[Sequence[Row], str]:
    """One page of such a query by number, and where the next begins."""
    if after:
        number, title_id = read_after(after)
        query = query.where(tuple_(title.c.number, title.c.title_id) > (str(number), title_id))
    query = query.order_by(title.c.number, title.c.title_id).limit(limit + 1)
    rows = tx.session.execute(query).mappings().all()
    page = rows[:limit]
    more = len(rows) > limit
    return page, make_after(page[-1]["number"], page[-1]["title_id"]) if more else ""


def history_of(
    tx: Tx, title_ids: Sequence[str], *, as_of: date, known_at: datetime
) -> dict[tuple[str, str], Row]:
    """Per title and axis the value on a day, as known at an instant."""
    query = (
        select(title_history)
        .ext(distinct_on(title_history.c.title_id, title_history.c.axis))
        .where(
            title_history.c.title_id.in_(title_ids),
            title_history.c.happened_on <= as_of,
            title_history.c.learned_at <= known_at,
        )
        .order_by(
            title_history.c.title_id,
            title_history.c.axis,
            title_history.c.happened_on.desc(),
            title_history.c.learned_at.desc(),
            title_history.c.entry.desc(),
        )
    )
    found = tx.session.execute(query).mappings()
    return {(row["title_id"], row["axis"]): row for row in found}


def active_names(tx: Tx, unit_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Names of active titles by unit, of the actor's programme."""
    query = (
        select(title.c.unit_id, title.c.title_text)
        .where(title.c.unit_id.in_(unit_ids), title.c.status == TitleStatus.ACTIVE)
        .where(of_suite(tx.actor, title.c.node))
        .where(or_(title.c.expires_on.is_(None), title.c.expires_on >= tx.today))
        .order_by(title.c.granted_on)
    )
    found: dict[str, tuple[str, ...]] = {}
    for unit_id, name in tx.session.execute(query):
        found[unit_id] = (*found.get(unit_id, ()), name)
    return found


def list_public(tx: Tx, asked: PublicRegister) -> tuple[int, Sequence[Row], str]:
    """The public list with its whole count; anybody may read it."""
    lapsed = title.c.expires_on < tx.today
    query = whole()
    if asked.listing == "active":
        query = query.where(title.c.status == "active", or_(~lapsed, title.c.expires_on.is_(None)))
    else:
        query = query.where(title.c.status == "revoked")
    if asked.year is not None:
        query = query.where(title.c.round_year == asked.year)
    if asked.kind:
        query = query.where(title.c.unit_kind == asked.kind)
    if asked.division:
        query = query.where(unit.c.division.startswith(asked.division, autoescape=True))
    if asked.text:
        query = query.where(unit.c.name_text.contains(asked.text, autoescape=True))
    total = tx.session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows, after = page_of(tx, query, after=asked.after, limit=asked.limit)
    return int(total), rows, after


def find_plaque(tx: Tx, number_or_code: str) -> Row | None:
    """The title behind a plaque number or a verify code; anybody may ask."""
    query = whole().where(
        or_(
            plaque.c.plaque_number == number_or_code,
            plaque.c.verify_code == number_or_code,
            title.c.number == number_or_code,
        )
    )
    return tx.session.execute(query).mappings().first()
