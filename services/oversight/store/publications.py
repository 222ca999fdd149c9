"""Removals as rows, and the plaques that are still out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.oversight.domain.publication import PlaquePlace, PublicationStage
from services.oversight.store.cases import Row, in_area, may_see, one
from services.oversight.store.tables_cases import exit_case, publication
from services.oversight.store.tables_feed import known_unit
from shared.contracts.scalars import area_of, prefix_of, suite_of
from shared.messaging.tx import Tx
from shared.runtime import organisations


def save_due(tx: Tx, **values: Any) -> None:
    """A removal waits for its publication; once for each case."""
    tx.session.execute(
        insert(publication)
        .values(stage=PublicationStage.DUE, due_at=tx.now, **values)
        .on_conflict_do_nothing(index_elements=["case_id"])
    )


def find_of_case(tx: Tx, case_id: str, *, lock: bool = False) -> Row | None:
    """The removal of a case, or None before the title is cancelled."""
    query = select(publication).where(publication.c.case_id == case_id)
    return one(tx.session.execute(query.with_for_update() if lock else query))


def save_published(tx: Tx, publication_id: str, text: str) -> None:
    """The removal is out, from today, by this person, in these words."""
    tx.session.execute(
        publication.update()
        .where(publication.c.publication_id == publication_id)
        .values(
            stage=PublicationStage.PUBLISHED,
            published_on=tx.today,
            published_at=tx.now,
            published_by=tx.actor.id,
            published_text=text,
        )
    )


def list_published(tx: Tx, *, node: str, level: str, after: str, limit: int) -> list[Row]:
    """What society may read, newest first, one more than `limit` when there are more.

    Signed in, a person sees their own region's.
    """
    query = select(publication).where(
        publication.c.stage == PublicationStage.PUBLISHED, _in_region(tx, publication.c.node)
    )
    if node:
        query = query.where(publication.c.node == node)
    if level:
        query = query.where(publication.c.level == level)
    order = (publication.c.published_at, publication.c.publication_id)
    if after:
        mark = select(*order).where(publication.c.publication_id == after)
        query = query.where(tuple_(*order) < mark.scalar_subquery())
    query = query.order_by(order[0].desc(), order[1].desc()).limit(limit + 1)
    return [dict(row) for row in tx.session.execute(query).mappings()]


def _in_region(tx: Tx, node: Any) -> ColumnElement[bool]:
    """Nodes of the reader's region and programme; who reads without signing in reads all."""
    if not tx.actor.node:
        return true()
    region = organisations.region_of(tx.actor.node)
    own = node.startswith(prefix_of(area_of(region)), autoescape=True)
    return and_(own, func.split_part(node, ".", 2) == suite_of(region))


def list_plaques(tx: Tx, *, state: str, after: str, limit: int) -> list[Row]:
    """Plaques of cancelled titles in one state, in the order the titles were cancelled."""
    query = (
        select(exit_case, known_unit.c.name_text.label("unit_name"))
        .join(known_unit, known_unit.c.unit_id == exit_case.c.unit_id)
        .where(may_see(tx.actor), exit_case.c.plaque_state == state)
        .where(exit_case.c.plaque_state != PlaquePlace.NONE)
    )
    order = (exit_case.c.title_revoked_on, exit_case.c.case_id)
    if after:
        mark = select(*order).where(exit_case.c.case_id == after)
        query = query.where(tuple_(*order) > mark.scalar_subquery())
    query = query.order_by(*order).limit(limit + 1)
    return [dict(row) for row in tx.session.execute(query).mappings()]


def count_removals(tx: Tx) -> tuple[int, int]:
    """Removals due, and removals published this year, in the actor's area."""
    mine = or_(in_area(tx.actor, known_unit.c.division), publication.c.node == tx.actor.node)
    query = (
        select(
            func.count().filter(publication.c.stage == PublicationStage.DUE),
            func.count().filter(func.extract("year", publication.c.published_on) == tx.today.year),
        )
        .select_from(publication)
        .join(known_unit, known_unit.c.unit_id == publication.c.unit_id)
        .where(mine)
    )
    due, published = tx.session.execute(query).one()
    return int(due), int(published)


def count_plaques_out(tx: Tx) -> int:
    """Plaques still to be returned, in the actor's area."""
    query = (
        select(func.count())
        .select_from(exit_case)
        .join(known_unit, known_unit.c.unit_id == exit_case.c.unit_id)
        .where(may_see(tx.actor), exit_case.c.plaque_state == PlaquePlace.TO_RETURN)
    )
    return int(tx.session.execute(query).scalar_one())
