"""What happened: timeline, the feed of changes, activations, and what agencies' events left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, text, true
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables import (
    activation,
    change,
    timeline,
    unit,
    unit_hold,
    unit_warning,
)
from services.registry.store.units import Row, Values, in_scope, within
from shared.contracts.scalars import suite_of
from shared.messaging.tx import Tx
from shared.runtime import organisations

EVERYBODY = "*"  # of the register itself, which every programme of a place shares

# Numbers are given to committed rows only, under a lock held until commit: a reader who has
# seen number n will never meet a smaller one later.
_NUMBER = text(
    "UPDATE change c SET sequence = n.sequence FROM ("
    " SELECT change_id, nextval('change_sequence') AS sequence FROM ("
    "  SELECT change_id FROM change WHERE sequence IS NULL ORDER BY change_id) due) n"
    " WHERE c.change_id = n.change_id"
)


def add_entries(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Write timeline entries; they are never changed."""
    if rows:
        tx.session.execute(timeline.insert(), rows)


def list_entries(
    tx: Tx, unit_ids: Sequence[str], *, known_at: datetime | None, limit: int
) -> Sequence[Row]:
    """A unit's timeline with those merged into it, newest first: the register's entries and those
    of the actor's programme."""
    query = select(timeline).where(timeline.c.unit_id.in_(unit_ids), _own(tx, timeline.c.suite))
    if known_at is not None:
        query = query.where(timeline.c.learned_at <= known_at)
    query = query.order_by(
        timeline.c.happened_on.desc(), timeline.c.learned_at.desc(), timeline.c.entry_id.desc()
    ).limit(limit)
    return tx.session.execute(query).mappings().all()


def list_told(tx: Tx, unit_ids: Sequence[str], what: Sequence[str]) -> Sequence[Row]:
    """What the timelines of these units tell of some kinds of act, in the order it happened."""
    query = select(timeline.c.what, timeline.c.happened_on).where(
        timeline.c.unit_id.in_(unit_ids), timeline.c.what.in_(what), _own(tx, timeline.c.suite)
    )
    query = query.order_by(timeline.c.happened_on, timeline.c.learned_at, timeline.c.entry_id)
    return tx.session.execute(query).mappings().all()


def add_changes(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Put lines onto the feed."""
    if rows:
        tx.session.execute(change.insert(), rows)


def list_changes(tx: Tx, *, after: int, limit: int) -> Sequence[Row]:
    """The feed after a number, of the actor's area and programme.

    A line about no unit is of an office: the actor's own, one beneath or one above it.
    """
    tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("registry.change"))))
    tx.session.execute(_NUMBER)
    query = (
        select(change)
        .join(unit, unit.c.unit_id == change.c.unit_id, isouter=True)
        .where(
            change.c.sequence > after,
            case(
                (change.c.unit_id == "", _near(tx)),
                else_=and_(in_scope(tx.actor), _own(tx, change.c.suite)),
            ),
        )
        .order_by(change.c.sequence)
        .limit(limit)
    )
    return tx.session.execute(query).mappings().all()


def _near(tx: Tx) -> ColumnElement[bool]:
    above = change.c.node.in_(organisations.line_of(tx.actor.node))
    return or_(above, within(tx.actor, change.c.node, change.c.unit_id))


def _own(tx: Tx, suite: Any) -> ColumnElement[bool]:
    """What everybody at the unit knows (EVERYBODY), and what the actor's programme did."""
    if tx.actor.unit_id:
        return true()
    return suite.in_((EVERYBODY, suite_of(tx.actor.node)))  # type: ignore[no-any-return]


def add_activation(tx: Tx, values: Values) -> None:
    """Record who put which pack to work, and why."""
    tx.session.execute(activation.insert().values(**values))


def list_activations(tx: Tx) -> Sequence[Row]:
    """Activations, newest first."""
    query = select(activation).order_by(
        activation.c.activated_at.desc(), activation.c.activation_id.desc()
    )
    return tx.session.execute(query).mappings().all()


def place_hold(tx: Tx, values: Values) -> None:
    """A reason stands against a unit; one that was lifted before stays lifted."""
    statement = insert(unit_hold).values(**values)
    tx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["hold_id"],
            set_={
                "unit_id": statement.excluded.unit_id,
                "placed_at": statement.excluded.placed_at,
                "effect": statement.excluded.effect,
                "reason": statement.excluded.reason,
            },
        )
    )


def lift_hold(tx: Tx, values: Values) -> None:
    """A reason is gone, even when the news of its coming is still under way."""
    statement = insert(unit_hold).values(**values)
    tx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["hold_id"], set_={"lifted_at": statement.excluded.lifted_at}
        )
    )


def add_warning(tx: Tx, values: Values) -> None:
    """A finding below the line of exit, once for each trigger."""
    tx.session.execute(insert(unit_warning).values(**values).on_conflict_do_nothing())
