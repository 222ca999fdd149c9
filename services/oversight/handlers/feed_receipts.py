"""One signed receipt for each verdict; repeated deliveries get the original again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from services.oversight.domain.verdict import DUPLICATE, HELD
from services.oversight.handlers.feed_matter import Matter
from services.oversight.store import receipts as store
from services.oversight.store.inbox import Claimed
from shared.messaging.failpoints import failpoint
from shared.messaging.tx import Tx

Sign = Callable[[bytes], str]
"""Makes the detached JWS of our own key over these bytes."""

EXCHANGE = "receipts"


def answer(tx: Tx, matters: Sequence[Matter], sign: Sign) -> None:
    """Write, sign and send the receipts of a batch of fresh verdicts.

    A held event has had its receipt; its final one carries the next number. A duplicate gets no
    receipt of its own: the original goes out again.
    """
    failpoint("judge.before_receipt")
    due = [m for m in matters if m.verdict != DUPLICATE and not _still_the_same(m)]
    before = store.newest_receipts(tx, [m.row.inbox_id for m in due if m.row.verdict])
    numbers = {inbox_id: int(kept.number) for inbox_id, kept in before.items()}
    rows = [_row(tx, matter, numbers.get(matter.row.inbox_id, 0) + 1, sign) for matter in due]
    store.save_receipts(tx, rows)
    for matter, row in zip(due, rows, strict=True):
        _send(tx, matter.row, row["body"], row["sig"], matter.verdict, row["receipt_id"])
    failpoint("judge.after_receipt")


def answer_again(tx: Tx, rows: Sequence[Claimed]) -> None:
    """Send the newest receipt of messages that came once more."""
    found = store.newest_receipts(tx, [row.inbox_id for row in rows])
    for row in rows:
        kept = found.get(row.inbox_id)
        if kept is not None:
            _send(tx, row, bytes(kept.body), kept.sig, DUPLICATE, "")


def answer_duplicates(tx: Tx, matters: Sequence[Matter]) -> None:
    """Send the original's receipt to whoever said the same thing in another envelope."""
    found = store.newest_receipts(tx, [m.original for m in matters])
    for matter in matters:
        kept = found.get(matter.original)
        if kept is not None:
            _send(tx, matter.row, bytes(kept.body), kept.sig, DUPLICATE, "")


def _still_the_same(matter: Matter) -> bool:
    """Held again after being judged again: the first receipt still says what there is to say."""
    return matter.row.verdict == HELD and matter.verdict == HELD


def _row(tx: Tx, matter: Matter, number: int, sign: Sign) -> dict[str, Any]:
    receipt_id = tx.new_id("receipt")
    body = _body(tx, matter, receipt_id, number)
    return {
        "receipt_id": receipt_id,
        "inbox_id": matter.row.inbox_id,
        "number": number,
        "agency": matter.row.agency,
        "event_id": matter.event_id,
        "verdict": matter.verdict,
        "reason": matter.reason,
        "body": body,
        "sig": sign(body),
        "judged_at": tx.now,
    }


def _body(tx: Tx, matter: Matter, receipt_id: str, number: int) -> bytes:
    said = {
        "receipt_id": receipt_id,
        "number": number,
        "agency": matter.row.agency,
        "event_id": matter.event_id,
        "body_hash": f"sha256:{matter.row.body_hash.hex()}",
        "verdict": matter.verdict,
        "reason": matter.reason,
        "says": matter.says,
        "stored_at": _time(matter.row.received_at),
        "judged_at": _time(tx.now),
        "trigger_id": matter.trigger_id,
        "effect": matter.effect,
        "clause": matter.clause,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _time(at: datetime) -> str:
    return at.isoformat()


def _send(tx: Tx, row: Claimed, body: bytes, sig: str, verdict: str, message_id: str) -> None:
    if row.channel != "amqp":
        return  # who came by REST asks for the receipt there
    tx.send_out(
        vhost=f"agency.{row.agency}",
        exchange=EXCHANGE,
        routing_key="",
        body=body,
        headers={"sig": sig, "verdict": verdict, "event_hash": row.body_hash.hex()},
        message_id=message_id,
    )
