"""Posts: who holds which, who held it before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables_people import post
from services.registry.store.units import Row, Values, within
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


def add_post(tx: Tx, values: Values) -> bool:
    """Enter a holder; False when somebody holds the post already."""
    done = tx.session.execute(
        insert(post)
        .values(**values, recorded_at=tx.now, recorded_by=tx.actor.id)
        .on_conflict_do_nothing()
        .returning(post.c.post_id)
    )
    return done.scalar() is not None


def load_post(tx: Tx, post_id: str) -> Row:
    """A post the actor's node answers for, locked; 404 otherwise."""
    query = select(post).where(
        post.c.post_id == post_id, within(tx.actor, post.c.node, post.c.post_id)
    )
    row = tx.session.execute(query.with_for_update()).mappings().one_or_none()
    if row is None:
        raise Refused("post_not_found", f"没有找到职务“{post_id}”：请核对", status=404)
    return row


def end_post(tx: Tx, post_id: str, *, held_until: date, reason: str) -> Row:
    """The last day of a locked post's holder."""
    changed = tx.session.execute(
        update(post)
        .where(post.c.post_id == post_id)
        .values(held_until=held_until, end_reason=reason, ended_at=tx.now, ended_by=tx.actor.id)
        .returning(post)
    )
    return changed.mappings().one()


def find_post(tx: Tx, post_id: str) -> Row:
    """A post as it stands."""
    return tx.session.execute(select(post).where(post.c.post_id == post_id)).mappings().one()


def find_holder(tx: Tx, *, node: str, body: str, post_title: str) -> Row | None:
    """Who holds a post now."""
    query = select(post).where(
        post.c.node == node,
        post.c.body == body,
        post.c.post_title == post_title,
        post.c.held_until.is_(None),
    )
    return tx.session.execute(query).mappings().one_or_none()


def list_posts(tx: Tx, node: str, *, on: date | None) -> Sequence[Row]:
    """Who held a post at a node on a day; without a day everybody who ever did, newest first."""
    query = select(post).where(post.c.node == node)
    if on is not None:
        still = or_(post.c.held_until.is_(None), post.c.held_until >= on)
        query = query.where(post.c.held_from <= on, still)
    order = (post.c.held_from.desc(), post.c.post_id.desc())
    return tx.session.execute(query.order_by(*order)).mappings().all()
