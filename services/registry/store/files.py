"""Commitment letters, cultivation files, and the library of practices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func, select, true, update
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables import (
    commitment,
    cultivation,
    practice,
    unit,
)
from services.registry.store.units import Row, Values, in_scope, within
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of, prefix_of, suite_of
from shared.messaging.tx import Tx
from shared.runtime import organisations


def add_commitment(tx: Tx, values: Values) -> bool:
    """Hand in a letter; False when one is on file that was not returned."""
    done = tx.session.execute(
        insert(commitment)
        .values(**values)
        .on_conflict_do_nothing()
        .returning(commitment.c.commitment_id)
    )
    return done.scalar() is not None


def load_commitment(tx: Tx, commitment_id: str) -> Row:
    """A letter of the actor's area, locked; 404 otherwise."""
    query = (
        select(commitment)
        .where(
            commitment.c.commitment_id == commitment_id,
            within(tx.actor, commitment.c.office, commitment.c.unit_id),
        )
        .with_for_update()
    )
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("commitment_not_found", f"没有找到承诺书“{commitment_id}”", status=404)
    return row


def decide_commitment(tx: Tx, commitment_id: str, values: Values) -> Row:
    """Accept or return a locked letter."""
    changed = tx.session.execute(
        update(commitment)
        .where(commitment.c.commitment_id == commitment_id)
        .values(**values, decided_at=tx.now, decided_by=tx.actor.id)
        .returning(commitment)
    )
    return changed.mappings().one()


def list_commitments(tx: Tx, *, unit_id: str, status: str, limit: int) -> Sequence[Row]:
    """Letters of the actor's area with the unit's name, oldest first."""
    query = (
        select(commitment, unit.c.name_text.label("unit_text"))
        .join(unit, unit.c.unit_id == commitment.c.unit_id)
        .where(within(tx.actor, commitment.c.office, commitment.c.unit_id))
        .order_by(commitment.c.submitted_at, commitment.c.commitment_id)
        .limit(limit)
    )
    if unit_id:
        query = query.where(commitment.c.unit_id == unit_id)
    if status:
        query = query.where(commitment.c.status == status)
    return tx.session.execute(query).mappings().all()


def add_cultivation(tx: Tx, values: Values) -> bool:
    """Begin cultivating; False when it has begun before."""
    done = tx.session.execute(
        insert(cultivation)
        .values(**values)
        .on_conflict_do_nothing()
        .returning(cultivation.c.cultivation_id)
    )
    return done.scalar() is not None


def find_cultivation(tx: Tx, unit_id: str) -> Row | None:
    """A unit's cultivation, or None while none has begun."""
    query = select(cultivation).where(cultivation.c.unit_id == unit_id)
    return tx.session.execute(query).mappings().one_or_none()


def add_practice(tx: Tx, values: Values) -> None:
    """Put a practice into the library."""
    tx.session.execute(practice.insert().values(**values))


def load_practice(tx: Tx, practice_id: str) -> Row:
    """A practice of the actor's area, locked; 404 otherwise."""
    query = (
        select(practice, unit.c.name_text.label("unit_text"))
        .join(unit, unit.c.unit_id == practice.c.unit_id)
        .where(practice.c.practice_id == practice_id, in_scope(tx.actor))
        .with_for_update(of=practice)
    )
    row = tx.session.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("practice_not_found", f"没有找到经验做法“{practice_id}”", status=404)
    return row


def save_practice(tx: Tx, practice_id: str, values: Values) -> None:
    """Change a locked practice."""
    tx.session.execute(
        update(practice).where(practice.c.practice_id == practice_id).values(**values)
    )


def _in_region(tx: Tx) -> ColumnElement[bool]:
    if not tx.actor.node and not tx.actor.roles:
        return true()  # nobody in particular: what is published is published to all
    region = prefix_of(area_of(organisations.region_of(tx.actor.node)))
    return unit.c.division.startswith(region, autoescape=True) if region.isdigit() else false()


def list_practices(
    tx: Tx, *, unit_id: str, text: str, published_only: bool, limit: int
) -> Sequence[Row]:
    """Practices by unit and words; published ones of the whole region, others of the actor's area.

    They are of the tripartite programme: an office of another suite has none (A-02).
    """
    query = (
        select(practice, unit.c.name_text.label("unit_text"))
        .join(unit, unit.c.unit_id == practice.c.unit_id)
        .order_by(practice.c.added_at.desc(), practice.c.practice_id)
        .limit(limit)
    )
    published = practice.c.state == "published"
    here = published & _in_region(tx)
    query = query.where(here if published_only else here | in_scope(tx.actor))
    if suite_of(tx.actor.node):
        query = query.where(false())
    if unit_id:
        query = query.where(practice.c.unit_id == unit_id)
    if text:
        words = func.concat(practice.c.title, " ", practice.c.text, " ", unit.c.name_text)
        query = query.where(words.contains(text, autoescape=True))
    return tx.session.execute(query).mappings().all()
