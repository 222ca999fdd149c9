"""What came in, as lists for people: only what the actor may see, page by key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, literal, select

from services.oversight.store.agencies import codes_in_reach
from services.oversight.store.tables_feed import agency, hold, inbox_event, known_unit, trigger
from shared.contracts.message import Actor
from shared.contracts.scalars import prefix_of
from shared.messaging.tx import Tx


def agency_of(actor: Actor) -> str:
    """The agency that acts (`agency:<code>`), "" when it is a person."""
    return actor.id.removeprefix("agency:") if actor.has("agency") else ""


def may_see(actor: Actor) -> ColumnElement[bool]:
    """Units in the area of the actor's node; a unit sees its own, an agency what it sent."""
    if actor.has("agency"):
        return trigger.c.agency == agency_of(actor)
    if actor.unit_id:
        return trigger.c.unit_id == actor.unit_id
    prefix = prefix_of(actor.node)
    if prefix and not prefix.isdigit():
        return false()
    return known_unit.c.division.startswith(prefix, autoescape=True)


def _triggers(actor: Actor) -> Select[Any]:
    return (
        select(
            trigger,
            func.coalesce(agency.c.agency_name, trigger.c.agency).label("agency_name"),
            known_unit.c.name_text.label("unit_name"),
            known_unit.c.code.label("unit_code"),
            func.coalesce(hold.c.hold_id, "").label("hold_id"),
            (hold.c.hold_id.is_not(None) & hold.c.lifted_at.is_(None)).label("held"),
        )
        .join(known_unit, known_unit.c.unit_id == trigger.c.unit_id)
        .join(agency, agency.c.code == trigger.c.agency, isouter=True)
        .join(hold, hold.c.trigger_id == trigger.c.trigger_id, isouter=True)
        .where(may_see(actor))
    )


def list_triggers(tx: Tx, wanted: dict[str, str], *, after: str, limit: int) -> list[Any]:
    """Newest first; one more than `limit` when there are more."""
    statement = _triggers(tx.actor)
    for name, value in wanted.items():
        if value:
            statement = statement.where(trigger.c[name] == value)
    if after:
        statement = statement.where(trigger.c.trigger_id < after)
    return list(
        tx.session.execute(statement.order_by(trigger.c.trigger_id.desc()).limit(limit + 1))
    )


def find_trigger(tx: Tx, trigger_id: str) -> Any:
    """One trigger with what its message said of itself; None when it is not the actor's."""
    statement = (
        _triggers(tx.actor)
        .add_columns(inbox_event.c.body_hash, inbox_event.c.verdict)
        .join(inbox_event, inbox_event.c.inbox_id == trigger.c.inbox_id)
        .where(trigger.c.trigger_id == trigger_id)
    )
    return tx.session.execute(statement).one_or_none()


def list_inbox(tx: Tx, wanted: dict[str, str], *, after: str, limit: int) -> list[Any]:
    """What agencies in the actor's reach sent, newest first, without the bytes."""
    columns = [c for c in inbox_event.c if c.name not in ("body", "sig", "fingerprint")]
    statement = select(*columns).where(inbox_event.c.agency.in_(codes_in_reach(tx.actor)))
    for name, value in wanted.items():
        if value:
            statement = statement.where(inbox_event.c[name] == value)
    if after:
        mark = select(inbox_event.c.n).where(inbox_event.c.inbox_id == after)
        statement = statement.where(inbox_event.c.n < mark.scalar_subquery())
    return list(tx.session.execute(statement.order_by(inbox_event.c.n.desc()).limit(limit + 1)))


def list_unmatched(tx: Tx, *, after: str, limit: int) -> list[Any]:
    """Messages that wait for their unit, newest first."""
    return list_inbox(tx, {"state": "held", "reason": "unknown_unit"}, after=after, limit=limit)


def replay(tx: Tx, inbox_id: str) -> bool:
    """Put a quarantined message back before the judge; False when it is not quarantined."""
    changed = tx.session.execute(
        inbox_event.update()
        .where(
            inbox_event.c.inbox_id == inbox_id,
            inbox_event.c.state == "quarantined",
            inbox_event.c.reason == "internal_error",
        )
        .values(state="stored", attempts=0, next_attempt_at=None)
        .returning(inbox_event.c.inbox_id)
    ).all()
    return bool(changed)


def count_waiting(tx: Tx) -> dict[str, float]:
    """Figures for metrics: unjudged, held and quarantined messages, age of the oldest unjudged."""
    row = tx.session.execute(
        select(
            func.count().filter(inbox_event.c.state == "stored").label("stored"),
            func.count().filter(inbox_event.c.state == "held").label("held"),
            func.count().filter(inbox_event.c.state == "quarantined").label("quarantined"),
            func.coalesce(
                func.extract(
                    "epoch",
                    literal(tx.now)
                    - func.min(inbox_event.c.received_at).filter(inbox_event.c.state == "stored"),
                ),
                0,
            ).label("oldest"),
        ).where(inbox_event.c.state != "judged")
    ).one()
    return {
        "stored": float(row.stored),
        "held": float(row.held),
        "quarantined": float(row.quarantined),
        "oldest_seconds": float(row.oldest),
    }
