"""What happened: timeline, the feed of changes, activations, and what agencies' events left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables import (
    activation,
    change,
    timeline,
    unit,
    unit_hold,
    unit_warning,
)
from services.registry.store.units import Row, Values, in_scope
from shared.messaging.tx import Tx

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


def list_entries(tx: Tx, unit_id: str, *, known_at: datetime | None, limit: int) -> Sequence[Row]:
    """A unit's timeline, newest first."""
    query = select(timeline).where(timeline.c.unit_id == unit_id)
    if known_at is not None:
        query = query.where(timeline.c.learned_at <= known_at)
    query = query.order_by(
        timeline.c.happened_on.desc(), timeline.c.learned_at.desc(), timeline.c.entry_id.desc()
    ).limit(limit)
    return tx.session.execute(query).mappings().all()


def add_changes(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Put lines onto the feed."""
    if rows:
        tx.session.execute(change.insert(), rows)


def list_changes(tx: Tx, *, after: int, limit: int) -> Sequence[Row]:
    """The feed after a number, of the actor's area (and packs, which are everybody's)."""
    tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("registry.change"))))
    tx.session.execute(_NUMBER)
    query = (
        select(change)
        .join(unit, unit.c.unit_id == change.c.unit_id, isouter=True)
        .where(change.c.sequence > after, or_(change.c.unit_id == "", in_scope(tx.actor)))
        .order_by(change.c.sequence)
        .limit(limit)
    )
    return tx.session.execute(query).mappings().all()


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
