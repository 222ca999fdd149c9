"""Reminders: one line per node, subject and period, whoever writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.registry.store.tables_calendar import reminder, reminder_day
from services.registry.store.units import Row, Values
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx


def add_reminders(tx: Tx, rows: Sequence[Values]) -> Sequence[Row]:
    """Write reminders; those already written for their period are left out of the answer."""
    if not rows:
        return ()
    made = insert(reminder).values([dict(row) for row in rows])
    made = made.on_conflict_do_nothing(constraint="reminder_once")
    return tx.session.execute(made.returning(*reminder.c)).mappings().all()


def list_reminders(tx: Tx, node: str) -> Sequence[Row]:
    """A node's reminders that nobody has ticked off, newest first."""
    query = select(reminder).where(reminder.c.node == node, reminder.c.seen_at.is_(None))
    query = query.order_by(reminder.c.written_at.desc(), reminder.c.reminder_id)
    return tx.session.execute(query).mappings().all()


def tick(tx: Tx, reminder_id: str, node: str) -> Row:
    """Tick a node's reminder off; 404 when it has none of this id."""
    mine = (reminder.c.reminder_id == reminder_id, reminder.c.node == node)
    values: dict[str, Any] = {"seen_at": tx.now, "seen_by": tx.actor.id}
    tx.session.execute(update(reminder).where(*mine, reminder.c.seen_at.is_(None)).values(**values))
    row = tx.session.execute(select(reminder).where(*mine)).mappings().one_or_none()
    if row is None:
        raise Refused("reminder_not_found", "没有这条提醒，或不是发给本级的", status=404)
    return row


def take_day(tx: Tx, day: date) -> bool:
    """Claim a day's run; False when it has run already."""
    row = insert(reminder_day).values(day=day, ran_at=func.now()).on_conflict_do_nothing()
    return tx.session.execute(row.returning(reminder_day.c.day)).scalar() is not None
