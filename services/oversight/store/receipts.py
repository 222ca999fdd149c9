"""Receipts as they were signed; rows are written once and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from services.oversight.store.tables_feed import inbox_event, receipt
from shared.messaging.tx import Tx


def save_receipts(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """New receipts."""
    if rows:
        tx.session.execute(receipt.insert(), list(rows))


def newest_receipts(tx: Tx, inbox_ids: Sequence[str]) -> dict[str, Any]:
    """The latest receipt of each message, by inbox id."""
    if not inbox_ids:
        return {}
    rows = tx.session.execute(
        select(receipt).where(receipt.c.inbox_id.in_(list(inbox_ids))).order_by(receipt.c.number)
    )
    return {row.inbox_id: row for row in rows}


def find_receipt(tx: Tx, agency: str, event_id: str) -> Any:
    """The latest receipt of an event, also by the hex hash of its body; None while undecided.

    Where somebody also sent other content under the same id, that one's refusal is found by its
    hash only: the id belongs to the first.
    """
    statement = (
        select(receipt, inbox_event.c.state)
        .join(inbox_event, inbox_event.c.inbox_id == receipt.c.inbox_id)
        .where(receipt.c.agency == agency)
        .order_by(receipt.c.number.desc(), receipt.c.receipt_id)
        .limit(1)
    )
    by_id = statement.where(receipt.c.event_id == event_id, receipt.c.reason != "content_conflict")
    found = tx.session.execute(by_id).one_or_none()
    if found is None and len(event_id) == 64 and set(event_id) <= set("0123456789abcdef"):
        by_hash = statement.where(inbox_event.c.body_hash == bytes.fromhex(event_id))
        found = tx.session.execute(by_hash).one_or_none()
    return found
