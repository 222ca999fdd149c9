"""Triggers, holds and the review queue as rows; each write takes a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text, update

from services.oversight.store.tables_feed import agency, hold, known_unit, review_item, trigger
from shared.messaging.tx import Tx


def save_triggers(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Accepted events."""
    if rows:
        tx.session.execute(trigger.insert(), list(rows))


def save_holds(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Reasons that stand from now on."""
    if rows:
        tx.session.execute(hold.insert(), list(rows))


def save_reviews(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """What waits for a person."""
    if rows:
        tx.session.execute(review_item.insert(), list(rows))


def find_targets(tx: Tx, wanted: Sequence[tuple[str, str, str]]) -> list[Any]:
    """Triggers that closing events speak of: (agency, type or "", reference or event id), locked.

    With a type the reference is the complaint's number; without one it is an event's own id.
    """
    if not wanted:
        return []
    return list(
        tx.session.execute(
            text(
                "SELECT t.*, h.hold_id, h.lifted_at, w.kind AS asked_type, w.reference AS asked"
                " FROM unnest(CAST(:a AS text[]), CAST(:k AS text[]), CAST(:r AS text[]))"
                " AS w (agency, kind, reference)"
                " JOIN trigger t ON t.agency = w.agency AND CASE WHEN w.kind = ''"
                " THEN t.event_id = w.reference"
                " ELSE t.type = w.kind AND t.reference = w.reference END"
                " LEFT JOIN hold h ON h.trigger_id = t.trigger_id"
                " ORDER BY t.trigger_id FOR UPDATE OF t"
            ),
            {
                "a": [w[0] for w in wanted],
                "k": [w[1] for w in wanted],
                "r": [w[2] for w in wanted],
            },
        )
    )


def lock_hold(tx: Tx, hold_id: str) -> Any:
    """One hold with its agency's feed state, locked; None when there is none."""
    return tx.session.execute(
        select(hold, agency.c.gap_since, agency.c.contiguous, agency.c.highest)
        .join(agency, agency.c.code == hold.c.agency, isouter=True)
        .where(hold.c.hold_id == hold_id)
        .with_for_update(of=hold)
    ).one_or_none()


def lift(tx: Tx, hold_id: str, *, reason: str, decision_id: str) -> None:
    """This one reason is gone; by whom and when are the transaction's."""
    tx.session.execute(
        update(hold)
        .where(hold.c.hold_id == hold_id, hold.c.lifted_at.is_(None))
        .values(
            lifted_at=tx.now,
            lifted_by=tx.actor.id,
            lifted_reason=reason,
            lift_decision_id=decision_id,
        )
    )


def close_triggers(tx: Tx, ended: dict[str, str]) -> None:
    """Triggers that their own agency has ended: trigger id → id of the closing event."""
    if not ended:
        return
    tx.session.execute(
        text(
            "UPDATE trigger SET state = 'closed', closed_by_event = e.event_id"
            " FROM unnest(CAST(:t AS text[]), CAST(:e AS text[])) AS e (trigger_id, event_id)"
            " WHERE trigger.trigger_id = e.trigger_id"
        ),
        {"t": list(ended), "e": list(ended.values())},
    )
    tx.session.execute(
        update(review_item)
        .where(review_item.c.trigger_id.in_(list(ended)), review_item.c.state == "pending")
        .values(state="closed", decided_at=tx.now, decided_by=tx.actor.id)
    )


def ask_review(tx: Tx, trigger_ids: Iterable[str]) -> None:
    """Triggers already recorded wait for a person from now on."""
    tx.session.execute(
        update(trigger)
        .where(trigger.c.trigger_id.in_(list(trigger_ids)), trigger.c.state == "recorded")
        .values(state="pending")
    )


def placed_within_the_hour(tx: Tx, codes: Iterable[str]) -> dict[str, int]:
    """How many suspensions each agency has caused in the last hour."""
    rows = tx.session.execute(
        select(hold.c.agency, func.count().label("placed"))
        .where(
            hold.c.agency.in_(sorted(set(codes))),
            hold.c.placed_at > tx.now - timedelta(hours=1),
            hold.c.effect == "suspend",
        )
        .group_by(hold.c.agency)
    )
    return {row.agency: row.placed for row in rows}


def open_holds(tx: Tx, unit_id: str, *, include_lifted: bool = False) -> list[Any]:
    """The reasons that stand against a unit, oldest first."""
    statement = select(hold).where(hold.c.unit_id == unit_id)
    if not include_lifted:
        statement = statement.where(hold.c.lifted_at.is_(None))
    return list(tx.session.execute(statement.order_by(hold.c.placed_at, hold.c.hold_id)))


def find_units(tx: Tx, codes: Iterable[str]) -> dict[str, Any]:
    """Units by the code agencies name them with; of several the one still open, then the newest.

    The code of a unit that was merged names the one it was merged into.
    """
    rows = tx.session.execute(
        select(known_unit)
        .where(known_unit.c.code.in_(sorted(set(codes))))
        .order_by(known_unit.c.closed_on.is_(None), known_unit.c.unit_id)
    ).all()
    merged = {row.merged_into for row in rows} - {""}
    if not merged:
        return {row.code: row for row in rows}
    kept = tx.session.execute(select(known_unit).where(known_unit.c.unit_id.in_(sorted(merged))))
    known = {row.unit_id: row for row in kept}
    meant = {row.code: known.get(row.merged_into) if row.merged_into else row for row in rows}
    return {code: row for code, row in meant.items() if row is not None}


def hand_over(tx: Tx, unit_id: str, to: str) -> list[Any]:
    """What came against a unit while it was being merged stands against the other; its holds."""
    for table in (trigger, review_item):
        waiting = update(table).where(table.c.unit_id == unit_id, table.c.state == "pending")
        tx.session.execute(waiting.values(unit_id=to))
    moved = update(hold).where(hold.c.unit_id == unit_id, hold.c.lifted_at.is_(None))
    return list(tx.session.execute(moved.values(unit_id=to).returning(hold)))
